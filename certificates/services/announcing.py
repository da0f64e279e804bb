"""Telling candidates about their results, and the results staff about what awaits them. Each cause is told once."""

from __future__ import annotations

from collections.abc import Iterable

from certificates.models import Result
from registration.models import Application
from registration.services import notify


def published(applications: Iterable[Application]) -> None:
    """Tell candidates that their results are out; the marks themselves are read after logging in."""
    notify.tell_all(
        notify.Notice(
            candidate=application.candidate,
            cause=f"result-published:{application.pk}",
            subject="成绩已公布",
            body=f"申报 {application.number}（{application.offering}）的成绩已公布，请登录查看各科成绩、"
            "结论和接下来可以办理的事项。",
            link=notify.page_of(application),
        )
        for application in applications
    )


def corrected(application: Application, result: Result) -> None:
    """Tell a candidate that there is a new version, and why."""
    notice = notify.Notice(
        candidate=application.candidate,
        cause=f"result-corrected:{application.pk}:{result.version}",
        subject="成绩已更正",
        body=f"申报 {application.number}（{application.offering}）的成绩已更正，原因：{result.reason}。"
        "请登录查看更正前后的成绩和结论。",
        link=notify.page_of(application),
    )
    notify.tell_all([notice])
