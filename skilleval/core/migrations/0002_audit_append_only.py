"""Audit events are only added: the database lets nothing but their seal be written, once, and deletes none."""

from django.db import migrations

GUARD = """
CREATE FUNCTION core_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.sequence IS NULL
        AND to_jsonb(NEW) - 'sequence' - 'digest' = to_jsonb(OLD) - 'sequence' - 'digest' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'audit events are only added' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER core_audit_append_only BEFORE UPDATE OR DELETE ON core_auditevent
    FOR EACH ROW EXECUTE FUNCTION core_audit_append_only();
"""
NO_GUARD = """
DROP TRIGGER core_audit_append_only ON core_auditevent;
DROP FUNCTION core_audit_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [migrations.RunSQL(GUARD, NO_GUARD)]
