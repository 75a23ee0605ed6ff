"""Rows of a register that wait for confirmation know their sheet, and are not logged: half a million of them live for
an hour and can be read from the file again."""

from django.db import migrations, models


def set_logging(logged):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"ALTER TABLE residents_registerrow SET {logged}")

    return run


class Migration(migrations.Migration):
    dependencies = [("residents", "0003_marked_sheet")]
    operations = [
        migrations.AddField(
            model_name="registerrow",
            name="sheet",
            field=models.CharField(blank=True, db_default="", max_length=60, verbose_name="工作表"),
        ),
        migrations.RunPython(set_logging("UNLOGGED"), set_logging("LOGGED")),
    ]
