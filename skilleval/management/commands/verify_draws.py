"""Repeat the draws of seats from what was recorded of them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scheduling import seating
from scheduling.models import SeatDraw


class Command(BaseCommand):
    """``verify_draws``: every recorded draw again; names those that don't come out as they did, and fails then."""

    help = "按记录的种子、名单和座位重算全部座位抽签；列出结果不一致的"

    def handle(self, *args: Any, **options: Any) -> None:
        count, wrong = 0, []
        for draw in SeatDraw.objects.order_by("pk").iterator(chunk_size=100):
            count += 1
            if not seating.repeats(draw.facts, draw.seed):
                wrong.append(str(draw.pk))
        if wrong:
            raise CommandError(f"{len(wrong)} 次座位抽签重算结果与记录不一致：{'、'.join(wrong)}")
        self.stdout.write(f"{count} 次座位抽签重算结果与记录一致")
