from django.conf import settings
from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("subsidies", "0004_no_replacing"),
    ]

    operations = [
        migrations.AddField(
            "roster", "notice", models.CharField(blank=True, db_default="", max_length=500, verbose_name="提示")
        ),
        migrations.AlterField(
            "rosterrow",
            "outcome",
            models.CharField(
                choices=[
                    ("pending", "待核对"),
                    ("new", "新增"),
                    ("ended", "终止"),
                    ("unchanged", "不变"),
                    ("not_found", "查无此人"),
                    ("name_differs", "姓名不符"),
                    ("deceased", "已死亡"),
                    ("moved", "已迁出"),
                    ("bad_row", "填写有误"),
                    ("duplicate", "重复"),
                    ("hidden", "隐藏行"),
                    ("held", "暂缓终止"),
                ],
                max_length=12,
                verbose_name="结果",
            ),
        ),
        migrations.AlterField(
            "rosterrow",
            "accepted_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="核实人",
            ),
        ),
    ]
