"""Do what is due. In the demo, ``--on`` also sets the clock ahead, running every day between in order."""

from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from skilleval.core import clock, due, tasks
from skilleval.core.errors import Refused


class Command(BaseCommand):
    """``run_due [--on YYYY-MM-DD]``; outside the demo the day is today at the latest."""

    help = "做完到期的事；演示环境可用 --on 把日期推进到某天"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", type=date.fromisoformat, help="YYYY-MM-DD，默认今天")

    def handle(self, *args: Any, **options: Any) -> None:
        today = clock.today()
        on: date = options["on"] or today
        if on > today and not clock.is_demo():
            raise CommandError(f"--on 不能晚于今天（{today}）：只有演示环境可以推进日期")
        try:
            self._run(min(on, today))
            for ahead in range(1, (on - today).days + 1):
                clock.advance_to(today + timedelta(days=ahead), by=None)
                self._run(today + timedelta(days=ahead))
        except (Refused, due.SomeFailed) as error:
            raise CommandError(str(error)) from error

    def _run(self, day: date) -> None:
        """One day's verbs, then the work they caused, so that the next day finds it done."""
        done = due.run_due(day)
        tasks.work_once(limit=None)
        told = "，".join(f"{name} {count}" for name, count in done.items() if count)
        self.stdout.write(f"{day}：{told or '无到期事项'}")
