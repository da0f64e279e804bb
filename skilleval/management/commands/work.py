"""The worker where there is no Redis (the demo): waits for rings, drains the rows, and does what is due."""

import logging
import signal
import time
from datetime import date
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection

from skilleval.core import clock, doorbell, due, startup, tasks

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
SWEEP_SECONDS = 30.0


class Command(BaseCommand):
    """``work``: runs until SIGTERM or SIGINT, and outlives a database that stops and comes back."""

    help = "在没有 Redis 的环境中执行后台作业、发送消息并处理到期事项"

    stopping = False
    swept_at = float("-inf")
    swept_on: date | None = None

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        while not self.stopping:
            try:
                self._work()
            except (DatabaseError, InterfaceError):
                logger.warning("the database is away; trying again", exc_info=True)
                connection.close()
                time.sleep(POLL_SECONDS)

    def _work(self) -> None:
        startup.verify()
        doorbell.listen()
        while not self.stopping:
            if self._sweep_is_due():
                self._sweep()
            if not tasks.work_once():
                doorbell.wait(POLL_SECONDS)

    def _sweep_is_due(self) -> bool:
        """Every half minute, and at once when the demo's clock was set ahead."""
        return time.monotonic() - self.swept_at >= SWEEP_SECONDS or clock.today() != self.swept_on

    def _sweep(self) -> None:
        self.swept_at, self.swept_on = time.monotonic(), clock.today()
        tasks.sweep()
        try:
            due.run_due(self.swept_on)
        except due.SomeFailed as error:
            logger.error("due verbs failed: %s", error)

    def _stop(self, signum: int, frame: FrameType | None) -> None:
        self.stopping = True
