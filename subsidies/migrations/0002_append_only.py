from django.db import migrations

from residents.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("subsidies", "0001_initial")]
    operations = [protect("subsidies_policyversion")]
