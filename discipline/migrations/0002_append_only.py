"""An edition of the clauses is never edited, and evidence stays as it came (SPEC 10, RELIABILITY 5)."""

from django.db import migrations

TABLES = ("discipline_clause", "discipline_caseevidence")
APPEND_ONLY = """
CREATE FUNCTION discipline_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: add a further edition or file instead', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
""" + "".join(
    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION discipline_append_only();\n"
    for table in TABLES
)
UNDO = "".join(f"DROP TRIGGER {table}_append_only ON {table};\n" for table in TABLES) + (
    "DROP FUNCTION discipline_append_only();"
)


class Migration(migrations.Migration):
    dependencies = [("discipline", "0001_initial")]

    operations = [migrations.RunSQL(APPEND_ONLY, UNDO)]
