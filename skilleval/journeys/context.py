"""What every page knows: the portal's date and, in the demonstration, its bar."""

from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from discipline.policy import DECIDE, REPORT
from skilleval.core import clock
from skilleval.core.scoping import reaches


def portal(request: HttpRequest) -> dict[str, Any]:
    """`today` for every page; `demo` only in the demonstration; for the header what the person is there for."""
    today = clock.today()
    return {
        "today": today,
        "demo": _bar(today) if clock.is_demo() else None,
        "oversees": lambda: _may(request, DECIDE),
        "on_duty": lambda: _may(request, REPORT),
    }


def _may(request: HttpRequest, action: str) -> bool:
    """Whether the header offers what an action of the policy leads to; asked only where it is shown."""
    return request.user.is_authenticated and reaches(request.user, action)  # type: ignore[arg-type]


def _bar(today: date) -> dict[str, Any]:
    notes = ["人员和业务数据均为虚构"]
    if settings.STAFF_MFA == "off":
        notes.append("工作人员二次验证已关闭")
    return {
        "date": today,
        "mailbox_url": reverse("demo_mailbox"),
        "advance_url": reverse("demo_clock"),
        "notes": notes,
    }
