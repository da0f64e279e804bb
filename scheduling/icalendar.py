"""A calendar file (RFC 5545) for the sittings of a ticket: what a phone adds to its calendar."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

FOLD_AT = 73  # octets; the standard allows 75 with the leading space


@dataclass(frozen=True)
class Appointment:
    """One sitting. `uid` stays the same when the file is fetched again, so that it replaces and doesn't double."""

    uid: str
    start: datetime
    end: datetime
    title: str
    place: str
    description: str


def calendar(appointments: Iterable[Appointment], *, stamp: datetime) -> bytes:
    """The file's bytes; `stamp` is when it was made."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//skilleval//ticket//ZH", "METHOD:PUBLISH"]
    for appointment in appointments:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{appointment.uid}",
            f"DTSTAMP:{_utc(stamp)}",
            f"DTSTART:{_utc(appointment.start)}",
            f"DTEND:{_utc(appointment.end)}",
            f"SUMMARY:{_text(appointment.title)}",
            f"LOCATION:{_text(appointment.place)}",
            f"DESCRIPTION:{_text(appointment.description)}",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            "TRIGGER:-P1D",
            f"DESCRIPTION:{_text(appointment.title)}",
            "END:VALARM",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(part + b"\r\n" for line in lines for part in _folded(line))


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\n").replace("\n", "\\n")


def _folded(line: str) -> Iterator[bytes]:
    """Lines of at most 75 octets, never cut within a character."""
    part = b""
    for character in line:
        encoded = character.encode()
        if len(part) + len(encoded) > FOLD_AT:
            yield part
            part = b" "
        part += encoded
    yield part
