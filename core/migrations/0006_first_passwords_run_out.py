"""First passwords given out before they ran out begin to run at the upgrade."""

from django.db import migrations
from django.db.models.functions import Now


def begin(apps, schema_editor):
    users = apps.get_model("core", "User").objects
    users.filter(must_change_password=True, password_issued_at=None).update(password_issued_at=Now())


class Migration(migrations.Migration):
    dependencies = [("core", "0005_bulk_exports")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
