"""The app's verbs."""

from scheduling.services.attendance import note, note_roll, note_ticket
from scheduling.services.cancelling import cancel
from scheduling.services.confirmed import check_threshold
from scheduling.services.housing import assign_room, assign_rooms
from scheduling.services.judging import form_early, judge, judge_due
from scheduling.services.latecomers import place_latecomers
from scheduling.services.planning import set_time
from scheduling.services.publishing import publish
from scheduling.services.seats import free_seats, lock_plans
from scheduling.services.splitting import merge, move_people, split
from scheduling.services.tickets import note_fetched, release_session, release_tickets
from scheduling.services.waiting import resume_waiting

__all__ = [
    "assign_room",
    "assign_rooms",
    "cancel",
    "check_threshold",
    "form_early",
    "free_seats",
    "judge",
    "judge_due",
    "lock_plans",
    "merge",
    "move_people",
    "note",
    "note_fetched",
    "note_roll",
    "note_ticket",
    "place_latecomers",
    "publish",
    "release_session",
    "release_tickets",
    "resume_waiting",
    "set_time",
    "split",
]
