"""The schedulers' pages at 5,000 and 50,000 people of one provider in one month: what a page costs must not grow.

A page is asked for as a browser does, its queries counted. `n` is how many sessions it shows; `ratio` is what one of
them costs against the same page at the tenth of the people. The month's board shows every session there is.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from scheduling import services
from scheduling.models import Batch, ExamSession, Room, Seat, Venue
from skilleval.accounts.models import User
from skilleval.catalogue.models import Provider
from tests.bench import city
from tests.bench.measure import once, tell
from tests.scheduling.people import JUDGED, NOON

PEOPLE_EACH = 500  # of an offering: thirteen sessions
SIZES = (10, 100)  # offerings
ROOMS = 60
ROUNDS = 5
ALL = f"scheduling_batch, scheduling_venue, scheduling_room, {city.EVERYBODY}"

# Each sitting of one time has a room of its own, as the proposals see to.
HOUSE = """
UPDATE scheduling_sitting s SET room_id = at.room_id FROM (
    SELECT sitting.id, room.id AS room_id FROM (
        SELECT id, row_number() OVER (PARTITION BY during ORDER BY id) AS place FROM scheduling_sitting
    ) sitting JOIN (
        SELECT id, row_number() OVER (ORDER BY id) AS place FROM scheduling_room
    ) room USING (place)
) at WHERE at.id = s.id
"""


def admin_sessions() -> None:
    """Both lists, a batch, a session, what is answered while it is edited, and the month."""
    before: dict[str, float] = {}
    for offerings in SIZES:
        people = offerings * PEOPLE_EACH
        client = _plan(offerings)
        for name, (address, shown) in _addresses().items():
            before[name] = _measure(f"admin_sessions_{name}_{people}", client, address, shown, before.get(name))
        _clear()


def _plan(offerings: int) -> Client:
    """So many offerings judged, their sessions in rooms; a browser of the provider's scheduler."""
    city.fill(city.City(providers=1, offerings=offerings, people_each=PEOPLE_EACH))
    provider = Provider.objects.order_by("-pk")[0]
    venue = Venue.objects.create(provider=provider, name="测量考点", address="测试路 1 号")
    Room.objects.bulk_create(Room(venue=venue, name=f"{number} 室", capacity=40) for number in range(ROOMS))
    services.judge_due(JUDGED, at=NOON)
    assert Seat.objects.count() == 2 * offerings * PEOPLE_EACH
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(HOUSE)
        cursor.execute("RESET statement_timeout")
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(User.objects.get(memberships__provider=provider))
    return client


def _addresses() -> dict[str, tuple[str, int]]:
    """Each page with the number of sessions it shows."""
    batch = Batch.objects.order_by("pk")[0]
    session = batch.sessions.order_by("number")[0]
    values = f"held_on={session.held_on}&starts_at=10:00&reason="
    of_month = ExamSession.objects.filter(held_on__month=4).count()
    return {
        "batches": (reverse("admin:scheduling_batch_changelist"), 1),
        "list": (reverse("admin:scheduling_examsession_changelist"), 1),
        "batch": (reverse("admin:scheduling_batch_change", args=[batch.pk]), batch.sessions.count()),
        "session": (reverse("admin:scheduling_examsession_change", args=[session.pk]), 1),
        "editing": (f"{reverse('admin:scheduling_examsession_check', args=[session.pk])}?{values}", 1),
        "board": (f"{reverse('admin:scheduling_board')}?month=2026-04", of_month),
    }


def _measure(bench: str, client: Client, address: str, shown: int, before: float | None) -> float:
    ask = _asker(client, address)
    ask()  # the process's caches
    with CaptureQueriesContext(connection) as seen:
        ask()
    queries = len(seen)
    seconds = sorted(once(ask).seconds for _ in range(ROUNDS))[ROUNDS // 2]
    each = seconds / shown
    compared: dict[str, float | str] = (
        {"vs": "a tenth of the people", "ratio": round(each / before, 3)} if before else {}
    )
    tell(bench, n=shown, seconds=round(seconds, 4), queries=queries, **compared)
    return each


def _asker(client: Client, address: str) -> Callable[[], None]:
    def ask() -> None:
        answer = client.get(address)
        assert answer.status_code == 200, answer.status_code

    return ask


def _clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {ALL} CASCADE")
