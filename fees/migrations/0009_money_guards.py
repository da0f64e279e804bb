"""No receipt is overspent and no line negative, whatever runs beside it; what a payment of part of an order left."""

import django.db.models.deletion
from django.db import migrations, models

# Receipts are locked first (by key, as the services do), so that of two statements at once the second one counts what
# the first one took. A refund asked for or approved counts as taken.
GUARDS = """
CREATE FUNCTION fees_check_receipts(keys bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    bad bigint;
BEGIN
    PERFORM 1 FROM fees_receipt WHERE id = ANY (keys) ORDER BY id FOR NO KEY UPDATE;
    SELECT receipt.id INTO bad FROM fees_receipt receipt
    WHERE receipt.id = ANY (keys)
        AND receipt.amount
            + COALESCE((SELECT other.amount FROM fees_receipt other WHERE other.reverses_id = receipt.id), 0)
            - COALESCE((SELECT sum(CASE WHEN entry.kind = 'refund' THEN -entry.amount ELSE entry.amount END)
                FROM fees_ledgerentry entry
                WHERE entry.receipt_id = receipt.id AND (entry.kind <> 'refund' OR entry.line_id IS NULL)), 0)
            - COALESCE((SELECT sum(item.amount) FROM fees_refunditem item
                JOIN fees_refund refund ON refund.id = item.refund_id AND refund.state IN ('asked', 'approved')
                WHERE item.receipt_id = receipt.id AND item.line_id IS NULL), 0) < 0
    LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'receipt % is overspent', bad
            USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_overspent';
    END IF;
    SELECT held.line_id INTO bad FROM (
        SELECT entry.receipt_id, entry.line_id, sum(entry.amount) AS amount FROM fees_ledgerentry entry
        WHERE entry.receipt_id = ANY (keys) AND entry.line_id IS NOT NULL GROUP BY entry.receipt_id, entry.line_id
    ) held WHERE held.amount < COALESCE((SELECT sum(item.amount) FROM fees_refunditem item
        JOIN fees_refund refund ON refund.id = item.refund_id AND refund.state IN ('asked', 'approved')
        WHERE item.receipt_id = held.receipt_id AND item.line_id = held.line_id), 0)
    LIMIT 1;
    IF bad IS NULL THEN
        SELECT item.line_id INTO bad FROM fees_refunditem item
        JOIN fees_refund refund ON refund.id = item.refund_id AND refund.state IN ('asked', 'approved')
        WHERE item.receipt_id = ANY (keys) AND item.line_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM fees_ledgerentry entry
            WHERE entry.receipt_id = item.receipt_id AND entry.line_id = item.line_id)
        LIMIT 1;
    END IF;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'line % would hold less than nothing', bad
            USING ERRCODE = 'check_violation', CONSTRAINT = 'line_negative';
    END IF;
END $$;

CREATE FUNCTION fees_receipts_of_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM fees_check_receipts((SELECT array_agg(DISTINCT added.receipt_id) FROM added));
    RETURN NULL;
END $$;
CREATE FUNCTION fees_receipts_reversed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM added JOIN fees_receipt wrong ON wrong.id = added.reverses_id
               WHERE added.amount <> -wrong.amount OR added.provider_id <> wrong.provider_id) THEN
        RAISE EXCEPTION 'a reversal takes back all of a receipt'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_reversal_whole';
    END IF;
    PERFORM fees_check_receipts((SELECT array_agg(added.reverses_id) FROM added WHERE added.reverses_id IS NOT NULL));
    RETURN NULL;
END $$;
CREATE TRIGGER fees_ledger_guard AFTER INSERT ON fees_ledgerentry REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION fees_receipts_of_added();
CREATE TRIGGER fees_refund_guard AFTER INSERT ON fees_refunditem REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION fees_receipts_of_added();
CREATE TRIGGER fees_reversal_guard AFTER INSERT ON fees_receipt REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION fees_receipts_reversed();
"""
UNDO = """
DROP TRIGGER fees_ledger_guard ON fees_ledgerentry;
DROP TRIGGER fees_refund_guard ON fees_refunditem;
DROP TRIGGER fees_reversal_guard ON fees_receipt;
DROP FUNCTION fees_receipts_of_added();
DROP FUNCTION fees_receipts_reversed();
DROP FUNCTION fees_check_receipts(bigint[]);
"""


class Migration(migrations.Migration):
    dependencies = [("fees", "0008_receipts_of_earlier_entries")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="split_from",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="split_off",
                to="fees.order",
                verbose_name="分出自订单",
            ),
        ),
        migrations.RunSQL(GUARDS, UNDO),
    ]
