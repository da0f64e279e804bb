"""Work is done once: whoever takes it, however late they wake up, and however often it fails on the way."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from skilleval.core import jobs, leases
from skilleval.core.enums import JobState
from skilleval.core.models import AuditEvent, Event, Job
from tests.core.racing import race
from tests.core.stand_ins import Parcel

pytestmark = pytest.mark.usefixtures("stand_ins")


@pytest.fixture
def handle(monkeypatch):
    """Register handlers for one test only."""
    monkeypatch.setattr(jobs, "_handlers", {})
    return jobs.job


def pack(job, lease):
    Parcel.objects.create(weight=job.payload["id"])


def states():
    return list(Job.objects.order_by("id").values_list("state", flat=True))


def expire_leases():
    Job.objects.filter(state="running").update(leased_until=timezone.now() - timedelta(seconds=1))


def make_due():
    Job.objects.filter(state="queued").update(run_after=timezone.now())


def test_a_job_of_one_key_is_made_and_done_once(handle):
    handle("pack")(pack)
    first, second = (jobs.enqueue("pack", key="pack:1", payload={"id": 5}) for _ in range(2))
    assert first == second
    assert (jobs.drain(), jobs.drain()) == (1, 0)
    assert list(Parcel.objects.values_list("weight", flat=True)) == [5]
    done = Job.objects.get()
    assert (done.state, done.lease_token, done.leased_until, done.last_error) == ("done", None, None, "")
    assert done.finished_at is not None


def test_it_waits_for_its_time_and_the_limit(handle):
    handle("pack")(pack)
    jobs.enqueue("pack", key="later", payload={"id": 1}, run_after=timezone.now() + timedelta(minutes=1))
    for number in range(3):
        jobs.enqueue("pack", key=f"now:{number}", payload={"id": number})
    assert (jobs.drain(limit=2), jobs.drain()) == (2, 1)
    assert Job.objects.get(key="later").state == JobState.QUEUED


def test_one_kind_has_one_handler(handle):
    handle("pack")(pack)
    with pytest.raises(ValueError, match="pack"):
        handle("pack")(pack)
    assert jobs.kinds() == {"pack"}


def careless_lease():
    """The negative control: take the first due job without locking it or looking whether it was taken."""
    with transaction.atomic():
        found = leases.due_jobs().order_by("id").first()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.1)")
        token = uuid4()
        until = timezone.now() + leases.LEASE
        Job.objects.filter(pk=found.pk).update(state="running", lease_token=token, leased_until=until)
        return found, leases.Lease(found.pk, token)


@pytest.mark.parametrize(("taker", "takers"), [(leases.lease_next, 1), (careless_lease, 4)])
def test_of_many_workers_one_takes_a_job(handle, taker, takers):
    jobs.enqueue("pack", key="pack:1")
    assert sum(leased is not None for leased in race(*[taker] * 4)) == takers


def test_workers_at_once_do_each_job_once(handle):
    handle("pack")(pack)
    Job.objects.bulk_create([Job(kind="pack", key=str(number), payload={"id": number}) for number in range(30)])
    assert sum(race(jobs.drain, jobs.drain, jobs.drain)) == 30
    assert sorted(Parcel.objects.values_list("weight", flat=True)) == list(range(30))


@pytest.mark.parametrize("chunked", [False, True])
def test_a_frozen_worker_that_wakes_up_commits_nothing(handle, chunked):
    """While it sleeps its lease runs out and another worker does the job."""
    naps = [True]

    @handle("pack", chunked=chunked)
    def freeze(job, lease):
        with transaction.atomic():
            Parcel.objects.create(weight=1)
            if naps.pop() if naps else False:
                race(expire_and_take_over)
            lease.renew(done=1, total=1)

    def expire_and_take_over():
        expire_leases()
        jobs.drain()

    jobs.enqueue("pack", key="pack:1")
    jobs.drain()
    assert Parcel.objects.count() == 1
    assert states() == ["done"]


def test_without_the_lease_a_frozen_worker_would_double_the_work(handle):
    """The negative control of the test above: the same nap in a handler that commits before it asks."""
    naps = [True]

    @handle("pack", chunked=True)
    def careless(job, lease):
        if naps.pop() if naps else False:
            race(lambda: (expire_leases(), jobs.drain()))
        Parcel.objects.create(weight=1)

    jobs.enqueue("pack", key="pack:1")
    jobs.drain()
    assert Parcel.objects.count() == 2


def test_a_chunked_job_goes_on_where_it_stopped(handle):
    @handle("pack", chunked=True)
    def in_three(job, lease):
        for number in range(Parcel.objects.count(), 3):
            with transaction.atomic():
                Parcel.objects.create(weight=number)
                lease.renew(done=number + 1, total=3)
            if number == 1 and Job.objects.get().last_error == "":
                raise ConnectionError("a name that must not be logged")

    jobs.enqueue("pack", key="pack:1")
    jobs.drain()
    stopped = Job.objects.get()
    assert (stopped.state, stopped.progress_done, stopped.progress_total) == ("queued", 2, 3)
    assert stopped.last_error.startswith("ConnectionError at ")
    assert "a name" not in stopped.last_error
    assert stopped.run_after > timezone.now()
    make_due()
    jobs.drain()
    assert sorted(Parcel.objects.values_list("weight", flat=True)) == [0, 1, 2]
    assert states() == ["done"]


def test_a_failed_job_leaves_nothing_and_is_given_up_after_three_attempts(handle, person):
    @handle("pack")
    def fail(job, lease):
        Parcel.objects.create()
        raise ZeroDivisionError

    job = jobs.enqueue("pack", key="pack:1")
    for _ in range(3):
        assert states() == ["queued"]
        make_due()
        jobs.drain()
    assert (states(), Parcel.objects.count(), jobs.drain()) == (["quarantined"], 0, 0)
    jobs.release(job, by=person)
    assert states() == ["queued"]
    assert AuditEvent.objects.get().action == "job.released"


def test_progress_gives_new_attempts(handle):
    @handle("pack", chunked=True)
    def one_step_then_fail(job, lease):
        with transaction.atomic():
            lease.renew(done=job.progress_done + 1)
        raise ZeroDivisionError

    jobs.enqueue("pack", key="pack:1")
    for _ in range(5):
        make_due()
        jobs.drain()
    assert (states(), Job.objects.get().progress_done) == (["queued"], 5)


def test_a_job_that_kills_its_workers_is_given_up(handle):
    handle("pack")(pack)
    jobs.enqueue("pack", key="pack:1")
    for _ in range(3):
        assert leases.lease_next() is not None
        expire_leases()
    assert leases.lease_next() is None
    assert (states(), Job.objects.get().last_error) == (["quarantined"], leases.SILENT)


def test_a_job_nobody_handles_is_given_up_visibly(handle):
    jobs.enqueue("unknown", key="1")
    for _ in range(3):
        make_due()
        jobs.drain()
    assert states() == ["quarantined"]
    assert "KeyError" in Job.objects.get().last_error


def test_a_lost_connection_is_the_workers_business(handle):
    @handle("pack", chunked=True)
    def cut(job, lease):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    jobs.enqueue("pack", key="pack:1")
    with pytest.raises(OperationalError):
        jobs.drain()
    connection.close()
    assert states() == ["running"]  # until its lease runs out


def test_a_job_rolls_back_with_its_cause(handle):
    with transaction.atomic():
        jobs.enqueue("pack", key="pack:1")
        jobs.emit("parcel.packed", 1)
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    assert not Event.objects.exists()


TABLE = {"parcel.packed": ("weigh", "label"), "parcel.lost": ()}


def test_events_become_their_jobs_once():
    jobs.emit("parcel.packed", 5, key="packed:5")
    jobs.emit("parcel.packed", 5, key="packed:5")
    jobs.emit("parcel.lost", 6)
    jobs.emit("parcel.unheard_of", 7)
    assert (jobs.dispatch_events(TABLE), jobs.dispatch_events(TABLE)) == (3, 0)
    assert list(Job.objects.order_by("kind").values_list("kind", "payload")) == [
        ("label", {"id": 5}),
        ("weigh", {"id": 5}),
    ]


def test_without_a_key_each_event_counts():
    for _ in range(2):
        jobs.emit("parcel.packed", 5)
    assert jobs.dispatch_events(TABLE) == 2
    assert Job.objects.count() == 4


def test_dispatchers_at_once_make_each_job_once():
    Event.objects.bulk_create([Event(kind="parcel.packed", object_id=n, key=str(n)) for n in range(1200)])
    dispatch = lambda: jobs.dispatch_events(TABLE)  # noqa: E731
    assert sum(race(dispatch, dispatch, dispatch)) == 1200
    assert Job.objects.count() == 2400
