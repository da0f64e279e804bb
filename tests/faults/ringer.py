"""A beat in a hurry: rings for what the beat asks every minute and every five, again and again, until it is killed.

A ring that is lost because Redis is away is lost: the next one finds the same work.
"""

from __future__ import annotations

import contextlib
import time

from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from skilleval.celery import app

PAUSE_SECONDS = 0.5

if __name__ == "__main__":
    while True:
        for name in ("core.sweep", "core.run_due"):
            with contextlib.suppress(OperationalError, RedisError, OSError):
                app.send_task(name, retry=False)
        time.sleep(PAUSE_SECONDS)
