"""Load the notices: what they publish becomes rows, and what staff changed since stays."""

from typing import Any

from django.core.management.base import BaseCommand

from skilleval.management.notices import load_notices


class Command(BaseCommand):
    help = "载入公告数据（可重复执行；机构改动过的内容保留并列出）"

    def handle(self, *args: Any, **options: Any) -> None:
        for line in load_notices().lines():
            self.stdout.write(line)
