"""Every entry has a receipt: what was booked before gets one for each act. Receipts, too, can only grow."""

from itertools import groupby

import django.db.models.deletion
from django.db import migrations, models

APPEND_ONLY = """
CREATE FUNCTION fees_receipt_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'fees_receipt is append-only: reverse it instead' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER fees_receipt_append_only BEFORE UPDATE OR DELETE ON fees_receipt
    FOR EACH ROW EXECUTE FUNCTION fees_receipt_append_only();
"""
UNDO = """
DROP TRIGGER fees_receipt_append_only ON fees_receipt;
DROP FUNCTION fees_receipt_append_only();
"""


def give_receipts(apps, schema_editor):
    written, receipts = apps.get_model("fees", "LedgerEntry").objects, apps.get_model("fees", "Receipt").objects
    uses = apps.get_model("fees", "ReceiptOrder").objects
    entries = list(written.filter(receipt=None).select_related("order").order_by("order_id", "value_on", "id"))
    if not entries:
        return
    schema_editor.execute("ALTER TABLE fees_ledgerentry DISABLE TRIGGER fees_ledger_append_only")
    for (_, value_on), act in groupby(entries, key=lambda entry: (entry.order_id, entry.value_on)):
        rows = list(act)
        order, first = rows[0].order, rows[0]
        receipt = receipts.create(
            provider_id=order.provider_id,
            source="desk",
            value_on=value_on,
            amount=sum(row.amount for row in rows),
            payer=order.payer,
            reference=order.reference,
            key=f"entry:{first.pk}",
            noted_by_id=first.booked_by_id,
            noted_by_label=first.booked_by_label,
        )
        said = {"said_by_id": first.booked_by_id, "said_by_label": first.booked_by_label}
        uses.create(receipt=receipt, order=order, **said)
        written.filter(pk__in=[row.pk for row in rows]).update(receipt=receipt)
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    schema_editor.execute("ALTER TABLE fees_ledgerentry ENABLE TRIGGER fees_ledger_append_only")


class Migration(migrations.Migration):
    dependencies = [("fees", "0007_receipts_refunds_statements")]

    operations = [
        migrations.RunPython(give_receipts, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="ledgerentry",
            name="receipt",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="fees.receipt",
                verbose_name="款项",
            ),
        ),
        migrations.RunSQL(APPEND_ONLY, UNDO),
    ]
