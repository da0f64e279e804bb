"""A background read back from what an application kept is the background that was judged."""

from datetime import date

import pytest

from registration.queries import backgrounds
from registration.queries.frozen import background_as_submitted, outcome_as_submitted
from tests.factories import (
    ApplicationFactory,
    CandidateFactory,
    EducationFactory,
    HeldCertificateFactory,
    ProfessionalTitleFactory,
    WorkPeriodFactory,
)

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)


def everything():
    """A candidate with a row of every kind, the odd ones included."""
    candidate = CandidateFactory()
    WorkPeriodFactory(candidate=candidate, started_on=date(2010, 1, 1), ended_on=date(2012, 1, 1))
    WorkPeriodFactory(candidate=candidate)
    HeldCertificateFactory(candidate=candidate)
    school = EducationFactory(candidate=candidate, validated_programme=True)
    EducationFactory(candidate=candidate, status="graduating", graduated_on=date(2026, 7, 1))
    EducationFactory(candidate=candidate, school="technician_college", class_kind="technician_class", graduated_on=None)
    title = ProfessionalTitleFactory(candidate=candidate)
    ProfessionalTitleFactory(candidate=candidate, qualification=True)
    return candidate, {"majors": {str(school.pk): "related"}, "titles": {str(title.pk): True}}


def test_nothing_is_lost_on_the_way() -> None:
    candidate, declared = everything()
    kept = backgrounds.snapshot(candidate, on=DAY, declared=declared)
    assert background_as_submitted(kept) == backgrounds.background_of(candidate, declared)


def test_the_judgment_is_that_of_the_day() -> None:
    candidate, declared = everything()
    application = ApplicationFactory(candidate=candidate)
    application.background = backgrounds.snapshot(candidate, on=DAY, declared=declared)
    then = backgrounds.check(candidate, application.offering, on=DAY, declared=declared)
    candidate.workperiod_rows.all().delete()
    assert outcome_as_submitted(application) == then


@pytest.mark.parametrize("missing", ["rule_set", "background"])
def test_where_nothing_was_kept_there_is_no_judgment(missing: str) -> None:
    application = ApplicationFactory()
    application.background = backgrounds.snapshot(application.candidate, on=DAY)
    setattr(application, missing, None if missing == "rule_set" else {})
    assert outcome_as_submitted(application) is None


def test_no_document_and_no_phone_number_is_kept() -> None:
    candidate, declared = everything()
    kept = str(backgrounds.snapshot(candidate, on=DAY, declared=declared))
    assert candidate.id_number not in kept
    assert candidate.phone.removeprefix("+86") not in kept
