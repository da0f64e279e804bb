"""The app's verbs."""

from scheduling.services.attendance import note, note_roll, note_ticket
from scheduling.services.cancelling import cancel, cancel_session, postpone
from scheduling.services.confirmed import check_threshold
from scheduling.services.fetching import note_fetched, require_downloadable
from scheduling.services.housing import assign_room, assign_rooms
from scheduling.services.judging import form_early, judge, judge_due
from scheduling.services.latecomers import place_latecomers
from scheduling.services.moving import change_rooms, reschedule, swap_sessions
from scheduling.services.moving_people import move_person, move_place, swap_people
from scheduling.services.planning import set_time
from scheduling.services.publishing import publish
from scheduling.services.rehearsing import rehearse
from scheduling.services.reminding import remind_unfetched
from scheduling.services.seats import free_seats, lock_plans
from scheduling.services.splitting import merge, move_people, split
from scheduling.services.suggesting import suggest_rooms
from scheduling.services.tickets import release_session, release_tickets
from scheduling.services.waiting import resume_waiting

__all__ = [
    "assign_room",
    "assign_rooms",
    "cancel",
    "cancel_session",
    "change_rooms",
    "check_threshold",
    "form_early",
    "free_seats",
    "judge",
    "judge_due",
    "lock_plans",
    "merge",
    "move_people",
    "move_person",
    "move_place",
    "note",
    "note_fetched",
    "note_roll",
    "note_ticket",
    "place_latecomers",
    "postpone",
    "publish",
    "rehearse",
    "release_session",
    "release_tickets",
    "remind_unfetched",
    "require_downloadable",
    "reschedule",
    "resume_waiting",
    "set_time",
    "split",
    "suggest_rooms",
    "swap_people",
    "swap_sessions",
]
