"""Groups as a provider finds them: handed in, with members the check calls clear unless said otherwise."""

from __future__ import annotations

from datetime import date
from typing import Any

from registration.models import Application, Group, Submission
from registration.queries.backgrounds import snapshot
from skilleval.core import files
from skilleval.core.models import StoredFile
from tests.factories import CandidateFactory, GroupFactory, WorkPeriodFactory, at, publish_fees
from tests.fees.makers import png
from tests.registration.rosters import member

SUBMITTED = at(2026, 3, 10)


def submission_of(group: Group, number: int = 1, people: int = 1) -> Submission:
    """The group's submission of a number, made if there is none."""
    found = group.submissions.filter(number=number).first()
    return found or Submission.objects.create(
        group=group, number=number, state="done", people=people, by_label="经办人", at=SUBMITTED
    )


def handed_in(
    group: Group, *, state: str = "review", submission: int = 1, photo: bool = True, **fields: Any
) -> Application:
    """A member of a group who was handed in and is clear: ten years' work, a photo, a row that agrees."""
    person = fields.pop("candidate", None) or CandidateFactory(user=None)
    if photo and person.photo_id is None:
        person.photo = portrait()
        person.save()
    code = group.offering.work_type.occupation.code
    WorkPeriodFactory(candidate=person, code=code, started_on=date(2015, 7, 1))
    facts = {"background": snapshot(person, on=date(2026, 3, 2)), "submission": submission_of(group, submission)}
    row_state = "clear" if state == "returned" else "passed"
    return member(group, state=state, row_state=row_state, candidate=person, **facts | fields)


def portrait() -> StoredFile:
    """One picture for everybody: nobody here looks at it."""
    found = StoredFile.objects.filter(original_name="portrait.png").first()
    return found or files.keep(
        png().read(), kind="photo", name="portrait.png", content_type="image/png", owner_label="test"
    )


def group_with(count: int = 0, **fields: Any) -> Group:
    """A group with prices, unless an offering with its own is given, and so many clear members."""
    group: Group = GroupFactory(**fields)
    if "offering" not in fields:
        publish_fees(group.offering)
    for _ in range(count):
        handed_in(group)
    return group
