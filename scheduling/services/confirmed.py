"""What a confirmation sets off: the batch may go ahead, or a latecomer needs a place (SPEC 7.1, 7.2)."""

from datetime import datetime

from scheduling.services import batches, latecomers


def check_threshold(application_id: int, *, at: datetime) -> bool:
    """Count a confirmed application for its batch, or place it if that was judged; whether the batch now goes ahead.

    Idempotent: the second of two deliveries finds the batch announced, or the person placed.
    """
    if latecomers.place(application_id, at=at):
        return False
    return batches.check_threshold(application_id, at=at)
