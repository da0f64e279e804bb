"""Who named a refund's account doesn't approve it; of a receipt the payer can be erased, and nothing else changed."""

from django.db import migrations, models

# RELIABILITY 8: payer, account and text go when their time is over; day and amount stay.
ERASURE = """
CREATE OR REPLACE FUNCTION fees_receipt_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.payer IN ('', OLD.payer) AND NEW.reference IN ('', OLD.reference)
        AND NEW.payer_account IN (''::bytea, OLD.payer_account)
        AND to_jsonb(NEW) - ARRAY['payer', 'payer_account', 'reference']
            = to_jsonb(OLD) - ARRAY['payer', 'payer_account', 'reference'] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'fees_receipt is append-only: reverse it instead' USING ERRCODE = 'restrict_violation';
END $$;
"""
UNDO = """
CREATE OR REPLACE FUNCTION fees_receipt_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'fees_receipt is append-only: reverse it instead' USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("fees", "0011_statement_doubts")]

    operations = [
        migrations.AddField(
            model_name="refund",
            name="account_named_by_id",
            field=models.BigIntegerField(blank=True, null=True, verbose_name="账号填写人编号"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["approved", "paid"]), _negated=True),
                    ("account_named_by_id", None),
                    models.Q(("account_named_by_id", models.F("decided_by_id")), _negated=True),
                    _connector="OR",
                ),
                name="refund_account_four_eyes",
                violation_error_message="退费须由填写收款账号以外的人员核准",
            ),
        ),
        migrations.RunSQL(ERASURE, UNDO),
    ]
