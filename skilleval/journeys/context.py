"""What every page knows: the portal's date and, in the demonstration, its bar."""

from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from skilleval.core import clock


def portal(request: HttpRequest) -> dict[str, Any]:
    """`today` for every page; `demo` only in the demonstration."""
    today = clock.today()
    return {"today": today, "demo": _bar(today) if clock.is_demo() else None}


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
