"""A window that was moved leaves proposed sessions where they are: their day is judged again when they are published."""

from django.db import migrations

PUBLISHED = """
CREATE TRIGGER exam_session_period_published BEFORE UPDATE OF state ON scheduling_examsession
    FOR EACH ROW WHEN (NEW.state = 'published' AND OLD.state <> 'published')
    EXECUTE FUNCTION scheduling_check_period();
"""


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0008_sheet_bundles")]

    operations = [
        migrations.RunSQL(PUBLISHED, "DROP TRIGGER exam_session_period_published ON scheduling_examsession"),
    ]
