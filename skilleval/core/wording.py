"""How dates, times and money are worded on screen, on paper and in messages.

Pure: no clock, no database. Aware datetimes are shown in Shanghai's time.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from skilleval.core.clock import SHANGHAI

WEEKDAYS = "一二三四五六日"
UNPUBLISHED_FEE = "费用待公布"


def _local(moment: datetime) -> datetime:
    return moment.astimezone(SHANGHAI) if moment.tzinfo else moment


def _day(value: date | datetime) -> date:
    return _local(value).date() if isinstance(value, datetime) else value


def cn_day(value: date | datetime) -> str:
    """3月21日（周六）: where the year is plain from the context."""
    day = _day(value)
    return f"{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


def cn_date(value: date | datetime) -> str:
    """2026年3月21日（周六）."""
    return f"{_day(value).year}年{cn_day(value)}"


def cn_month(value: date | datetime) -> str:
    """2026年3月."""
    day = _day(value)
    return f"{day.year}年{day.month}月"


def cn_time(value: time | datetime) -> str:
    """09:00, on the 24-hour clock."""
    return (_local(value) if isinstance(value, datetime) else value).strftime("%H:%M")


def cn_datetime(value: datetime) -> str:
    """2026年3月21日（周六） 09:00."""
    return f"{cn_date(value)} {cn_time(value)}"


def cn_deadline(value: date | datetime, *, year: bool = False) -> str:
    """The last moment in words: a date counts to its end ("4月30日 24:00 前"), a datetime to its minute.

    Midnight belongs to the day before it, as people read a deadline; `year` puts the year in front.
    """
    clock = "24:00"
    day = _day(value)
    if isinstance(value, datetime):
        if _local(value).time() == time(0):
            day -= timedelta(days=1)
        else:
            clock = cn_time(value)
    prefix = f"{day.year}年" if year else ""
    return f"{prefix}{day.month}月{day.day}日 {clock} 前"


def cn_period(first: date, last: date) -> str:
    """2026年4月1日至4月30日: both days included, the second year only where it differs."""
    end = f"{last.month}月{last.day}日" if last.year == first.year else f"{last.year}年{last.month}月{last.day}日"
    return f"{first.year}年{first.month}月{first.day}日至{end}"


def yuan(amount: Decimal | int | None) -> str:
    """¥480.00; a fee that isn't published is said, never invented (None: 费用待公布)."""
    if amount is None:
        return UNPUBLISHED_FEE
    exact = Decimal(amount).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    sign = "-" if exact < 0 else ""
    return f"{sign}¥{abs(exact):,.2f}"
