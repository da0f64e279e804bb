"""What the review page shows: the claim, the check of it, the evidence, and where one is in the queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from fees.queries import order_of
from registration.conditions import words_of
from registration.enums import (
    ENDED_STATES,
    TONES,
    ApplicationState,
    ClassKind,
    MajorMatch,
    SchoolKind,
    StudyStatus,
    TitleGrade,
)
from registration.models import Application, Evidence, PreliminaryReview
from registration.queries.credits import counted
from registration.queries.frozen import outcome_as_submitted
from registration.queries.member_doubts import doubts_of, members_of
from skilleval.catalogue.enums import Level, Schooling, SubjectKind
from skilleval.catalogue.queries import work_calendar
from skilleval.core.errors import Refused
from skilleval.core.keyed import counts_of
from skilleval.core.renditions import page_count
from skilleval.journeys.applying.form_pdf import credit_words
from skilleval.journeys.desk.service_clock import time_left

Row = tuple[str, str]
TAKEN_OVER = "历史业务导入：使用本平台以前已审核，材料由机构保存"


@dataclass(frozen=True)
class Shown:
    """A piece of evidence with the pages that can be looked at here, and whether the clause asks for it."""

    evidence: Evidence
    pages: tuple[int, ...]
    asked: bool = False


@dataclass(frozen=True)
class Neighbours:
    """The applications awaiting review before and after one, oldest first; the counts go as far as 999+."""

    before: int | None
    after: int | None
    place: str
    count: str


def tone_of(application: Application) -> str:
    return TONES[application.state]


def check_of(application: Application) -> dict[str, Any]:
    """The clause claimed and what the rules say of the background as submitted."""
    outcome = outcome_as_submitted(application)
    if outcome is None:
        return {"known": False}
    claimed = next((finding for finding in outcome.findings if finding.clause.code == application.clause), None)
    return {
        "known": True,
        "claimed": claimed,
        "met": application.clause in outcome.clauses,
        "clauses": [
            {
                "met": finding.clause.code in outcome.clauses,
                "title": f"{finding.clause.code} {finding.clause.condition}",
                "text": "；".join(finding.missing),
            }
            for finding in outcome.findings
        ],
        "missing": outcome.missing,
        "doubtful": outcome.doubtful,
        "unconfirmed": outcome.unconfirmed,
    }


def background_tables(kept: dict[str, Any]) -> list[dict[str, Any]]:
    """The submitted background as tables of words, empty ones left out."""
    tables = [
        {
            "title": "工作经历",
            "head": ("起止", "单位、岗位", "职业编码"),
            "rows": [_work(row) for row in kept.get("work", ())],
        },
        {
            "title": "持有证书",
            "head": ("发证日期", "等级", "职业编码", "证书编号"),
            "rows": [_certificate(row) for row in kept.get("certificates", ())],
        },
        {
            "title": "教育经历",
            "head": ("毕业", "院校、类别", "专业", "专业对应"),
            "rows": [_study(row) for row in kept.get("education", ())],
        },
        {
            "title": "职称",
            "head": ("取得日期", "名称", "等级", "与申报职业对应"),
            "rows": [_title(row) for row in kept.get("titles", ())],
        },
    ]
    return [table for table in tables if table["rows"]]


def facts_of(application: Application, on: date) -> list[Row]:
    """The application in a few lines; personal numbers masked."""
    candidate, kept = application.candidate, application.background
    institution = f"（{application.institution}）" if application.institution else ""
    return [
        ("评价项目", str(application.offering)),
        ("批次", str(application.window or "待下一年度公告")),
        ("申报方式", application.get_channel_display() + institution),
        ("申报类型、科目", f"{application.get_kind_display()}：{_subjects(application)}"),
        *[("已合格科目", credit_words(credit)) for credit in counted(application, on)],
        *([("来源", TAKEN_OVER)] if application.taken_over_id else []),
        ("姓名", candidate.name),
        (candidate.get_id_type_display(), candidate.masked_id),
        ("性别、出生日期", f"{candidate.sex}，{candidate.born:%Y-%m-%d}"),
        ("手机号码", candidate.masked_phone),
        ("文化程度", _label(Schooling, kept.get("schooling") or candidate.schooling) or "未填"),
        ("工作单位", kept.get("employer") or candidate.employer or "未填"),
        *[("附加条件", f"{text}：{answer}") for text, answer in words_of(application.conditions)],
        *([("窗口录入", f"由{application.entered_by_label}录入，须知为纸质签字")] if application.entered_by_id else []),
    ]


def _subjects(application: Application) -> str:
    return "、".join(SubjectKind(kind).label for kind in application.subjects)


def evidence_of(application: Application, asked: Sequence[str]) -> list[Shown]:
    """What was uploaded: first the papers that the clause asks for, in its order, then others."""
    places = {paper[:60]: number for number, paper in enumerate(asked)}
    rows = [Shown(row, _pages(row), row.title in places) for row in application.evidence.select_related("file")]
    return sorted(rows, key=lambda shown: places.get(shown.evidence.title, len(places)))


def papers_asked(check: Mapping[str, Any], application: Application) -> tuple[str, ...]:
    """The papers that prove the clause claimed; none of a member, or where an earlier application has them."""
    claimed = check.get("claimed")
    return claimed.clause.evidence if claimed and not application.group_id and not application.earlier_id else ()


def history_of(application: Application) -> list[dict[str, Any]]:
    """Every move and roll-over, newest first."""
    owner = application.candidate.user_id or 0
    moves = [
        {
            "at": row.at,
            "title": ApplicationState(row.to_state).label,
            "note": row.reason,
            "who": "本人" if row.by_id == owner else row.by_label,
            "tone": TONES[row.to_state],
        }
        for row in application.log.all()
    ]
    rolled = [
        {"at": row.at, "title": f"顺延：{row}", "note": row.reason, "who": "", "tone": "info"}
        for row in application.roll_overs.select_related("from_window", "to_window")
    ]
    oldest_first = sorted(moves + rolled, key=lambda entry: entry["at"])
    return oldest_first[::-1]


def neighbours_of(application: Application, visible: QuerySet[Application]) -> Neighbours:
    """Where one is in the queue of what awaits review: of its group, or of those who apply alone."""
    queue = visible.filter(state=ApplicationState.REVIEW, group=application.group_id).order_by("submitted_on", "pk")
    day, pk = application.submitted_on, application.pk
    earlier = queue.filter(Q(submitted_on__lt=day) | Q(submitted_on=day, pk__lt=pk))
    later = queue.filter(Q(submitted_on__gt=day) | Q(submitted_on=day, pk__gt=pk))
    place, count = counts_of(earlier | queue.filter(pk=pk), queue)
    return Neighbours(before=_key(earlier.reverse()), after=_key(later), place=place, count=count)


def _key(rows: QuerySet[Application]) -> int | None:
    return rows.values_list("pk", flat=True).first()


def context_of(application: Application, visible: QuerySet[Application], on: date) -> dict[str, Any]:
    """Everything the page shows."""
    awaits = application.state == ApplicationState.REVIEW
    check = check_of(application)
    asked = papers_asked(check, application)
    evidence = evidence_of(application, asked)
    there = {shown.evidence.title for shown in evidence}
    return {
        "application": application,
        "tone": tone_of(application),
        "facts": facts_of(application, on),
        "check": check,
        "tables": background_tables(application.background),
        "evidence": evidence,
        "lacking": [paper for paper in asked if paper[:60] not in there],
        "time_left": time_left(application.review_by, on, work_calendar()) if awaits and application.review_by else "",
        "history": history_of(application),
        "order": order_of(application),
        "member": membership_of(application),
        "awaits": awaits,
        "markable": application.state not in ENDED_STATES,
        "neighbours": neighbours_of(application, visible) if awaits else None,
    }


def membership_of(application: Application) -> dict[str, Any] | None:
    """For a member of a group: how they came here, and what the check has doubts about; None for individuals."""
    if application.group_id is None:
        return None
    member = members_of(Application.objects.filter(pk=application.pk))[0]
    row = getattr(member, "roster_row", None)
    passed = row.passed if row else None
    return {
        "group": application.group,
        "submission": application.submission,
        "passed": passed or _last_passed(application),
        "doubts": doubts_of([member]).get(member.pk, ()),
    }


def _last_passed(application: Application) -> PreliminaryReview | None:
    """The group's last preliminary review before somebody was handed in; a returned row has lost its own."""
    if application.submission is None:
        return None
    reviews = PreliminaryReview.objects.filter(group=application.group_id, at__lte=application.submission.at)
    return reviews.order_by("-at").first()


def _pages(evidence: Evidence) -> tuple[int, ...]:
    try:
        return tuple(range(1, page_count(evidence.file) + 1))
    except (Refused, OSError):  # the page says that it can't be shown, and offers the file
        return ()


def _label(choices: Any, value: str) -> str:
    return str(dict(choices.choices).get(value, value))


def _work(row: dict[str, Any]) -> tuple[str, ...]:
    where = " ".join(filter(None, (row["employer"], row["position"])))
    return (f"{row['from']} 至 {row['to'] or '今'}", where, row["code"])


def _certificate(row: dict[str, Any]) -> tuple[str, ...]:
    return (row["issued"], _label(Level, row["level"]), row["code"], row["number"] or "未填")


def _study(row: dict[str, Any]) -> tuple[str, ...]:
    kinds = [_label(SchoolKind, row["school"]), _label(ClassKind, row["class"]) if row["class"] else ""]
    kinds += ["经评估论证"] if row["validated_programme"] else []
    ended = f"{row['graduated_on'] or ''} {_label(StudyStatus, row['status'])}".strip()
    school = f"{row['school_name']}（{'，'.join(filter(None, kinds))}）"
    return (ended, school, row["major_name"], _label(MajorMatch, row["major"]))


def _title(row: dict[str, Any]) -> tuple[str, ...]:
    grade = _label(TitleGrade, row["grade"]) + ("（职业资格）" if row["qualification"] else "")
    return (row["obtained"], row["name"], grade, "是" if row["matches"] else "否")
