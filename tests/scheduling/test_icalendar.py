"""The calendar file: what RFC 5545 asks of its lines."""

from datetime import UTC, datetime

from scheduling.icalendar import Appointment, calendar

START, END = datetime(2026, 4, 11, 1, tzinfo=UTC), datetime(2026, 4, 11, 2, 30, tzinfo=UTC)


def appointment(title: str = "测试", place: str = "测试路 1 号") -> Appointment:
    return Appointment("u@x", START, END, title, place, "准考证号 1;座位 2\n请携带证件")


def test_times_are_utc_and_text_is_escaped() -> None:
    lines = calendar([appointment(place="甲,乙")], stamp=START).decode().split("\r\n")
    assert "DTSTART:20260411T010000Z" in lines
    assert "DTEND:20260411T023000Z" in lines
    assert "LOCATION:甲\\,乙" in lines
    assert "DESCRIPTION:准考证号 1\\;座位 2\\n请携带证件" in lines


def test_no_line_is_longer_than_75_octets_and_folding_loses_nothing() -> None:
    title = "人工智能训练师四级中级工" * 12
    made = calendar([appointment(title=title)], stamp=START)
    assert all(len(line) <= 75 for line in made.split(b"\r\n"))
    assert f"SUMMARY:{title}" in made.decode().replace("\r\n ", "")
    assert made.endswith(b"END:VCALENDAR\r\n")
