from django.db import migrations, models
from django.db.models import F


def whoever_has_worked_needs_no_guide(apps, schema_editor):
    apps.get_model("core", "User").objects.filter(guided_at=None).update(guided_at=F("last_login"))


class Migration(migrations.Migration):
    dependencies = [("core", "0011_saved_filters")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="guided_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="看过入门的时间"),
        ),
        migrations.AddField(
            model_name="user",
            name="large_type",
            field=models.BooleanField(db_default=False, default=False, verbose_name="大字显示"),
        ),
        migrations.RunPython(whoever_has_worked_needs_no_guide, migrations.RunPython.noop),
    ]
