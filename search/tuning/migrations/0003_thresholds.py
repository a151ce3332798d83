from django.db import migrations, models


def measure_anew(apps, schema_editor):
    """The worker's next round measures both numbers."""
    apps.get_model("search_tuning", "Calibration").objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [("search_tuning", "0002_calibration")]

    operations = [
        migrations.RunPython(measure_anew, migrations.RunPython.noop),
        migrations.RenameField("calibration", "threshold", "evidence"),
        migrations.AddField("calibration", "cosine", models.FloatField(null=True)),
    ]
