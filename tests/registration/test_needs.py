"""Who needs an accessible seat, and until when it can be said (SPEC 7.6)."""

from __future__ import annotations

import pytest

from registration.enums import ENDED_STATES
from registration.services.needs import ask_for_access
from skilleval.accounts.enums import Role
from skilleval.core.errors import Refused
from skilleval.core.models import AuditEvent
from tests import factories
from tests.registration.steps import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", ["draft", "review", "returned", "approved", "confirmed"])
def test_it_is_said_until_the_seat_is_published_and_once_is_enough(state: str) -> None:
    application = factories.ApplicationFactory(state=state)
    by = application.candidate.user
    for needed in (True, True, False):
        changed = ask_for_access(application, needed=needed, by=by, at=NOW)
        application.refresh_from_db()
        assert (changed.accessible_seat, application.accessible_seat) == (needed, needed)
    events = AuditEvent.objects.filter(action="application.access_asked")
    assert [event.details for event in events] == [{"fields": ["accessible_seat"]}] * 2


def test_once_the_seat_is_published_only_the_providers_reviewers_record_it() -> None:
    application = factories.ApplicationFactory(state="scheduled")
    provider = application.offering.provider
    strangers = (
        application.candidate.user,
        factories.staff(provider, Role.FINANCE),
        factories.staff(factories.ProviderFactory(), Role.REVIEWING),
    )
    for stranger in strangers:
        with pytest.raises(Refused, match="请联系评价机构"):
            ask_for_access(application, needed=True, by=stranger, at=NOW)
    ask_for_access(application, needed=True, by=factories.staff(provider, Role.REVIEWING), at=NOW)
    application.refresh_from_db()
    assert application.accessible_seat


@pytest.mark.parametrize("state", sorted(ENDED_STATES))
def test_what_has_ended_needs_no_seat(state: str) -> None:
    application = factories.ApplicationFactory(state=state)
    reviewer = factories.staff(application.offering.provider, Role.REVIEWING)
    with pytest.raises(Refused, match="不能再更改座位需要"):
        ask_for_access(application, needed=True, by=reviewer, at=NOW)
