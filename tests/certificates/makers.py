"""People who sat, their results and their certificates, as the services leave them."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from certificates.models import Certificate, Result
from certificates.services.drawing import settle
from certificates.services.issuing import issue
from certificates.services.reviewing import review
from registration.models import Application
from scheduling.models import AdmissionTicket, Batch, ExamSession
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering, Provider
from skilleval.core import files
from skilleval.core.enums import FileKind
from skilleval.core.models import StoredFile
from tests import factories

HELD_ON = date(2026, 4, 11)
PUBLISHED = factories.at(2026, 4, 24)
REVIEWED = factories.at(2026, 4, 27)
ISSUED = factories.at(2026, 4, 28)


def session_of(offering: Offering, number: int = 1) -> ExamSession:
    """A session held on the 11th of April, without rooms or seats."""
    window = factories.window_of(offering.provider)
    batch, _ = Batch.objects.get_or_create(
        offering=offering,
        window=window,
        defaults={"state": "published", "cut_off_on": date(2026, 3, 31), "judge_on": date(2026, 4, 2)},
    )
    made, _ = ExamSession.objects.get_or_create(
        batch=batch,
        number=number,
        defaults={"held_on": HELD_ON, "state": "published", "size": 1, "published_at": factories.at(2026, 4, 2)},
    )
    return made


def sat(offering: Offering, *, ticket: int | None = None, photo: bool = True, **fields: Any) -> Application:
    """Somebody who sat, with a photo and (by its serial) a ticket."""
    person = {name.removeprefix("candidate__"): fields.pop(name) for name in list(fields) if "candidate__" in name}
    candidate = fields.pop("candidate", None) or factories.CandidateFactory(**person)
    if photo and candidate.photo is None:
        candidate.photo = portrait()
        candidate.save()
    made = factories.ApplicationFactory(offering=offering, state="completed", candidate=candidate, **fields)
    if ticket is not None:
        AdmissionTicket.objects.create(
            application=made,
            session=session_of(offering),
            number=f"{offering.provider.filing_number[-4:]}2604{ticket:06d}",
            released_at=factories.at(2026, 4, 8),
        )
    return made


def portrait(colour: tuple[int, int, int] = (120, 150, 190)) -> StoredFile:
    picture = io.BytesIO()
    Image.new("RGB", (358, 441), colour).save(picture, "JPEG")
    upload = SimpleUploadedFile("portrait.jpg", picture.getvalue(), content_type="image/jpeg")
    return files.store(upload, kind=FileKind.PHOTO, by=None, owner_label="test")


def result(application: Application, *, passed: bool = True, at: Any = PUBLISHED) -> Result:
    """The next version of an application's result."""
    version = Result.objects.filter(application=application).count() + 1
    return Result.objects.create(
        application=application,
        session=session_of(application.offering),
        version=version,
        passed=passed,
        reason="" if version == 1 else "复核更正",
        published_at=at,
        published_by_label="测试",
    )


def drawn(offering: Offering, **fields: Any) -> Certificate:
    """A certificate drawn up for somebody who passed."""
    application = sat(offering, **fields)
    settle(result(application), by=None, at=PUBLISHED)
    return Certificate.objects.get(application=application)


def certifier(provider: Provider, **user: Any) -> User:
    """Somebody with the certificates role of a provider."""
    return factories.staff(provider, Role.CERTIFICATES, **user)


def reviewed(offering: Offering, *, by: User, **fields: Any) -> Certificate:
    """One that waits for its number."""
    made = drawn(offering, **fields)
    review(Certificate.objects.filter(pk=made.pk), by=by, at=REVIEWED)
    made.refresh_from_db()
    return made


def issued(offering: Offering, *, by: User, **fields: Any) -> Certificate:
    """One in force."""
    made = reviewed(offering, by=by, **fields)
    issue(Certificate.objects.filter(pk=made.pk), by=by, at=ISSUED)
    made.refresh_from_db()
    return made
