"""The days an order was drawn and its payer reminded, and a ledger that can only grow."""

import datetime

from django.db import migrations, models

APPEND_ONLY = """
CREATE FUNCTION fees_ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'fees_ledgerentry is append-only: book a correction instead' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER fees_ledger_append_only BEFORE UPDATE OR DELETE ON fees_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION fees_ledger_append_only();
"""
UNDO = """
DROP TRIGGER fees_ledger_append_only ON fees_ledgerentry;
DROP FUNCTION fees_ledger_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("fees", "0002_initial")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="drawn_on",
            field=models.DateField(default=datetime.date(2026, 1, 1), verbose_name="开具日期"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="order",
            name="reminded_on",
            field=models.DateField(blank=True, null=True, verbose_name="催缴日期"),
        ),
        migrations.RunSQL(APPEND_ONLY, UNDO),
    ]
