from django.db import migrations

from residents.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("residents", "0001_initial")]
    operations = [protect("residents_event")]
