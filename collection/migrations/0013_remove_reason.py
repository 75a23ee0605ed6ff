from django.db import migrations, models


class Migration(migrations.Migration):
    """The cause says it now."""

    dependencies = [("collection", "0012_causes")]

    operations = [
        # With a default the way back works too.
        migrations.AlterField(
            model_name="visit",
            name="reason",
            field=models.CharField(default="other", max_length=10),
        ),
        migrations.RemoveField(model_name="visit", name="reason"),
    ]
