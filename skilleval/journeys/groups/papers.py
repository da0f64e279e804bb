"""资格初审汇总表 and 原件接收单, papers of a group (SPEC 5.2, 14): masked numbers only, as the rosters state them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from registration.models import Group, OriginalsReceipt, PreliminaryReview, Submission
from registration.services import roster_people
from registration.services.editing import day_of
from registration.services.roster_people import Person, clauses_of
from skilleval.catalogue.enums import SubjectKind
from skilleval.core.pdf import printable, qr_png_data_uri, render_copies, render_pdf

SUMMARY, RECEIPT = "papers/group_summary.html", "papers/originals_receipt.html"
COPIES = ("第一联　评价机构留存", "第二联　申报单位留存")


@dataclass(frozen=True)
class Line:
    """A person as the tables of both papers print them."""

    number: int
    name: str
    sex: str
    masked_id: str
    masked_phone: str
    clause: str
    kind: str
    subjects: str
    application: str


@dataclass(frozen=True)
class Reviewed:
    """What an officer declared of how many of these people, when."""

    review: PreliminaryReview
    people: int


def group_summary(submission: Submission, *, at: datetime) -> bytes:
    """资格初审汇总表 of a submission, for the institution's signatures and seal: who still belongs to it."""
    people = roster_people.handed_in(submission, day_of(at))
    number = f"{submission.group.number}-{submission.number}"
    return render_pdf(SUMMARY, _summary(submission.group, people, at) | {"submission": submission, "number": number})


def draft_summary(group: Group, *, at: datetime) -> bytes:
    """The same of those who passed and aren't handed in yet, marked as a draft."""
    people = roster_people.passed(group, day_of(at))
    return render_pdf(SUMMARY, _summary(group, people, at) | {"submission": None, "number": group.number})


def originals_receipt(receipt: OriginalsReceipt, *, at: datetime) -> bytes:
    """原件接收单, a copy for either side: whose signed originals the provider received."""
    people = roster_people.received(receipt, day_of(at))
    context = _common(receipt.group, people, at) | {"receipt": receipt}
    return render_copies(RECEIPT, [context | {"copy": copy} for copy in COPIES])


def _summary(group: Group, people: Sequence[Person], at: datetime) -> dict[str, Any]:
    context = _common(group, people, at)
    lines: list[Line] = context["lines"]
    return context | {
        "reviews": _reviews(people),
        "by_clause": _counted(line.clause for line in lines),
        "by_kind": _counted(line.kind for line in lines),
    }


def _common(group: Group, people: Sequence[Person], at: datetime) -> dict[str, Any]:
    group = Group.objects.with_names().get(pk=group.pk)
    return {
        "group": group,
        "institution": group.institution,
        "offering": group.offering,
        "provider": group.offering.provider,
        "lines": _lines(group, people),
        "qr": qr_png_data_uri(f"{settings.SITE_URL}{group.get_absolute_url()}"),  # type: ignore[attr-defined]
        "printed_at": at,
    }


def _lines(group: Group, people: Sequence[Person]) -> list[Line]:
    clauses = clauses_of(group.offering)
    return [
        Line(
            number,
            printable(person.name),
            person.sex,
            person.masked_id,
            person.masked_phone,
            clauses[code].label if (code := person.application.clause) in clauses else code,
            str(person.application.get_kind_display()),
            "、".join(str(SubjectKind(subject).label) for subject in person.application.subjects),
            person.application.number,
        )
        for number, person in enumerate(people, start=1)
    ]


def _reviews(people: Iterable[Person]) -> list[Reviewed]:
    """The preliminary reviews these people passed, in order."""
    found = [person.row.passed for person in people if person.row.passed]
    counted = Counter(review.pk for review in found)
    by_pk = {review.pk: review for review in found}
    return [Reviewed(by_pk[pk], counted[pk]) for pk in sorted(by_pk)]


def _counted(words: Iterable[str]) -> str:
    """四级(1) 12 人，四级(3) 18 人."""
    return "，".join(f"{word} {count} 人" for word, count in sorted(Counter(words).items()))
