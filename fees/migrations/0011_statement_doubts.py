from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("fees", "0010_fee_packages"),
    ]

    operations = [
        migrations.AddField(
            model_name="statement",
            name="warnings",
            field=models.JSONField(blank=True, default=list, verbose_name="提醒"),
        ),
        migrations.AddField(
            model_name="statementline",
            name="doubt",
            field=models.CharField(blank=True, max_length=300, verbose_name="文件疑点"),
        ),
    ]
