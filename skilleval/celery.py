"""Celery as a doorbell, and the one table that says which event leads to which job.

Rows in the database are the truth (core.Job, core.Event); a task message only says "look". A lost, doubled or
late message therefore changes nothing, and the demo drains the same rows without Redis (`manage.py work`).
"""

import os

from celery import Celery, bootsteps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skilleval.settings")

app = Celery("skilleval")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    {
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "task_ignore_result": True,
        "task_time_limit": 600,
        "task_soft_time_limit": 540,
        "worker_max_memory_per_child": 400_000,  # KiB
        "broker_connection_retry_on_startup": True,
        "timezone": "Asia/Shanghai",
        "beat_schedule": {
            "sweep": {"task": "core.sweep", "schedule": 60.0},
            "run-due": {"task": "core.run_due", "schedule": 300.0},
        },
    }
)
app.autodiscover_tasks(["skilleval.core"])


class Verified(bootsteps.StartStopStep):
    """A worker doesn't start with the wrong keys or a demo's clock."""

    def __init__(self, parent: object, **options: object) -> None:
        from skilleval.core import startup

        startup.verify()


app.steps["worker"].add(Verified)

#: event kind -> the jobs it leads to. Consumers also find their work by asking what is due.
EVENT_JOBS: dict[str, tuple[str, ...]] = {
    "registration.confirmed": ("scheduling.check_threshold",),
}
