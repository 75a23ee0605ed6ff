from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("collection", "0004_verdict_words_and_undone_payments")]

    operations = [
        migrations.AddField("ledgerrow", "decisions", models.JSONField("人工判断", default=list)),
        migrations.AddField("ledgerrow", "original", models.JSONField("改前原文", null=True)),
        migrations.AlterField(
            "ledgerrow",
            "state",
            models.CharField(
                "状态",
                max_length=10,
                choices=[
                    ("good", "可以确认"),
                    ("bad", "有问题"),
                    ("confirmed", "已记账"),
                    ("recorded", "以前已记账"),
                    ("withdrawn", "已撤回"),
                    ("mended", "已在别处改好"),
                ],
            ),
        ),
    ]
