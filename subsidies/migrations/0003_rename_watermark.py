from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):
    dependencies = [("subsidies", "0002_append_only")]

    operations = [
        migrations.RenameModel("CountingLine", "Watermark"),
        migrations.RenameField("Watermark", "settled_until", "closed_until"),
        migrations.AlterField(
            "Watermark",
            "campaign",
            models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                primary_key=True,
                related_name="watermark",
                serialize=False,
                to="subsidies.campaign",
            ),
        ),
    ]
