import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

#: Indexes by which nobody asks (who reviewed, who decided), and those of columns that are empty in nearly every row that
#: is written by the thousand, which become partial.
DROPPED = [
    ("collection_consequence_decided_by_id_069fdae2", "collection_consequence", "decided_by_id"),
    ("collection_consequence_refund_id_bd80f54a", "collection_consequence", "refund_id"),
    ("collection_ledgerrow_entry_id_5c724547", "collection_ledgerrow", "entry_id"),
    ("collection_receipt_lost_report_id_ee26f27c", "collection_receipt", "lost_report_id"),
    ("collection_receipt_voided_by_id_c040642e", "collection_receipt", "voided_by_id"),
    ("collection_refund_first_by_id_ce4a86e2", "collection_refund", "first_by_id"),
    ("collection_refund_requested_by_id_aa660717", "collection_refund", "requested_by_id"),
    ("collection_refund_second_by_id_90d8f4c8", "collection_refund", "second_by_id"),
    ("collection_refund_self_payment_id_bec6b933", "collection_refund", "self_payment_id"),
    ("collection_refund_transfer_id_c69afefe", "collection_refund", "transfer_id"),
]


def _drop(name: str, table: str, column: str) -> migrations.RunSQL:
    """By SQL: on SQLite Django would make the whole table anew, and its triggers would be gone."""
    return migrations.RunSQL(f'DROP INDEX "{name}"', f'CREATE INDEX "{name}" ON "{table}" ("{column}")')


class Migration(migrations.Migration):
    dependencies = [
        ("collection", "0033_fewer_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='consequence',
            index=models.Index(condition=models.Q(('refund__isnull', False)), fields=['refund'], name='consequence_refund'),
        ),
        migrations.AddIndex(
            model_name='ledgerrow',
            index=models.Index(condition=models.Q(('entry__isnull', False)), fields=['entry'], name='ledger_row_entry'),
        ),
        migrations.AddIndex(
            model_name='receipt',
            index=models.Index(condition=models.Q(('lost_report__isnull', False)), fields=['lost_report'], name='receipt_lost'),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(condition=models.Q(('self_payment__isnull', False)), fields=['self_payment'], name='refund_self_payment'),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(condition=models.Q(('transfer__isnull', False)), fields=['transfer'], name='refund_transfer'),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='consequence',
                    name='decided_by',
                    field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='决定人'),
                ),
                migrations.AlterField(
                    model_name='consequence',
                    name='refund',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='consequences', to='collection.refund', verbose_name='退费'),
                ),
                migrations.AlterField(
                    model_name='ledgerrow',
                    name='entry',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='collection.doorentry', verbose_name='入户收款'),
                ),
                migrations.AlterField(
                    model_name='receipt',
                    name='lost_report',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='collection.lostreport', verbose_name='挂失'),
                ),
                migrations.AlterField(
                    model_name='receipt',
                    name='voided_by',
                    field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='经手人'),
                ),
                migrations.AlterField(
                    model_name='refund',
                    name='first_by',
                    field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='初审人'),
                ),
                migrations.AlterField(
                    model_name='refund',
                    name='requested_by',
                    field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请登记人'),
                ),
                migrations.AlterField(
                    model_name='refund',
                    name='second_by',
                    field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='复核人'),
                ),
                migrations.AlterField(
                    model_name='refund',
                    name='self_payment',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='collection.selfpayment', verbose_name='自主缴费'),
                ),
                migrations.AlterField(
                    model_name='refund',
                    name='transfer',
                    field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='collection.refundtransfer', verbose_name='付款批次'),
                ),
            ],
            database_operations=[_drop(*index) for index in DROPPED],
        ),
    ]
