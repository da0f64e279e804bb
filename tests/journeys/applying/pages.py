"""Steps of applying as a browser takes them."""

from datetime import datetime
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from registration.models import Application
from skilleval.catalogue.models import Offering

NOON = datetime.fromisoformat("2026-03-10T12:00:00+08:00")
PAPER = "工作年限证明（单位盖章）或社会保险缴费记录"


def picture(name: str = "scan.jpg") -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (300, 400), "#88aacc").save(content, "JPEG")
    return SimpleUploadedFile(name, content.getvalue(), "image/jpeg")


def url(name: str, application: Application) -> str:
    return reverse(name, args=[application.uuid])


def draft(tab: Client, offering: Offering) -> Application:
    response = tab.post(reverse("apply_start", args=[offering.pk]))
    application = Application.objects.latest("pk")
    assert response.url == url("application_detail", application)  # type: ignore[attr-defined]
    return application


def fill(tab: Client, application: Application) -> None:
    tab.post(url("application_clause", application), {"clause": "4.1"})
    tab.post(url("application_evidence", application), {"title": PAPER, "upload": picture()})
    tab.post(url("application_rules", application), {"accepted": "on", "edition": "test-2026"})


def text(response: Any) -> str:
    return str(response.content.decode())
