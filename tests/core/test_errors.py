"""Refusals carry what a page needs to tell."""

from datetime import date

import pytest

from skilleval.core.errors import Conflict, NotAllowed, Refused


def test_a_refusal_names_field_source_and_the_day_it_ends():
    refusal = Refused("可于 2026-09-01 起申报", field="clause", source="四级(2)", from_on=date(2026, 9, 1))
    told = (refusal.message, refusal.field, refusal.source, refusal.from_on, str(refusal))
    assert told == ("可于 2026-09-01 起申报", "clause", "四级(2)", date(2026, 9, 1), "可于 2026-09-01 起申报")


@pytest.mark.parametrize(("kind", "status", "cure"), [(Conflict, 409, "刷新"), (NotAllowed, 403, "管理员")])
def test_the_usual_refusals_name_a_cure(kind, status, cure):
    refusal = kind()
    assert isinstance(refusal, Refused)
    assert refusal.status == status
    assert cure in refusal.message
