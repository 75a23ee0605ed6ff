from django.db import migrations

from residents.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("reporting", "0001_initial")]
    operations = [protect("reporting_snapshot"), protect("reporting_snapshotrow"), protect("reporting_ranking")]
