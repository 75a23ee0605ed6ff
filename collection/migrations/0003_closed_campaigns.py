from django.db import migrations

from collection.closed import close_to_closed


class Migration(migrations.Migration):
    dependencies = [("collection", "0002_append_only"), ("subsidies", "0002_append_only")]
    operations = [
        close_to_closed("collection_movement"),
        close_to_closed("collection_contribution"),
        close_to_closed("collection_deposit"),
    ]
