import django.db.models.deletion
import uuid

from django.conf import settings
from django.db import migrations, models

STATUSES = [
    ("active", "在册"), ("dead", "死亡"), ("moved", "迁出"), ("army", "参军"), ("prison", "服刑"),
    ("employee", "职工医保"), ("elsewhere", "异地参保"), ("merged", "已合并"),
]


class Migration(migrations.Migration):
    """未参保原因 of special groups becomes 动员记录 of everybody: the same rows in a table of another name."""

    dependencies = [
        ("collection", "0010_lost_receipts"),
        ("core", "0006_first_passwords_run_out"),
        ("residents", "0002_dated_facts"),
        ("subsidies", "0006_policy_proposals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Cause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(blank=True, editable=False, max_length=12, verbose_name="代码")),
                ("name", models.CharField(max_length=30, verbose_name="原因")),
                ("asks", models.CharField(blank=True, max_length=20, verbose_name="须写明的内容")),
                ("status", models.CharField(blank=True, choices=STATUSES, max_length=10, verbose_name="核减后的状态")),
                ("position", models.PositiveSmallIntegerField(default=50, verbose_name="排列次序")),
                ("given_up", models.BooleanField(default=False, verbose_name="停用")),
                ("county", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.region", verbose_name="县")),
            ],
            options={"verbose_name": "未参保原因", "verbose_name_plural": "未参保原因", "ordering": ["position", "id"]},
        ),
        migrations.AddConstraint(
            model_name="cause",
            constraint=models.UniqueConstraint(fields=("county", "name"), name="one_cause_a_name"),
        ),
        migrations.CreateModel(
            name="VisitTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("told_days", models.PositiveSmallIntegerField(default=10, verbose_name="自述缴费等待税务清单的天数")),
                ("quiet_days", models.PositiveSmallIntegerField(default=14, verbose_name="多少天没有联系算久未联系")),
                ("county", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.region", verbose_name="县")),
            ],
            options={"verbose_name": "动员期限", "verbose_name_plural": "动员期限"},
        ),
        migrations.RemoveIndex(model_name="notinsured", name="not_insured_latest"),
        migrations.RenameModel(old_name="NotInsured", new_name="Visit"),
        migrations.AlterModelOptions(
            name="visit",
            options={"ordering": ["-id"], "verbose_name": "动员记录", "verbose_name_plural": "动员记录"},
        ),
        migrations.AddField(
            model_name="visit",
            name="way",
            field=models.CharField(choices=[("home", "入户"), ("call", "电话"), ("sms", "短信"), ("wechat", "微信"), ("records", "查阅资料")], default="records", max_length=8, verbose_name="方式"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="visit",
            name="result",
            field=models.CharField(blank=True, choices=[("promised", "答应缴费"), ("told", "称已自行缴费"), ("undecided", "已联系，未定"), ("refused", "不愿参保"), ("no_answer", "没有联系上")], default="", max_length=10, verbose_name="结果"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="visit",
            name="cause",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="visits", to="collection.cause", verbose_name="未参保原因"),
        ),
        migrations.AddField(
            model_name="visit",
            name="key",
            field=models.UUIDField(db_index=True, default=uuid.uuid4, verbose_name="提交编号"),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="visit",
            name="campaign",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="visits", to="subsidies.campaign", verbose_name="征缴年度"),
        ),
        migrations.AlterField(
            model_name="visit",
            name="resident",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="visits", to="residents.resident", verbose_name="居民"),
        ),
        migrations.AlterField(
            model_name="visit",
            name="evidence",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.attachment", verbose_name="证明材料"),
        ),
        migrations.AlterField(
            model_name="visit",
            name="look_again_on",
            field=models.DateField(null=True, verbose_name="下次联系日期"),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["campaign", "resident", "id"], name="visit_latest"),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["campaign", "look_again_on"], name="visit_look_again"),
        ),
        migrations.CreateModel(
            name="ToldPayment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("paid_on", models.DateField(verbose_name="自述缴费日期")),
                ("due_on", models.DateField(verbose_name="最迟到账日期")),
                ("state", models.CharField(choices=[("waiting", "等税务清单"), ("arrived", "已到账"), ("otherwise", "已由其他渠道缴费"), ("unpaid", "核实未缴")], default="waiting", max_length=10, verbose_name="状态")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="核实时间")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="核实说明")),
                ("campaign", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="told_payments", to="subsidies.campaign", verbose_name="征缴年度")),
                ("contribution", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="collection.contribution", verbose_name="缴费记录")),
                ("resident", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="told_payments", to="residents.resident", verbose_name="居民")),
                ("settled_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="核实人")),
                ("visit", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="told_payment", to="collection.visit", verbose_name="动员记录")),
            ],
            options={
                "verbose_name": "自述已缴",
                "verbose_name_plural": "自述已缴",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["campaign", "state", "due_on"], name="told_payment_due")],
                "constraints": [models.UniqueConstraint(condition=models.Q(("state", "waiting")), fields=("campaign", "resident"), name="one_waiting_told_payment")],
            },
        ),
        migrations.CreateModel(
            name="Exclusion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("status", models.CharField(choices=STATUSES, max_length=10, verbose_name="核减后的状态")),
                ("since", models.DateField(verbose_name="起始日期")),
                ("state", models.CharField(choices=[("pending", "待审核"), ("accepted", "已核减"), ("rejected", "已退回"), ("moot", "已缴费，不再办理")], default="pending", max_length=8, verbose_name="审核")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="审核时间")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="审核意见")),
                ("campaign", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="exclusions", to="subsidies.campaign", verbose_name="征缴年度")),
                ("decided_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="审核人")),
                ("requested_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="申请人")),
                ("resident", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="exclusions", to="residents.resident", verbose_name="居民")),
                ("visit", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="exclusion", to="collection.visit", verbose_name="动员记录")),
            ],
            options={
                "verbose_name": "核减申请",
                "verbose_name_plural": "核减申请",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["campaign", "state"], name="exclusion_state")],
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("state", "pending")), fields=("campaign", "resident"), name="one_pending_exclusion"),
                    models.CheckConstraint(condition=models.Q(("decided_by__isnull", True), models.Q(("decided_by", models.F("requested_by")), _negated=True), ("state", "moot"), _connector="OR"), name="exclusion_two_people"),
                ],
            },
        ),
    ]
