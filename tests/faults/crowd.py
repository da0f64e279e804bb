"""People for the portal under test, made in its environment: ``python -m tests.faults.crowd KIND [NUMBER…]``.

Prints what a test has to know, as JSON. Windows are laid around the portal's day, so that the worker judges, announces
and takes applications by itself whatever the real date is.
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import django

A_YEAR = timedelta(days=400)
PHOTO = (300, 400)


def gathering(*sizes: int, closed: bool = False) -> dict[str, Any]:
    """One provider, an offering for each size with so many confirmed people, in a window that is open or over."""
    from registration.models import Application, Candidate
    from scheduling.services import batches
    from skilleval.accounts.models import User
    from skilleval.core import clock

    today = clock.today()
    provider, rules = _provider(today)
    window = _windows(provider, today, closed=closed)
    offerings = [_offering(provider, today) for _ in sizes]
    first = User.objects.count()
    users = User.objects.bulk_create(
        User(email=f"crowd{first + number}@example.test", password="!") for number in range(sum(sizes))
    )
    people = Candidate.objects.bulk_create(_person(user) for user in users)
    waiting = iter(people)
    Application.objects.bulk_create(
        _confirmed(offering, window, rules, next(waiting), today)
        for offering, size in zip(offerings, sizes, strict=True)
        for _ in range(size)
    )
    batches.open_missing_batches()
    return {"offerings": [offering.pk for offering in offerings], "window": window.pk, "provider": provider.pk}


def judged(*sizes: int) -> dict[str, Any]:
    """The same in a window whose judgment is due."""
    return gathering(*sizes, closed=True)


def announced(size: int) -> dict[str, Any]:
    """A batch that goes ahead, with the job that tells everybody waiting for a worker."""
    from scheduling.models import Batch
    from scheduling.services import batches
    from skilleval.core import clock
    from skilleval.core.models import Job

    made = gathering(size)
    batches.announce_reached(at=clock.now())
    batch = Batch.objects.get(offering=made["offerings"][0])
    job = Job.objects.get(key=f"scheduling.tell_going_ahead:{batch.pk}")
    return made | {"batch": batch.pk, "job": job.pk}


def ticketed(size: int) -> dict[str, Any]:
    """A published session whose tickets are out, and three files of it waiting for a worker: tickets and papers."""
    from django.db import transaction

    from registration.models import Application
    from scheduling import services
    from scheduling.models import ExamSession
    from scheduling.queries.bundles import Scope
    from scheduling.services import bundles, printing
    from skilleval.accounts.models import User
    from skilleval.core import clock
    from tests.scheduling.people import publish

    made, now, today = judged(size), clock.now(), clock.today()
    Application.objects.filter(offering__in=made["offerings"]).update(original_received_on=today)
    services.judge_due(today, at=now)
    session = ExamSession.objects.get(batch__offering__in=made["offerings"])
    provider = session.batch.offering.provider
    by = User.objects.get(memberships__provider=provider)
    publish(session, by=by, at=now, capacity=size)
    services.release_tickets(session.held_on, at=now)
    with transaction.atomic():
        for kind in ("merged", "zip"):
            bundles.ask(Scope(provider, session=session), kind=kind, by=by, at=now)
    printing.ask_for_all(session, by=by, at=now)
    return made | {"session": session.pk}


def thirtieth() -> dict[str, Any]:
    """Twenty-nine confirmed, and one who has yet to pay: the order, and a session of somebody in finance."""
    from registration.models import Application, Window
    from skilleval.accounts.enums import Role
    from skilleval.catalogue.models import CandidateRules, Offering
    from skilleval.core import clock
    from tests import factories
    from tests.fees.makers import order_for

    made, today = gathering(29), clock.today()
    offering, window = Offering.objects.get(pk=made["offerings"][0]), Window.objects.get(pk=made["window"])
    person = factories.CandidateFactory(user=factories.UserFactory(email=f"last{offering.pk}@example.test"))
    built = _confirmed(offering, window, CandidateRules.objects.get(), person, today)
    built.state, built.confirmed_on = "approved", None
    built.save()
    order = order_for(Application.objects.get(pk=built.pk), drawn_on=today, due_on=window.closes_on)
    finance = factories.staff(offering.provider, Role.FINANCE, email=f"finance{offering.pk}@example.test")
    return made | {"order": order.pk, "application": built.pk, "session": _session(finance), "today": str(today)}


def reached_by_phone() -> dict[str, Any]:
    """The same, where all thirty can be sent a text."""
    from registration.models import Application
    from skilleval.accounts.models import User

    made = thirtieth()
    people = Application.objects.filter(offering=made["offerings"][0]).values("candidate__user")
    for user in User.objects.filter(pk__in=people):
        user.phone = f"+86137{user.pk:08d}"
        user.save()
    return made


def drafts(count: int) -> dict[str, Any]:
    """So many applications in draft, complete but for the last click, each with its candidate's session."""
    from registration.services import applications, candidates
    from skilleval.core import clock
    from tests import factories

    now, today = clock.now(), clock.today()
    provider, rules = _provider(today)
    offering, window = _offering(provider, today), _windows(provider, today, closed=False)
    for item in factories.publish_fees(offering):
        item.valid_from = today - A_YEAR
        item.save()
    made = []
    for number in range(count):
        user = factories.UserFactory(email=f"draft{offering.pk}.{number}@example.test")
        person = factories.CandidateFactory(user=user)
        code = offering.work_type.occupation.code
        factories.WorkPeriodFactory(candidate=person, code=code, started_on=today - 9 * A_YEAR)
        candidates.set_photo(person, upload=_picture(), by=user, at=now)
        draft = applications.start(person, offering=offering, window=window, fee_published=True, by=user, at=now)
        applications.choose_clause(draft, clause="4.1", declared={}, by=user, at=now)
        draft.refresh_from_db()
        for paper in applications.papers(draft):
            applications.attach(draft, title=paper[:60], upload=_picture(), by=user, at=now)
        applications.accept_rules(draft, rules=rules, by=user, at=now)
        made.append({"uuid": str(draft.uuid), "session": _session(user)})
    return {"drafts": made}


def _provider(today: date) -> tuple[Any, Any]:
    from skilleval.accounts.enums import Role
    from skilleval.catalogue.models import Provider
    from tests import factories

    number = 1000 * Provider.objects.count()
    factories.UserFactory.reset_sequence(number)
    factories.CandidateFactory.reset_sequence(number)
    factories.ProviderFactory.reset_sequence(number)
    factories.OccupationFactory.reset_sequence(number)
    provider = factories.ProviderFactory()
    factories.staff(provider, Role.SCHEDULING, email=f"planner{number}@example.test")
    return provider, factories.CandidateRulesFactory(in_force_from=today - A_YEAR)


def _windows(provider: Any, today: date, *, closed: bool) -> Any:
    """The window asked for; after it comes another, for those who roll over."""
    from registration.models import Window

    opens = today - timedelta(days=60 if closed else 5)
    rows = []
    for number in range(2):
        start = opens + timedelta(days=40 * number)
        rows.append(
            Window.objects.create(
                provider=provider,
                label=f"{start} 批次",
                opens_on=start,
                closes_on=start + timedelta(days=39),
                exam_from=start + timedelta(days=40),
                exam_by=start + timedelta(days=140),
            )
        )
    return rows[0]


def _offering(provider: Any, today: date) -> Any:
    from tests import factories

    return factories.OfferingFactory(provider=provider, year=today.year, valid_from=today - A_YEAR)


def _person(user: Any) -> Any:
    from registration.models import Candidate

    number = f"C{user.pk:017d}"
    return Candidate(
        user=user, name="考生", id_cipher=number, sex="男", born=date(1990, 5, 20), phone_cipher="+8613900000000"
    )


def _confirmed(offering: Any, window: Any, rules: Any, person: Any, today: date) -> Any:
    from tests import factories

    return factories.ApplicationFactory.build(
        number=f"C{offering.pk}-{person.pk}",
        offering=offering,
        candidate=person,
        window=window,
        first_window=window,
        rules=rules,
        rule_set=offering.rule_set,
        state="confirmed",
        subjects=["theory", "practical"],
        submitted_on=today,
        confirmed_on=today,
    )


def _session(user: Any) -> str:
    """The cookie of somebody who has logged in."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def _picture() -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from PIL import Image

    content = BytesIO()
    Image.new("RGB", PHOTO, "#88aacc").save(content, "JPEG")
    return SimpleUploadedFile("photo.jpg", content.getvalue(), "image/jpeg")


KINDS = {made.__name__: made for made in (gathering, judged, announced, ticketed, thirtieth, reached_by_phone, drafts)}

if __name__ == "__main__":
    django.setup()
    print(json.dumps(KINDS[sys.argv[1]](*map(int, sys.argv[2:]))))
