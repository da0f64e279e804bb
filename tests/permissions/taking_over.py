"""Workbooks of earlier business that wait to be loaded: a provider's, and a supervisor's of bans."""

from __future__ import annotations

from typing import Any

from registration.models import TakeOver
from skilleval.core import files
from skilleval.core.enums import FileKind
from skilleval.journeys.takeover.verbs import XLSX
from tests.factories import at
from tests.journeys.takeover.makers import banned, credit, sheet

APRIL = at(2026, 4, 7)
REPORT = [
    {"row": 2, "key": "name", "column": "姓名", "message": "姓名有误", "cure": "请更正", "stops": True},
]


def build(provider: Any, manager: Any, supervisor: Any) -> dict[str, Any]:
    return {
        "takeover": take_over("credits", manager, provider=provider),
        "ban_takeover": take_over("bans", supervisor),
    }


def take_over(kind: str, by: Any, **fields: Any) -> TakeOver:
    """Looked at, with a fault, its file there."""
    upload = sheet(kind, banned(1) if kind == "bans" else credit(1))
    stored = files.keep(upload, kind=FileKind.SPREADSHEET, name="导入.xlsx", content_type=XLSX, owner_label="test")
    facts = {
        "kind": kind,
        "file": stored,
        "name": "导入.xlsx",
        "sha256": stored.sha256,
        "state": "ready",
        "report": REPORT,
        "rows_total": 1,
        "rows_new": 1,
        "uploaded_by_id": by.pk,
        "uploaded_by_label": by.label,
        "uploaded_at": APRIL,
    }
    return TakeOver.objects.create(**facts | fields)
