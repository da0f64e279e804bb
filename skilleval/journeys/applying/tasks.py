"""The task list of an application: what is done, what is next, in the order of the journey."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from registration.enums import ApplicationKind
from registration.models import Application
from registration.queries.conditions import asked_in
from registration.services import applications as services
from skilleval.catalogue.enums import Level, SubjectKind

DONE = ("已完成", "success")
PENDING = ("待办理", "action")
LATER = ("暂不能开始", "neutral")
OPTIONAL = ("选填", "neutral")


@dataclass(frozen=True)
class Task:
    """One line of the list; without `url` it can't be started yet."""

    title: str
    hint: str
    word: str
    tone: str
    url: str | None = None

    @property
    def open(self) -> bool:
        return self.word == PENDING[0]


def tasks_of(application: Application, on: date) -> list[Task]:
    """Every step with its state on a day; the last is handing in."""
    here = reverse("application_detail", args=[application.uuid])
    missing = {bar.code: bar for bar in services.missing(application, on)}
    args, ready = [application.uuid], not missing
    back = f"?{urlencode({'next': here})}"
    return [
        _task(
            "身份与照片",
            "姓名、证件已登记；照片会印在报名表、准考证和证书上",
            "photo" in missing,
            reverse("profile_photo") + back,
        ),
        *_again(application, "credits" in missing),
        *(_as_before(application) if application.earlier_id else _proved(application, missing.keys(), back, on)),
        _seat(application),
        _task(
            "阅读并确认参评人员须知", "须逐条阅读后确认", "rules" in missing, reverse("application_rules", args=args)
        ),
        Task(
            "核对并下载报名表",
            "打印后签字，按要求交到评价机构窗口" if ready else "完成以上各步后可以下载",
            *(("可下载", "info") if ready else LATER),
            url=reverse("application_form_pdf", args=args) if ready else None,
        ),
        Task(
            "提交",
            "提交前再核对一遍全部内容",
            *(PENDING if ready else LATER),
            url=reverse("application_submit", args=args) if ready else None,
        ),
    ]


def _again(application: Application, lacking: bool) -> list[Task]:
    """Which way somebody with passed subjects goes; nobody else is asked."""
    if not lacking and application.kind == ApplicationKind.NEW and application.forfeits_accepted_at is None:
        return []
    sat = "、".join(str(SubjectKind(kind).label) for kind in application.subjects)
    hint = f"{application.get_kind_display()}：{sat}"
    if lacking:
        hint = "您的合格成绩有变化或尚未选择，请确认"
    return [
        _task("补考还是重新申报", hint, lacking, reverse("application_credits", args=[application.uuid])),
    ]


def _as_before(application: Application) -> list[Task]:
    """A resit goes on with what an earlier application was approved by; further papers may still be added."""
    return [
        Task(
            "申报条件和证明材料",
            f"沿用申报 {application.earlier} 审核通过的条件 {application.clause} 和材料，不需重交",
            *DONE,
            url=reverse("application_evidence", args=[application.uuid]),
        )
    ]


def _proved(application: Application, missing: Iterable[str], back: str, on: date) -> list[Task]:
    """Background, clause, evidence, and what the provider asks further."""
    args, codes = [application.uuid], set(missing)
    return [
        _background(application, reverse("profile") + back),
        _task(
            "选择申报条件",
            f"已选择条件 {application.clause}" if application.clause else "系统按您的资料判断符合哪些条件",
            "clause" in codes,
            reverse("application_clause", args=args),
        ),
        _evidence(application, codes, reverse("application_evidence", args=args)),
        *_conditions(application, codes, on),
    ]


def _conditions(application: Application, codes: set[str], on: date) -> list[Task]:
    """What the provider asks beyond the level's rules, where it does."""
    if not [one for one in asked_in(application, on) if not one.computed]:
        return []
    url = reverse("application_conditions", args=[application.uuid])
    return [_task("确认附加条件", "评价机构在公告中另外要求的条件，逐条确认", "conditions" in codes, url)]


def _seat(application: Application) -> Task:
    """What is needed on the day; whoever needs nothing passes it by."""
    url = reverse("application_seat", args=[application.uuid])
    if application.accessible_seat:
        return Task("考场座位", "需要无障碍座位，安排时先满足", *DONE, url=url)
    return Task("考场座位", "需要无障碍座位（乘坐轮椅、行动不便等）的，请在这里说明", *OPTIONAL, url=url)


def next_task(tasks: list[Task]) -> Task | None:
    """The first thing left to do."""
    return next((task for task in tasks if task.open and task.url), None)


def _task(title: str, hint: str, lacking: bool, url: str) -> Task:
    word, tone = PENDING if lacking else DONE
    return Task(title, hint, word, tone, url)


def _background(application: Application, url: str) -> Task:
    person = application.candidate
    rows = sum(
        rows.count()
        for rows in (
            person.education_rows,
            person.workperiod_rows,
            person.heldcertificate_rows,
            person.professionaltitle_rows,
        )
    )
    if rows:
        return Task("背景经历", f"教育、工作、证书、职称共 {rows} 条", *DONE, url=url)
    if application.level in (Level.SPECIAL, Level.FIVE):
        return Task("背景经历", "本项目不要求，可以不填", *OPTIONAL, url=url)
    return Task("背景经历", "教育、工作、证书、职称：按您要用的申报条件填写", *PENDING, url=url)


def _evidence(application: Application, codes: set[str], url: str) -> Task:
    if not application.clause or "clause" in codes:
        return Task("证明材料", "选好申报条件后，这里列出要交的材料", *LATER)
    if not services.papers(application):
        return Task("证明材料", "所选条件不需要证明材料", *DONE, url=url)
    count = application.evidence.count()
    hint = f"已上传 {count} 份" if count else "拍照或扫描后上传，JPG、PNG 或 PDF"
    return _task("证明材料", hint, "evidence" in codes, url)
