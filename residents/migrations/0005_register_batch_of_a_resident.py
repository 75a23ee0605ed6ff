import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("residents", "0004_holidays_of_a_county")]
    operations = [
        migrations.AddField(
            model_name="resident",
            name="register_batch",
            field=models.ForeignKey(
                blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT,
                related_name="+", to="residents.registerbatch", verbose_name="登记册批次",
            ),
        ),
    ]
