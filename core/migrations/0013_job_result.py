from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0012_display")]

    operations = [
        migrations.AddField(
            model_name="job",
            name="result",
            field=models.JSONField(editable=False, null=True, verbose_name="结果"),
        ),
    ]
