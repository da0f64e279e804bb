"""The portal's clock: real time but in the demo, where it goes forward by days and never back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from skilleval.core import clock, startup
from skilleval.core.errors import Refused
from skilleval.core.models import AuditEvent, ClockOffset

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings):
    settings.DEMO = True


@pytest.fixture
def no_demo(settings):
    settings.DEMO = False


def test_outside_the_demo_it_is_real_time_without_a_query(no_demo, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert abs(clock.now() - timezone.now()) < timedelta(seconds=5)


def test_today_is_the_day_in_shanghai(no_demo, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 3, 31, 16, 0, tzinfo=UTC))
    assert clock.today() == date(2026, 4, 1)


def test_the_demo_goes_ahead_by_days_and_keeps_the_time_of_day(demo, person):
    target = clock.today() + timedelta(days=40)
    clock.advance_to(target, by=person)
    assert clock.today() == target
    assert abs(clock.now() - timezone.now() - timedelta(days=40)) < timedelta(seconds=5)
    event = AuditEvent.objects.get()
    assert (event.action, event.actor_id, event.details) == ("clock.advanced", 7, {"to": target.isoformat()})


def test_the_demo_never_goes_back(demo, person):
    clock.advance_to(clock.today() + timedelta(days=3), by=person)
    with pytest.raises(Refused, match="只能向后推进"):
        clock.advance_to(clock.today() - timedelta(days=1), by=person)
    clock.advance_to(clock.today(), by=person)
    assert ClockOffset.objects.get().days == 3


def test_outside_the_demo_it_cant_be_set(no_demo, person):
    with pytest.raises(Refused, match="演示"):
        clock.advance_to(date(2099, 1, 1), by=person)
    assert not ClockOffset.objects.exists()


def test_a_stored_offset_stops_the_start_outside_the_demo(settings):
    settings.DEMO = True
    clock.advance_to(clock.today() + timedelta(days=1), by=None)
    startup.verify()
    settings.DEMO = False
    with pytest.raises(ImproperlyConfigured, match="clock offset"):
        startup.verify()
    assert [message.id for message in startup.stored_state(databases=["default"])] == ["core.E001"]
