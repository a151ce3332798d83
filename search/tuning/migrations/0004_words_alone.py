from django.db import migrations, models


def measure_anew(apps, schema_editor):
    """The worker's next round measures the new number."""
    apps.get_model("search_tuning", "Calibration").objects.update(basis="")


class Migration(migrations.Migration):

    dependencies = [("search_tuning", "0003_thresholds")]

    operations = [
        migrations.RunPython(measure_anew, migrations.RunPython.noop),
        migrations.AddField("calibration", "words", models.FloatField(null=True)),
    ]
