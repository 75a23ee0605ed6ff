from django.db import migrations, models
from django.db.models.functions import Coalesce


def date_stops(apps, schema_editor):
    """A stop began when it was concluded, or decided; when one ended was not kept before."""
    consequences = apps.get_model("collection", "Consequence").objects.using(schema_editor.connection.alias)
    consequences.filter(subsidy_stops=True).update(stopped_at=Coalesce("decided_at", "made_at"))


class Migration(migrations.Migration):
    dependencies = [("collection", "0026_field_names")]

    operations = [
        migrations.AddField(
            model_name="consequence",
            name="stopped_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="停付时间"),
        ),
        migrations.AddField(
            model_name="consequence",
            name="resumed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="恢复时间"),
        ),
        migrations.RunPython(date_stops, migrations.RunPython.noop),
    ]
