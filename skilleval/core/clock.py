"""The one clock that rules decide by. Leases, time-outs, logs and audit use real time instead.

Only the demo's clock can run ahead, by whole days that web, worker and commands share through the database.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from skilleval.core.errors import Refused
from skilleval.core.policy import Actor

SHANGHAI = ZoneInfo("Asia/Shanghai")


def is_demo() -> bool:
    """Whether this is the demo, where the clock may be set ahead and no message leaves."""
    return bool(settings.DEMO)


def now() -> datetime:
    """The portal's time, aware."""
    real = timezone.now()
    return real + timedelta(days=_days_ahead()) if is_demo() else real


def today() -> date:
    """The portal's date in Shanghai."""
    return now().astimezone(SHANGHAI).date()


@transaction.atomic
def advance_to(day: date, *, by: Actor | None) -> None:
    """Set the demo's clock ahead to a day; raises Refused outside the demo and for days gone by."""
    from skilleval.core import audit
    from skilleval.core.models import ClockOffset

    if not is_demo():
        raise Refused("演示日期只能在演示环境中设置")
    ClockOffset.objects.get_or_create(pk=1)
    offset = ClockOffset.objects.select_for_update().get(pk=1)
    days = (day - timezone.now().astimezone(SHANGHAI).date()).days
    if days < offset.days:
        raise Refused(f"演示日期只能向后推进，当前为 {today():%Y年%m月%d日}", field="day")
    if days > offset.days:
        offset.days = days
        offset.save(update_fields=["days"])
        audit.record("clock.advanced", by=by, obj=offset, to=day.isoformat())


def _days_ahead() -> int:
    from skilleval.core.models import ClockOffset

    return ClockOffset.objects.values_list("days", flat=True).filter(pk=1).first() or 0
