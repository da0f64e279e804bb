"""Hold the sealed audit trail against its seals."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from skilleval.core import seal


class Command(BaseCommand):
    """``verify_audit``: recompute the whole chain; fails at the first event altered, added or missing."""

    help = "核对审计记录的封存链；发现第一条被改动、插入或缺失的记录即报错"

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            length = seal.verify()
        except seal.Broken as broken:
            raise CommandError(f"审计记录的封存链不完整，自此处起不可信：{broken}") from broken
        self.stdout.write(f"封存链完整，共 {length} 条审计记录；尚未封存 {seal.pending()} 条")
