"""The steps of an application, as the services behind the pages take them."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from registration.models import Application, Candidate
from registration.queries.windows import window_open_on
from registration.services import applications as services
from skilleval.catalogue.models import CandidateRules, Offering
from tests.factories import at

NOW = at(2026, 3, 10)
PAPER = "工作年限证明（单位盖章）或社会保险缴费记录"


def picture() -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (300, 400), "#88aacc").save(content, "JPEG")
    return SimpleUploadedFile("scan.jpg", content.getvalue())


def start(candidate: Candidate, offering: Offering, moment: datetime = NOW, fee: bool = True) -> Application:
    window = window_open_on(offering.provider, moment.date())
    return services.start(candidate, offering=offering, window=window, fee_published=fee, by=candidate.user, at=moment)


def filled(candidate: Candidate, offering: Offering, rules: CandidateRules) -> Application:
    """A draft with everything that submitting asks for."""
    application, by = start(candidate, offering), candidate.user
    services.choose_clause(application, clause="4.1", declared={}, by=by, at=NOW)
    services.attach(application, title=PAPER, upload=picture(), by=by, at=NOW)
    services.accept_rules(application, rules=rules, by=by, at=NOW)
    return Application.objects.get(pk=application.pk)


def submit(application: Application, moment: datetime = NOW, fee: bool = True) -> Application:
    return services.submit(application, fee_published=fee, by=application.candidate.user, at=moment)
