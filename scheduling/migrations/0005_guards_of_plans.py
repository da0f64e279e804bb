"""What constraints of one table can't say: duties follow their sitting's time; people sit on places that there are."""

from django.db import migrations

DUTY_TIME = """
ALTER TABLE scheduling_duty
    ADD CONSTRAINT duty_sitting_time FOREIGN KEY (sitting_id, during)
    REFERENCES scheduling_sitting (id, during) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED
"""

# Where a room has stations for the occupation, practical places are those; else the places of its plan that aren't
# blocked; else, without a plan, the numbers up to its capacity. Rooms are locked against a change in between. A room may be
# changed against sittings that are over: whoever sat there is neither confirmed nor scheduled any more.
PLACES = """
CREATE OR REPLACE FUNCTION scheduling_check_capacity(sittings bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    place record;
BEGIN
    PERFORM 1 FROM scheduling_sitting s JOIN scheduling_room r ON r.id = s.room_id
        WHERE s.id = ANY (sittings) ORDER BY s.id FOR SHARE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT r.name, coalesce(station.count, r.capacity) AS places, seat.number INTO place
        FROM scheduling_sitting s
        JOIN scheduling_room r ON r.id = s.room_id
        JOIN scheduling_examsession e ON e.id = s.session_id
        JOIN scheduling_batch b ON b.id = e.batch_id
        JOIN catalogue_offering o ON o.id = b.offering_id
        JOIN catalogue_worktype w ON w.id = o.work_type_id
        LEFT JOIN scheduling_station station
            ON station.room_id = r.id AND station.occupation_id = w.occupation_id AND s.subject = 'practical'
        LEFT JOIN LATERAL (
            SELECT array_agg(p.number) AS numbers FROM scheduling_roomseat p
            WHERE p.room_id = r.id AND p.kind <> 'blocked' AND station.id IS NULL
            HAVING count(*) > 0
        ) plan ON true
        JOIN scheduling_seat seat ON seat.sitting_id = s.id
        WHERE s.id = ANY (sittings) AND CASE
            WHEN station.id IS NOT NULL THEN seat.number > station.count
            WHEN plan.numbers IS NOT NULL THEN seat.number <> ALL (plan.numbers)
            ELSE seat.number > r.capacity
        END
        ORDER BY seat.number DESC LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '考场“%”可用 % 座，没有可用的第 % 座，请换更大的考场或分到多个考场',
            place.name, place.places, place.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'seat_room_capacity';
    END IF;
END $$;

CREATE OR REPLACE FUNCTION scheduling_check_rooms(rooms bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM scheduling_check_capacity(ARRAY(
        SELECT DISTINCT s.id FROM scheduling_sitting s
            JOIN scheduling_seat seat ON seat.sitting_id = s.id
            JOIN registration_application a ON a.id = seat.application_id
            WHERE s.room_id = ANY (rooms) AND a.state IN ('confirmed', 'scheduled')
    ));
END $$;

CREATE OR REPLACE FUNCTION scheduling_room_capacity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM scheduling_check_rooms(ARRAY[NEW.id]);
    RETURN NULL;
END $$;

CREATE FUNCTION scheduling_places_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM scheduling_check_rooms(ARRAY(SELECT DISTINCT room_id FROM changed));
    RETURN NULL;
END $$;

CREATE TRIGGER room_seat_inserted AFTER INSERT ON scheduling_roomseat
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION scheduling_places_changed();
CREATE TRIGGER room_seat_updated AFTER UPDATE ON scheduling_roomseat
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION scheduling_places_changed();
CREATE TRIGGER room_seat_deleted AFTER DELETE ON scheduling_roomseat
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION scheduling_places_changed();
CREATE TRIGGER station_inserted AFTER INSERT ON scheduling_station
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION scheduling_places_changed();
CREATE TRIGGER station_updated AFTER UPDATE ON scheduling_station
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION scheduling_places_changed();
CREATE TRIGGER station_deleted AFTER DELETE ON scheduling_station
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION scheduling_places_changed();
"""

NO_PLACES = """
DROP TRIGGER station_deleted ON scheduling_station;
DROP TRIGGER station_updated ON scheduling_station;
DROP TRIGGER station_inserted ON scheduling_station;
DROP TRIGGER room_seat_deleted ON scheduling_roomseat;
DROP TRIGGER room_seat_updated ON scheduling_roomseat;
DROP TRIGGER room_seat_inserted ON scheduling_roomseat;
DROP FUNCTION scheduling_places_changed();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0001_initial"),
        ("scheduling", "0004_plans_staff_and_bundles"),
    ]

    operations = [
        migrations.RunSQL(DUTY_TIME, "ALTER TABLE scheduling_duty DROP CONSTRAINT duty_sitting_time"),
        migrations.RunSQL(PLACES, NO_PLACES),
    ]
