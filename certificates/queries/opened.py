"""What marks make of a session: from the first sheet on nobody moves it (SPEC 7.8)."""

from __future__ import annotations

from collections.abc import Collection

from certificates.models import MarkSheet, Publication
from scheduling.models import ExamSession


def marks_opened(sessions: Collection[int]) -> str:
    """Why sessions, by their ids, stay as they are; empty while none of them has a sheet of marks or a result."""
    opened = MarkSheet.objects.filter(session__in=sessions).values("session")
    published = Publication.objects.filter(session__in=sessions).values("session")
    found = ExamSession.objects.filter(pk__in=opened.union(published)).order_by("pk").first()
    return f"第 {found.number} 场已有成绩册，不能再变更安排" if found else ""
