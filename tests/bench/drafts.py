"""Complete drafts by the hundred: a photo, two papers, a job, the rules accepted; and the sessions of their people."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from fees.models import FeeItem
from registration.models import Application, ApplicationLog, Candidate, Evidence, Window, WorkPeriod
from skilleval.accounts.models import User
from skilleval.catalogue.models import CandidateRules, Offering
from skilleval.core import clock
from skilleval.core.models import StoredFile
from tests import factories

Draft = tuple[UUID, str]  # the application, the session of its person
A_YEAR = timedelta(days=400)
PAPERS = ("工作年限证明（单位盖章）或社会保险缴费记录", "身份证正反面")
TABLES = "registration_application, registration_candidate, core_storedfile, core_outboxmessage, django_session"
_people = count(1)


def open_offering() -> Offering:
    """Something that can be applied for today, with its prices, rules and window."""
    today = clock.today()
    if found := Offering.objects.filter(provider__name="测量机构").first():
        return found
    provider = factories.ProviderFactory(name="测量机构")
    offering: Offering = factories.OfferingFactory(provider=provider, valid_from=today - A_YEAR)
    factories.publish_fees(offering)
    FeeItem.objects.filter(offering=offering).update(valid_from=today - A_YEAR)
    factories.CandidateRulesFactory(in_force_from=today - A_YEAR)
    Window.objects.create(
        provider=provider,
        label="测量批次",
        opens_on=today - timedelta(days=5),
        closes_on=today + timedelta(days=20),
        exam_by=today + timedelta(days=60),
    )
    return offering


def drafts(size: int, *, earlier: int = 1) -> list[Draft]:
    """So many drafts, each of somebody who applied `earlier` times before and withdrew."""
    offering = open_offering()
    users = User.objects.bulk_create(
        User(email=f"draft{number}@example.test", password="!", name="测量") for number in _numbers(size)
    )
    people = Candidate.objects.bulk_create(
        Candidate(
            user=user,
            name="样本",
            id_cipher=f"D{user.pk:017d}",
            sex="男",
            born=date(1990, 5, 20),
            phone_cipher="+8613900000000",
            schooling="senior_middle",
            photo=photo,
        )
        for user, photo in zip(users, _files(size, "photo"), strict=True)
    )
    code = offering.work_type.occupation.code
    WorkPeriod.objects.bulk_create(
        WorkPeriod(candidate=person, employer="测量单位", code=code, started_on=clock.today() - 9 * A_YEAR)
        for person in people
    )
    Application.objects.bulk_create(
        [_application(offering, person, "withdrawn") for person in people for _ in range(earlier)], batch_size=1000
    )
    made = Application.objects.bulk_create(_application(offering, person, "draft") for person in people)
    ApplicationLog.objects.bulk_create(
        ApplicationLog(subject=one, from_state="", to_state="draft", at=timezone.now(), by_label="测量") for one in made
    )
    papers = zip(made * len(PAPERS), _files(size * len(PAPERS), "document"), strict=True)
    Evidence.objects.bulk_create(
        Evidence(application=one, title=PAPERS[number // size], file=file) for number, (one, file) in enumerate(papers)
    )
    return list(zip((one.uuid for one in made), _sessions(users), strict=True))


def clear() -> None:
    """Nothing of it is left for the next bench."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLES} CASCADE")


def _numbers(size: int) -> list[int]:
    return [next(_people) for _ in range(size)]


def _application(offering: Offering, person: Candidate, state: str) -> Application:
    window = Window.objects.filter(provider=offering.provider).latest("pk")
    today = clock.today()
    return Application(
        number=f"D{next(_people)}",
        candidate=person,
        offering=offering,
        work_type_id=offering.work_type_id,
        level=offering.level,
        window=window,
        first_window=window,
        state=state,
        subjects=["theory", "practical"],
        clause="4.1",
        declared={"majors": {}, "titles": {}},
        rules=CandidateRules.objects.latest("pk"),
        rules_accepted_at=timezone.now(),
        submitted_on=None if state == "draft" else today,
    )


def _files(size: int, kind: str) -> list[StoredFile]:
    """Rows alone: handing in opens no file."""
    return StoredFile.objects.bulk_create(
        StoredFile(
            kind=kind, path=f"bench/{number}", sha256="0", size=1, content_type="image/jpeg", owner_label="bench"
        )
        for number in _numbers(size)
    )


def _sessions(users: list[User]) -> list[str]:
    """The cookie of each, as after a log-in."""
    store, ends = SessionStore(), timezone.now() + timedelta(days=1)
    made = Session.objects.bulk_create(
        Session(
            session_key=f"bench{user.pk:027d}",
            session_data=store.encode(
                {
                    SESSION_KEY: str(user.pk),
                    BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
                    HASH_SESSION_KEY: user.get_session_auth_hash(),
                }
            ),
            expire_date=ends,
        )
        for user in users
    )
    return [session.session_key for session in made]
