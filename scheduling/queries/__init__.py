"""What the app tells others: fills, dates, seats and tickets."""

from scheduling.queries.attendance import absent, has_sat
from scheduling.queries.dates import cut_off, cut_offs, judge_on, tickets_from
from scheduling.queries.fills import Fill, fill_context, fill_of, fills_for, went_ahead
from scheduling.queries.tickets import awaiting_original, seats_of, ticket_context, ticket_of

__all__ = [
    "Fill",
    "absent",
    "awaiting_original",
    "cut_off",
    "cut_offs",
    "fill_context",
    "fill_of",
    "fills_for",
    "has_sat",
    "judge_on",
    "seats_of",
    "ticket_context",
    "ticket_of",
    "tickets_from",
    "went_ahead",
]
