"""Make the demonstration's people and their month, once; print who can log in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from skilleval.core.errors import Refused
from skilleval.journeys.demo import groups, story
from skilleval.journeys.demo.people import PASSWORD, Person


class Command(BaseCommand):
    help = "生成演示人员和演示申报（只在演示环境，可重复执行）"

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            for line in story.make():
                self.stdout.write(line)
        except Refused as refused:
            raise CommandError(refused.message) from refused
        self.stdout.write("\n演示账号（密码都是 " + PASSWORD + "）：")
        for email, name, _, _ in story.STAFF:
            self.stdout.write(f"  {name:　<12}{email}")
        for email, name in groups.OFFICERS:
            self.stdout.write(f"  {name:　<12}{email}")
        first = Person(1)
        self.stdout.write(f"  {'参评人员' + first.name:　<12}{first.email}")
