"""The reviewers' pages at 10,000 and 100,000 applications of one provider: what a page costs must not grow with them.

Each page is asked for as a browser does, its queries counted; `ratio` is to the same page at the tenth of the
size. The page far behind is held against the same page as the admin finds it by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from registration.models import Application, Candidate, Window
from skilleval.accounts.enums import Role
from skilleval.catalogue.models import CandidateRules, Offering
from skilleval.core import clock
from skilleval.core.keyed import key_of
from tests import factories
from tests.bench.drafts import clear, open_offering
from tests.bench.measure import compare, once, tell
from tests.bench.peers.review_queue import by_offset

SIZES = (10_000, 100_000)
ROUNDS = 5
CHUNK = 5_000
ON_A_PAGE = 50
#: Of each hundred: how many are in which state.
STATES = ("review",) * 10 + ("approved",) * 5 + ("confirmed",) * 5 + ("rejected",) * 80
LIST = "admin:registration_application_changelist"


def review_queue() -> None:
    """The queue, the page behind it, the last pages, everything, and an application with its neighbours."""
    before: dict[str, float] = {}
    for size in SIZES:
        _fill(size)
        client = _reviewer()
        for name, address in _addresses(size).items():
            before[name] = _measure(f"review_queue_{name}_{size}", client, address, before.get(name))
        compare(
            f"review_queue_last_page_{size}",
            n=1,
            ours=_asker(client, _addresses(size)["everything_last"]),
            peer=by_offset(client, reverse(LIST), size // ON_A_PAGE),
            vs="counted whole, found by offset",
            rounds=ROUNDS,
        )
    clear()


def _addresses(size: int) -> dict[str, str]:
    """Pages at the beginning and at the end of the queue and of everything, and what lies in the middle."""
    waiting = Application.objects.filter(state="review").order_by("submitted_on", "pk")
    in_queue, everything, address = waiting.count(), Application.objects.order_by("-pk"), reverse(LIST)
    near, middle, last = (waiting[place] for place in (ON_A_PAGE - 1, in_queue // 2, in_queue - ON_A_PAGE - 1))
    return {
        "first": address,
        "next": f"{address}?after={key_of(near, ('submitted_on', 'pk'))}",
        "last": f"{address}?after={key_of(last, ('submitted_on', 'pk'))}",
        "everything": f"{address}?queue=everything",
        "everything_last": f"{address}?queue=everything&after={everything[size - ON_A_PAGE - 1].pk}",
        "application": reverse("admin:registration_application_change", args=[middle.pk]),
    }


def _measure(bench: str, client: Client, address: str, before: float | None) -> float:
    ask = _asker(client, address)
    ask()  # the process's caches
    with CaptureQueriesContext(connection) as seen:
        ask()
    queries = len(seen)
    costs = sorted(once(ask).seconds for _ in range(ROUNDS))
    seconds = costs[ROUNDS // 2]
    compared: dict[str, float | str] = (
        {"vs": "a tenth of the rows", "ratio": round(seconds / before, 3)} if before else {}
    )
    tell(bench, n=1, seconds=round(seconds, 4), queries=queries, **compared)
    return seconds


def _asker(client: Client, address: str) -> Callable[[], None]:
    def ask() -> None:
        answer = client.get(address)
        assert answer.status_code == 200, answer.status_code

    return ask


def _reviewer() -> Client:
    client = Client()
    client.force_login(factories.staff(open_offering().provider, Role.REVIEWING))
    return client


def _fill(size: int) -> None:
    """As many applications as are missing, each of somebody else, handed in over the last hundred days."""
    offering = open_offering()
    window, rules = Window.objects.get(provider=offering.provider), CandidateRules.objects.latest("pk")
    rows = _applications(offering, window, rules, Application.objects.count(), size)
    while chunk := list(islice(rows, CHUNK)):
        Candidate.objects.bulk_create(one.candidate for one in chunk)
        for one in chunk:
            one.candidate = one.candidate  # which has its key now
        Application.objects.bulk_create(chunk)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE registration_application, registration_candidate")


def _applications(
    offering: Offering, window: Window, rules: CandidateRules, first: int, size: int
) -> Iterator[Application]:
    now, today = timezone.now(), clock.today()
    for number in range(first, size):
        state, day = STATES[number % len(STATES)], today - timedelta(days=(size - number) * 100 // size)
        person = Candidate(
            name="样本",
            id_cipher=f"Q{number:017d}",
            sex="男",
            born=date(1990, 5, 20),
            phone_cipher="+8613900000000",
        )
        yield Application(
            number=f"Q{number}",
            candidate=person,
            offering=offering,
            work_type_id=offering.work_type_id,
            level=offering.level,
            window=window,
            first_window=window,
            state=state,
            subjects=["theory", "practical"],
            clause="4.1",
            background={"as_of": day.isoformat(), "born": "1990-05-20"},
            rule_set_id=offering.rule_set_id,
            rules=rules,
            rules_accepted_at=now,
            submitted_on=day,
            review_by=day + timedelta(days=7),
            approved_on=day if state in ("approved", "confirmed") else None,
            confirmed_on=day if state == "confirmed" else None,
        )
