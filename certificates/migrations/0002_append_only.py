"""What is published never changes: results, their marks and the publication itself only grow (SPEC 9.2)."""

from django.db import migrations

TABLES = ("certificates_result", "certificates_resultmark", "certificates_publication")
APPEND_ONLY = """
CREATE FUNCTION certificates_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: publish a further version instead', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
""" + "".join(
    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION certificates_append_only();\n"
    for table in TABLES
)
UNDO = "".join(f"DROP TRIGGER {table}_append_only ON {table};\n" for table in TABLES) + (
    "DROP FUNCTION certificates_append_only();"
)


class Migration(migrations.Migration):
    dependencies = [("certificates", "0001_initial")]

    operations = [migrations.RunSQL(APPEND_ONLY, UNDO)]
