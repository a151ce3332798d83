from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("search_indexing", "0003_parts_of_vectors"),
    ]

    operations = [
        migrations.AddField(
            model_name="articletext",
            name="summary_tokens",
            field=models.BinaryField(default=bytes),
        ),
    ]
