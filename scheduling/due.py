"""What this app does when a day has come; the beat, `run_due` and the demo's clock call the same verbs."""

from datetime import date

from scheduling import services
from scheduling.services import bundles
from skilleval.core import clock
from skilleval.core.due import due


@due("scheduling.resume_waiting")
def resume_waiting(on: date) -> int:
    """Bring those who await the next notice into its first window, once there is one."""
    return services.resume_waiting(at=clock.now())


@due("scheduling.judge")
def judge(on: date) -> int:
    """Judge the batches whose day has come."""
    return services.judge_due(on)


@due("scheduling.latecomers")
def latecomers(on: date) -> int:
    """Find a place, or the next window, for those confirmed after the judgment."""
    return services.place_latecomers(at=clock.now())


@due("scheduling.release_tickets")
def release_tickets(on: date) -> int:
    """Release the admission tickets that are due."""
    return services.release_tickets(on)


@due("scheduling.remind_unfetched")
def remind_unfetched(on: date) -> int:
    """Remind those who haven't fetched their ticket shortly before the exam."""
    return services.remind_unfetched(on, at=clock.now())


@due("scheduling.erase_bundles")
def erase_bundles(on: date) -> int:
    """Erase the files of many tickets that were made some days ago."""
    return bundles.erase_old(on)
