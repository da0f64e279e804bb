from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ("fees", "0009_money_guards"),
    ]

    operations = [
        migrations.AlterField(
            model_name="orderline",
            name="prices",
            field=models.JSONField(verbose_name="费用明细"),
        ),
        migrations.AddConstraint(
            model_name="feeitem",
            constraint=models.CheckConstraint(
                condition=Q(Q(("kind", "package"), _negated=True), Q(("applies_to", "any"), _negated=True), _connector="OR"),
                name="fee_package_for",
                violation_error_message="整体收费须说明是正考还是补考的价格，两者都有的分两条填写",
            ),
        ),
    ]
