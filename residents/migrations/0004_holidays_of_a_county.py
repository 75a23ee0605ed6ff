import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The table of days is made anew: whose county an old row was of is not known."""

    dependencies = [("residents", "0003_name_pattern_index")]
    operations = [
        migrations.DeleteModel(name="Holiday"),
        migrations.CreateModel(
            name="Holiday",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="日期")),
                ("is_working", models.BooleanField(default=False, verbose_name="上班")),
                ("note", models.CharField(blank=True, max_length=60, verbose_name="说明")),
                (
                    "county",
                    models.ForeignKey(
                        limit_choices_to={"level": "county"}, on_delete=django.db.models.deletion.PROTECT,
                        related_name="+", to="residents.region", verbose_name="县",
                    ),
                ),
            ],
            options={
                "verbose_name": "节假日调整", "verbose_name_plural": "节假日调整", "ordering": ["day"],
                "constraints": [models.UniqueConstraint(fields=("county", "day"), name="one_holiday_row_a_day")],
            },
        ),
    ]
