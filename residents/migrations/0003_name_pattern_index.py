from django.db import migrations

from residents.search import add_name_pattern_index, drop_name_pattern_index


class Migration(migrations.Migration):
    dependencies = [("residents", "0002_append_only")]
    operations = [migrations.RunPython(add_name_pattern_index, drop_name_pattern_index)]
