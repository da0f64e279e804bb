"""What is due, by hand: up to today in earnest, day by day ahead in the demo, and never into the future elsewhere."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from skilleval.core import clock, due, jobs
from skilleval.core.models import Event, Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def days(monkeypatch):
    """Notes the day each run was for, the portal's day then, and how many jobs of the day before were left."""
    seen = []

    def note(on):
        seen.append((on, clock.today(), Job.objects.exclude(state="done").count()))
        jobs.enqueue("follow up", key=f"follow up {on}")
        return 1

    monkeypatch.setattr(due, "_verbs", {"noted": note})
    monkeypatch.setattr(jobs, "_handlers", {})
    jobs.job("follow up")(lambda job, lease: None)
    return seen


def run(day=None):
    call_command("run_due", *(["--on", day.isoformat()] if day else []))


@pytest.mark.parametrize("demo", [True, False])
def test_without_a_day_it_is_today(settings, days, demo, capsys):
    settings.DEMO = demo
    run()
    assert days == [(clock.today(), clock.today(), 0)]
    assert "noted 1" in capsys.readouterr().out


def test_the_demo_goes_through_every_day_in_order(settings, days):
    settings.DEMO = True
    today = clock.today()
    run(today + timedelta(days=3))
    expected = [today + timedelta(days=ahead) for ahead in range(4)]
    assert days == [(day, day, 0) for day in expected]
    assert clock.today() == expected[-1]


@pytest.mark.parametrize("demo", [True, False])
def test_a_day_gone_by_is_run_as_if_it_had_come_and_moves_no_clock(settings, days, demo):
    settings.DEMO = demo
    today = clock.today()
    run(today - timedelta(days=5))
    assert days == [(today - timedelta(days=5), today, 0)]


def test_outside_the_demo_the_future_is_refused(settings, days):
    settings.DEMO = False
    with pytest.raises(CommandError, match="不能晚于今天"):
        run(clock.today() + timedelta(days=1))
    assert days == []


def test_a_failure_is_the_commands_failure(settings, monkeypatch):
    settings.DEMO = True
    monkeypatch.setattr(due, "_verbs", {"broken": lambda on: 1 // 0})
    with pytest.raises(CommandError, match="broken"):
        run()


def test_the_tasks_do_the_same_work(settings, days):
    from skilleval.core import tasks

    settings.DEMO = False
    tasks.run_due()
    Event.objects.create(kind="nothing.follows", object_id=1, key="1")
    tasks.drain()
    assert (days[0][0], list(Job.objects.values_list("state", flat=True))) == (clock.today(), ["done"])
    assert Event.objects.get().handled_at is not None


def test_each_task_has_a_name_of_its_own():
    from skilleval.core import tasks

    assert [task.name for task in (tasks.drain, tasks.sweep, tasks.run_due)] == [
        "core.drain",
        "core.sweep",
        "core.run_due",
    ]
