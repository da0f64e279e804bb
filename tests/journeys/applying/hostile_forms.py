"""What people, and programs, send to the forms of applying: each with what should become of it (RELIABILITY)."""

from __future__ import annotations

from datetime import date

#: A line as typed, and as it is kept; None where it is refused.
LINES: dict[str, tuple[str, str | None]] = {
    "rare characters": ("𠮷野䶮㛃厂", "𠮷野䶮㛃厂"),
    "beyond the planes fonts have": ("𰻞面馆", "𰻞面馆"),
    "a middle dot": ("阿依古丽·买买提厂", "阿依古丽·买买提厂"),
    "another script": ("Société Générale Ünïted", "Société Générale Ünïted"),
    "markup": ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    "a template": ("{{ settings.SECRET_KEY }}{% now 'Y' %}", "{{ settings.SECRET_KEY }}{% now 'Y' %}"),
    "a placeholder of a message": ("{申报编号}{0}%s", "{申报编号}{0}%s"),
    "a statement": ("'; DROP TABLE registration_application; --", "'; DROP TABLE registration_application; --"),
    "a formula": ('=HYPERLINK("http://x")', '=HYPERLINK("http://x")'),
    "a turned direction": ("甲\u202e乙\u2066丙\u2069", "甲乙丙"),
    "signs without width": ("甲\u200b乙\ufeff\u200d丙", "甲乙丙"),
    "a line break": ("甲\r\n乙\t丙", "甲 乙 丙"),
    "escape sequences": ("\x1b[31m甲\x07", "[31m甲"),
    "nothing to see": ("\u200b\u202e\ufeff", None),
    "a null character": ("甲\x00乙", None),
    "far too much": ("甲" * 5000, None),
}

TODAY = date(2026, 3, 10)
#: A first working day as typed by somebody born on 1990-05-20, and as it is kept; else the words it is refused with.
DAYS: dict[str, tuple[str, date | str]] = {
    "a day": ("2015-07-01", date(2015, 7, 1)),
    "in slashes": ("2015/7/1", date(2015, 7, 1)),
    "a leap day": ("2024-02-29", date(2024, 2, 29)),
    "no leap day": ("2026-02-29", "须是存在的日期"),
    "a day no month has": ("2026-02-30", "须是存在的日期"),
    "a thirteenth month": ("2025-13-01", "须是存在的日期"),
    "today": ("2026-03-10", TODAY),
    "tomorrow": ("2026-03-11", "不能晚于今天"),
    "the birthday": ("1990-05-20", date(1990, 5, 20)),
    "the day before": ("1990-05-19", "早于您的出生日期"),
    "the first day there is": ("0001-01-01", "早于您的出生日期"),
    "no year": ("0000-01-01", "须是存在的日期"),
    "the last day there is": ("9999-12-31", "不能晚于今天"),
    "after the last": ("10000-01-01", "须是存在的日期"),
    "the day first": ("01/07/2015", "须是存在的日期"),
    "a number of a spreadsheet": ("42186", "须是存在的日期"),
    "not a number": ("NaN", "须是存在的日期"),
    "words": ("昨天", "须是存在的日期"),
    "a moment": ("2015-07-01T00:00:00Z", "须是存在的日期"),
    "a null character": ("2015-07-01\x00", "须是存在的日期"),
    "a statement": ("2015-07-01'; --", "须是存在的日期"),
    "too much": ("1" * 5000, "须是存在的日期"),
}
