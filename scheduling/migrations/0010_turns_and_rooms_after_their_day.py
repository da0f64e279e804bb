"""A session's turns may move into each other's times; a room isn't kept for published sittings that are over."""

import django.db.models.constraints
from django.db import migrations, models

# What is over is said by the portal's clock, which the services set for their transaction; without it nothing is. A
# proposal whose time has passed is still to be held, on another day.
CHECK_ROOMS = """
CREATE OR REPLACE FUNCTION scheduling_check_rooms(rooms bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    over_at timestamptz := coalesce(nullif(current_setting('scheduling.over_at', true), ''), '-infinity');
BEGIN
    PERFORM scheduling_check_capacity(ARRAY(
        SELECT DISTINCT s.id FROM scheduling_sitting s
            JOIN scheduling_seat seat ON seat.sitting_id = s.id
            JOIN registration_application a ON a.id = seat.application_id
            WHERE s.room_id = ANY (rooms) AND a.state IN ('confirmed', 'scheduled')
                AND NOT (s.live AND upper(s.during) <= over_at)
    ));
END $$;
"""

CHECK_ROOMS_ALWAYS = """
CREATE OR REPLACE FUNCTION scheduling_check_rooms(rooms bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM scheduling_check_capacity(ARRAY(
        SELECT DISTINCT s.id FROM scheduling_sitting s
            JOIN scheduling_seat seat ON seat.sitting_id = s.id
            JOIN registration_application a ON a.id = seat.application_id
            WHERE s.room_id = ANY (rooms) AND a.state IN ('confirmed', 'scheduled')
    ));
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("scheduling", "0009_period_when_published"),
    ]

    operations = [
        migrations.RemoveConstraint("sitting", "sitting_once"),
        migrations.AddConstraint(
            "sitting",
            models.UniqueConstraint(
                fields=("session", "subject", "room", "during"),
                name="sitting_once",
                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                violation_error_message="同一考场在同一时间已有本场的这个科目，请换考场或改时间",
            ),
        ),
        migrations.RunSQL(CHECK_ROOMS, CHECK_ROOMS_ALWAYS),
    ]
