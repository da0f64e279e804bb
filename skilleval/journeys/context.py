"""What every page knows: the portal's date and, in the demonstration, its bar."""

from typing import Any

from django.http import HttpRequest

from skilleval.core import clock


def portal(request: HttpRequest) -> dict[str, Any]:
    """`today` for every page; `demo` only in the demonstration."""
    today = clock.today()
    return {"today": today, "demo": {"today": today} if clock.is_demo() else None}
