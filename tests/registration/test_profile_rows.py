"""Rows of the background: what is impossible is refused at its field."""

from datetime import date
from typing import Any

import pytest

from registration.models import WorkPeriod
from registration.services.profile_rows import MODELS, MOST_ROWS, remove_row, save_row
from skilleval.core.errors import Refused
from tests.factories import CandidateFactory, WorkPeriodFactory, at

pytestmark = pytest.mark.django_db
NOW = at(2026, 3, 10)
GOOD: dict[str, dict[str, Any]] = {
    "education": {
        "school_name": "测试学院",
        "school": "technician_college",
        "class_kind": "senior_class",
        "major": "计算机应用",
        "status": "graduated",
        "graduated_on": date(2010, 7, 1),
    },
    "work": {"employer": "测试单位", "code": "4-04-05-05", "started_on": date(2015, 7, 1), "ended_on": None},
    "certificate": {"code": "4-04-05-05", "level": "5", "issued_on": date(2024, 3, 1), "number": ""},
    "title": {"name": "助理工程师", "grade": "junior", "obtained_on": date(2020, 9, 1), "qualification": False},
}


@pytest.mark.parametrize("kind", GOOD)
def test_sound_rows_are_kept_changed_and_removed(kind: str) -> None:
    candidate = CandidateFactory()
    row = save_row(candidate, kind=kind, values=GOOD[kind], by=candidate.user, at=NOW)
    assert MODELS[kind]._default_manager.filter(candidate=candidate).count() == 1
    save_row(candidate, kind=kind, row=row, values=GOOD[kind], by=candidate.user, at=NOW)
    remove_row(candidate, kind=kind, row=row, by=candidate.user, at=NOW)
    assert not MODELS[kind]._default_manager.exists()


@pytest.mark.parametrize(
    ("kind", "changes", "field"),
    [
        ("education", {"graduated_on": None}, "graduated_on"),
        ("education", {"graduated_on": date(2026, 3, 11)}, "graduated_on"),
        ("education", {"status": "graduating", "graduated_on": date(2026, 3, 10)}, "graduated_on"),
        ("education", {"school": "undergraduate"}, "class_kind"),
        ("education", {"graduated_on": date(1990, 5, 19)}, "graduated_on"),
        ("work", {"started_on": date(2026, 3, 11)}, "started_on"),
        ("work", {"ended_on": date(2015, 7, 1)}, "ended_on"),
        ("work", {"ended_on": date(2015, 6, 30)}, "ended_on"),
        ("work", {"ended_on": date(2026, 3, 11)}, "ended_on"),
        ("work", {"code": "人工智能"}, "code"),
        ("certificate", {"issued_on": date(2026, 3, 11)}, "issued_on"),
        ("certificate", {"number": "123"}, "number"),
        ("certificate", {"code": "4-4-5-5"}, "code"),
        ("title", {"obtained_on": date(2026, 3, 11)}, "obtained_on"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(kind: str, changes: dict[str, Any], field: str) -> None:
    candidate = CandidateFactory()
    with pytest.raises(Refused) as refused:
        save_row(candidate, kind=kind, values=GOOD[kind] | changes, by=candidate.user, at=NOW)
    assert refused.value.field == field
    assert not MODELS[kind]._default_manager.exists()


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("education", {"status": "graduating", "graduated_on": date(2026, 7, 1)}),
        ("education", {"status": "graduating", "graduated_on": None}),
        ("education", {"graduated_on": date(2026, 3, 10)}),
        ("work", {"started_on": date(2026, 3, 10)}),
        ("work", {"ended_on": date(2026, 3, 10)}),
        ("work", {"ended_on": date(2015, 7, 2)}),
        ("certificate", {"number": "0" * 16}),
        ("certificate", {"number": "S000031400054253000001"[:22]}),
    ],
)
def test_the_edges_are_inside(kind: str, changes: dict[str, Any]) -> None:
    candidate = CandidateFactory()
    save_row(candidate, kind=kind, values=GOOD[kind] | changes, by=candidate.user, at=NOW)


def test_the_number_of_rows_is_limited() -> None:
    candidate = CandidateFactory()
    WorkPeriodFactory.create_batch(MOST_ROWS, candidate=candidate)
    with pytest.raises(Refused, match="最多填写"):
        save_row(candidate, kind="work", values=GOOD["work"], by=candidate.user, at=NOW)
    first = WorkPeriod.objects.filter(candidate=candidate).first()
    save_row(candidate, kind="work", row=first, values=GOOD["work"], by=candidate.user, at=NOW)
