"""Changing what is published, in the admin: a page for each step with its consequences, and the panel 变更与版本."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Min
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from scheduling import move_forms, services
from scheduling.enums import SessionState
from scheduling.models import ExamSession, Sitting
from scheduling.queries.history import events_of
from scheduling.services.changing import why_closed
from skilleval.accounts.models import User
from skilleval.core import clock
from skilleval.core.errors import NotAllowed, Refused
from skilleval.core.wording import cn_date

TEMPLATE = "scheduling/_admin_versions.html"
NEW_TICKETS = "有变更的人员准考证收回，新证按发放规则重新发放；安排没有变化的人员不受影响"
TOLD = "本人和所属院校、培训机构收到通知，写明由何改为何和您填写的原因"


@dataclass(frozen=True)
class Step:
    """A page: what it does, how many it touches, what it asks and what it calls."""

    verb: str
    form: Callable[[ExamSession, Any], move_forms.MoveForm]
    perform: Callable[[ExamSession, Any, User, datetime], object]
    consequences: Callable[[ExamSession], list[str]]
    danger: bool = field(default=False)
    proposed: bool = field(default=False)  # whether it is for sessions not yet published as well


def facts(session: ExamSession, user: User, at: datetime) -> dict[str, Any]:
    """What the panel shows: what was published when, and what can be changed now."""
    published = session.state == SessionState.PUBLISHED
    return {
        "events": events_of(session),
        "closed": why_closed([session], at) if published else "",
        "moves": _moves(session),
        "published": published,
        "steps": [(name, step.verb, step.danger) for name, step in STEPS.items() if _fits(step, session)],
    }


def step_page(modeladmin: Any, request: HttpRequest, session: ExamSession, step: str) -> HttpResponse:
    """Ask for a change of a published session, and do it; a refusal is shown at its field, or above the form."""
    if step not in STEPS:
        raise Http404
    return _page(modeladmin, request, session, STEPS[step])


def _page(modeladmin: Any, request: HttpRequest, session: ExamSession, step: Step) -> HttpResponse:
    by = _user(request)
    back = HttpResponseRedirect(reverse("admin:scheduling_examsession_change", args=[session.pk]) + "#versions")
    at = clock.now()
    closed, published = _why_not(step, session, at), session.state == SessionState.PUBLISHED
    if closed:
        messages.error(request, closed)
        return back
    form = step.form(session, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            step.perform(session, form, by, at)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            told = "，有关人员已收到通知" if published else ""
            messages.success(request, f"第 {session.number} 场：{step.verb}已办理{told}")
            return back
    context = modeladmin.admin_site.each_context(request) | {
        "title": f"{step.verb}：第 {session.number} 场",
        "verb": step.verb,
        "danger": step.danger,
        "session": session,
        "batch": session.batch,
        "opts": ExamSession._meta,
        "form": form,
        "sittings": move_forms.sittings_of(session),
        "consequences": step.consequences(session),
    }
    return TemplateResponse(request, "scheduling/admin_move.html", context, status=400 if form.errors else 200)


def _moves(session: ExamSession) -> list[Any]:
    """Published, put off, cancelled: its states with their reasons, newest first."""
    rows: list[Any] = list(session.log.exclude(from_state="").order_by("-pk"))
    for row in rows:
        row.word = "延期待定" if row.to_state == SessionState.PROPOSED else SessionState(row.to_state).label
    return rows


def _fits(step: Step, session: ExamSession) -> bool:
    return session.state == SessionState.PUBLISHED or (step.proposed and session.state == SessionState.PROPOSED)


def _why_not(step: Step, session: ExamSession, at: datetime) -> str:
    if not _fits(step, session):
        return f"第 {session.number} 场{session.get_state_display()}，不是已发布的场次"
    return why_closed([session], at) if session.state == SessionState.PUBLISHED else ""


def _others(session: ExamSession, *, of_batch: bool = False) -> Any:
    """Published sessions of the provider that haven't begun, by when they do."""
    rows = ExamSession.objects.filter(state=SessionState.PUBLISHED).exclude(pk=session.pk)
    mine = (
        {"batch": session.batch_id} if of_batch else {"batch__offering__provider": session.batch.offering.provider_id}
    )
    named = rows.filter(**mine).select_related("batch__window", "batch__offering__work_type__occupation")
    begin = named.annotate(starts=Min("sittings__during__startswith"))
    return begin.filter(starts__gt=clock.now()).order_by("starts", "batch", "number")


def _whole(session: ExamSession) -> list[str]:
    out = session.tickets.in_force().count()
    return [f"本场 {session.size} 人，已发准考证 {out} 张", NEW_TICKETS, TOLD]


def _ended(session: ExamSession) -> list[str]:
    out = session.tickets.in_force().count()
    return [
        f"本场 {session.size} 人的安排作废，已发的 {out} 张准考证全部收回",
        "考场、考务人员的占用同时释放",
        "参评人员可以免费退考，已缴费用退回付款账户",
        "本人和所属院校、培训机构收到通知，写明您填写的原因",
    ]


def _given_up(session: ExamSession) -> list[str]:
    return [
        f"本场 {session.size} 人的座位作废，按您的选择另行安排、顺延或退费",
        "考场、考务人员的占用同时释放",
        "顺延或退费的，本人收到通知，写明您填写的原因",
    ]


def _one(session: ExamSession) -> list[str]:
    return ["只改所选考生的座位，其他人的座位和准考证不变", NEW_TICKETS, TOLD]


def _swap(session: ExamSession, form: Any, by: User, at: datetime) -> object:
    data = form.cleaned_data
    times, rooms = data["what"] != "rooms", data["what"] != "times"
    return services.swap_sessions(session, data["other"], times=times, rooms=rooms, **_why(form), by=by, at=at)


def _place(session: ExamSession, form: Any, by: User, at: datetime) -> object:
    data = form.cleaned_data
    sitting = Sitting.objects.get(pk=data["sitting"])
    return services.move_place(data["person"], sitting=sitting, number=data["number"], **_why(form), by=by, at=at)


def _why(form: Any) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("reason", "seen")}


#: In the order in which the panel offers them; the last two undo what was published.
STEPS: dict[str, Step] = {
    "time": Step(
        "改期",
        lambda session, data: move_forms.TimeForm(data, session=session),
        lambda session, form, by, at: services.reschedule(session, **form.cleaned_data, by=by, at=at),
        lambda session: [*_whole(session), f"原定{cn_date(session.held_on)}；改到另一天的，参评人员可以免费退考"],
    ),
    "rooms": Step(
        "换考场",
        lambda session, data: move_forms.RoomsForm(data, session=session),
        lambda session, form, by, at: services.change_rooms(session, form.rooms, **_why(form), by=by, at=at),
        lambda session: [*_whole(session), "所换考场内的座位重新抽签"],
    ),
    "swap": Step(
        "与另一场对调",
        lambda session, data: move_forms.SwapForm(data, session=session, others=_others(session)),
        _swap,
        lambda session: [*_whole(session), "另一场同样处理"],
    ),
    "person": Step(
        "考生换场",
        lambda session, data: move_forms.OtherSessionForm(
            data, session=session, others=_others(session, of_batch=True)
        ),
        lambda session, form, by, at: services.move_person(
            form.cleaned_data["person"], to=form.cleaned_data["to"], **_why(form), by=by, at=at
        ),
        _one,
    ),
    "seat": Step("考生换座位", lambda session, data: move_forms.PlaceForm(data, session=session), _place, _one),
    "exchange": Step(
        "两名考生对调",
        lambda session, data: move_forms.ExchangeForm(data, session=session, others=_others(session, of_batch=True)),
        lambda session, form, by, at: services.swap_people(
            form.cleaned_data["person"],
            form.cleaned_data["other"],
            **_why(form),
            by=by,
            at=at,
        ),
        _one,
    ),
    "postpone": Step(
        "延期待定",
        lambda session, data: move_forms.MoveForm(data, session=session),
        lambda session, form, by, at: services.postpone(session, **form.cleaned_data, by=by, at=at),
        lambda session: [*_ended(session), "座位保留，场次回到待发布；改好日期、考场后重新发布"],
        danger=True,
    ),
    "cancel": Step(
        "取消场次",
        lambda session, data: move_forms.CancelForm(data, session=session),
        lambda session, form, by, at: services.cancel_session(session, **form.cleaned_data, by=by, at=at),
        lambda session: [*(_ended(session) if session.published_at else _given_up(session)), "取消后不能恢复"],
        danger=True,
        proposed=True,
    ),
}


def _user(request: HttpRequest) -> Any:
    return request.user
