from django.db import migrations

from residents.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("collection", "0001_initial")]
    operations = [protect("collection_movement")]
