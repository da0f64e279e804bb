"""Telling candidates about their results, and the results staff about what awaits them. Each cause is told once."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from certificates.models import Result
from certificates.services import wording
from registration.models import Application
from registration.services import notify
from registration.services.wording import named
from scheduling.models import ExamSession
from skilleval.accounts.enums import Role
from skilleval.accounts.telling import tell_staff


def published(applications: Iterable[Application]) -> None:
    """Tell candidates that their results are out; the marks themselves are read after logging in."""
    notify.tell_all(
        notify.Notice(
            candidate=application.candidate,
            about=application,
            cause=f"result-published:{application.pk}",
            template=wording.RESULT_PUBLISHED,
            values=named(application),
            link=notify.page_of(application),
        )
        for application in applications
    )


def corrected(application: Application, result: Result) -> None:
    """Tell a candidate that there is a new version, and why."""
    notice = notify.Notice(
        candidate=application.candidate,
        about=application,
        cause=f"result-corrected:{application.pk}:{result.version}",
        template=wording.RESULT_CORRECTED,
        values=named(application, 原因=result.reason),
        link=notify.page_of(application),
    )
    notify.tell_all([notice])


def left_behind(application: Application, session: ExamSession) -> None:
    """Tell the results staff of a person whose case is closed and whose marks nobody could publish."""
    tell_staff(
        session.batch.offering.provider,
        Role.RESULTS,
        cause=f"result-left:{application.pk}",
        subject="有一人的成绩须补录",
        body=f"申报 {application.number} 的案件已办结，本场次成绩早已公布，但该申报还有科目没有成绩。"
        "请在场次页重新打开成绩册，只补录此人；复核一致后自动公布。",
        link=reverse("admin:certificates_resultsession_change", args=[session.pk]),
    )
