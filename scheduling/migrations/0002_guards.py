"""What constraints of one table can't say: times that follow the sitting, rooms' capacity, the assessment period."""

from datetime import date

import django.db.models.deletion
from django.db import migrations, models

SEAT_TIME = """
ALTER TABLE scheduling_seat
    ADD CONSTRAINT seat_sitting_time FOREIGN KEY (sitting_id, during)
    REFERENCES scheduling_sitting (id, during) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED
"""

# Statement level, so that seating thousands costs one look. Sittings and rooms are locked against a change in between.
ROOM_CAPACITY = """
CREATE FUNCTION scheduling_check_capacity(sittings bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    place record;
BEGIN
    PERFORM 1 FROM scheduling_sitting s JOIN scheduling_room r ON r.id = s.room_id
        WHERE s.id = ANY (sittings) ORDER BY s.id FOR SHARE;
    SELECT r.name, r.capacity, max(seat.number) AS highest INTO place
        FROM scheduling_sitting s
        JOIN scheduling_room r ON r.id = s.room_id
        JOIN scheduling_seat seat ON seat.sitting_id = s.id
        WHERE s.id = ANY (sittings)
        GROUP BY s.id, r.id HAVING max(seat.number) > r.capacity LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '考场“%”最多容纳 % 人，不能安排到第 % 座，请换更大的考场或分到多个考场',
            place.name, place.capacity, place.highest
            USING ERRCODE = 'check_violation', CONSTRAINT = 'seat_room_capacity';
    END IF;
END $$;

CREATE FUNCTION scheduling_seat_capacity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM scheduling_check_capacity(ARRAY(SELECT DISTINCT sitting_id FROM changed));
    RETURN NULL;
END $$;

CREATE FUNCTION scheduling_sitting_capacity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM scheduling_check_capacity(ARRAY[NEW.id]);
    RETURN NULL;
END $$;

CREATE FUNCTION scheduling_room_capacity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM scheduling_check_capacity(ARRAY(SELECT id FROM scheduling_sitting WHERE room_id = NEW.id));
    RETURN NULL;
END $$;

CREATE TRIGGER seat_capacity_inserted AFTER INSERT ON scheduling_seat
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION scheduling_seat_capacity();
CREATE TRIGGER seat_capacity_updated AFTER UPDATE ON scheduling_seat
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION scheduling_seat_capacity();
CREATE TRIGGER sitting_capacity AFTER UPDATE OF room_id ON scheduling_sitting
    FOR EACH ROW EXECUTE FUNCTION scheduling_sitting_capacity();
CREATE TRIGGER room_capacity_lowered AFTER UPDATE OF capacity ON scheduling_room
    FOR EACH ROW WHEN (NEW.capacity < OLD.capacity) EXECUTE FUNCTION scheduling_room_capacity();
"""

NO_ROOM_CAPACITY = """
DROP TRIGGER room_capacity_lowered ON scheduling_room;
DROP TRIGGER sitting_capacity ON scheduling_sitting;
DROP TRIGGER seat_capacity_updated ON scheduling_seat;
DROP TRIGGER seat_capacity_inserted ON scheduling_seat;
DROP FUNCTION scheduling_room_capacity();
DROP FUNCTION scheduling_sitting_capacity();
DROP FUNCTION scheduling_seat_capacity();
DROP FUNCTION scheduling_check_capacity(bigint[]);
"""

# Judged when a session is dated: moving a window later says so there and doesn't undo what was published.
PERIOD = """
CREATE FUNCTION scheduling_check_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.period_override_reason = '' AND NOT EXISTS (
        SELECT 1 FROM scheduling_batch b JOIN registration_window w ON w.id = b.window_id
        WHERE b.id = NEW.batch_id AND NEW.held_on BETWEEN coalesce(w.exam_from, w.opens_on) AND w.exam_by
    ) THEN
        RAISE EXCEPTION '评价日期 % 不在本批次的评价期内，请改期或填写超出评价期的原因', NEW.held_on
            USING ERRCODE = 'check_violation', CONSTRAINT = 'exam_session_period';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER exam_session_period BEFORE INSERT OR UPDATE OF held_on, period_override_reason, batch_id
    ON scheduling_examsession FOR EACH ROW EXECUTE FUNCTION scheduling_check_period();
"""

NO_PERIOD = """
DROP TRIGGER exam_session_period ON scheduling_examsession;
DROP FUNCTION scheduling_check_period();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("registration", "0001_initial"),
        ("scheduling", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="cut_off_on",
            field=models.DateField(default=date(2026, 1, 1), verbose_name="缴费截止"),  # refreshed by the next due run
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="seat",
            name="sitting",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="seats",
                to="scheduling.sitting",
                verbose_name="科目安排",
            ),
        ),
        migrations.RunSQL(SEAT_TIME, "ALTER TABLE scheduling_seat DROP CONSTRAINT seat_sitting_time"),
        migrations.RunSQL(ROOM_CAPACITY, NO_ROOM_CAPACITY),
        migrations.RunSQL(PERIOD, NO_PERIOD),
    ]
