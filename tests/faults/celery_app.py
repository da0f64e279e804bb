"""Celery as the portal runs it, looking for work every second and with the tally to do."""

from skilleval.celery import app

app.conf.beat_schedule = {"sweep": {"task": "core.sweep", "schedule": 1.0}}
app.conf.include = ["tests.faults.tally"]
