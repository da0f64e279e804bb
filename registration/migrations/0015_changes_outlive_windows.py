import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0005_ticket_reminder"),
        ("registration", "0014_windows_in_stages"),
    ]

    operations = [
        migrations.AddField(
            model_name="windowchange",
            name="provider",
            field=models.ForeignKey(
                default=0,  # there are no changes yet
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="catalogue.provider",
                verbose_name="评价机构",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="windowchange",
            name="label",
            field=models.CharField(default="", max_length=30, verbose_name="批次"),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="windowchange",
            name="window",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="changes",
                to="registration.window",
                verbose_name="申报批次",
            ),
        ),
    ]
