"""窗口录入 inside the admin: who came, and the task list of what is keyed in for them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from fees.queries import price_of
from registration import policy
from registration.enums import ApplicationKind, ApplicationState
from registration.models import Application
from registration.queries.conditions import asked_in
from registration.queries.windows import open_windows, window_open_on
from registration.services import applications as services, profile_rows, walk_ins
from registration.services.editing import EDITABLE
from registration.views import KINDS
from skilleval.catalogue.models import Offering
from skilleval.core import clock
from skilleval.core.errors import Refused
from skilleval.core.scoping import scope_ids
from skilleval.journeys.applying.tasks import DONE, LATER, OPTIONAL, PENDING, Task
from skilleval.journeys.desk.appointments import render
from skilleval.journeys.desk.walk_in_forms import BeginForm

LIST = "admin:registration_walkin_changelist"
PAGE = "admin:registration_walkin_change"
SENT = "admin:registration_application_change"


def walk_in_begin(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Who it is and what they apply for; whatever is wrong is told with everything kept in its place."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    user: Any = request.user
    form = BeginForm(
        request.POST if request.method == "POST" else None, offerings=_open(user, clock.today()), label_suffix=""
    )
    refused: Refused | None = None
    if request.method == "POST" and form.is_valid():
        try:
            made = _begun(form, user)
        except Refused as error:
            refused = error
            form.add_error(error.field if error.field in form.fields else None, _told(error))
        else:
            messages.success(request, "已建立草稿，以下各步保存后可以随时继续。")
            return redirect(PAGE, made.pk)
    context = {
        "title": "录入到窗口申报的人员",
        "lead": "请对照身份证件原件录入。不能为本人录入；以下规则与网上申报相同。",
        "form": form,
        "button": "下一步",
        "back": reverse(LIST),
        "crumbs": [(reverse(LIST), "窗口录入")],
    }
    status = refused.status if refused else 400 if form.errors else 200
    return render(model_admin, request, "desk/step.html", context, status=status)


def walk_in_page(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """What is done and what is next; what was handed in has its page among the applications."""
    application = seen(model_admin, request, pk)
    if application.was_handed_in and application.state != ApplicationState.RETURNED:
        return redirect(SENT, pk)
    if request.method == "POST":
        return redirect(PAGE, pk)
    user: Any = request.user
    on = clock.today()
    own = application.candidate.user_id == user.pk
    working = application.state in EDITABLE and not own
    context = {
        "application": application,
        "own": own,
        "working": working,
        "tasks": tasks_of(application, on) if working else [],
        "sections": sections_of(application) if working else [],
        "reason": application.log.last().reason if application.state == ApplicationState.RETURNED else "",
        "title": f"{application.candidate.name} {application.number}",
    }
    return render(model_admin, request, "desk/walk_in.html", context)


def tasks_of(application: Application, on: date) -> list[Task]:
    """Every step with its state, in the order of the desk's work."""
    missing = {bar.code for bar in services.missing(application, on)}
    ready, before = not missing, application.earlier_id is not None
    return [
        _task(application, "证件照", "现场拍摄或扫描", "photo", "photo" in missing),
        *_again(application, "credits" in missing),
        *([] if before else [_background(application)]),
        *([] if before else [_task(application, "申报条件", _clause(application), "clause", "clause" in missing)]),
        _papers(application, missing),
        *_conditions(application, "conditions" in missing, on),
        _seat(application),
        _task(application, "参评人员须知签字", "打印须知，由本人签字", "rules", "rules" in missing),
        Task(
            "打印报名表",
            "由本人核对并签字",
            *(("可打印", "info") if ready else LATER),
            url=step_url(application, "form") if ready else None,
        ),
        Task(
            "提交",
            "进入待审核；同时可以登记原件已收",
            *(PENDING if ready else LATER),
            url=step_url(application, "submit") if ready else None,
        ),
    ]


def sections_of(application: Application) -> list[dict[str, Any]]:
    """The rows of the background by kind, and which of them staff may change."""
    person = application.candidate
    return [
        {
            "kind": kind,
            "title": title,
            "add": reverse("admin:desk_walk_in_row_add", args=[application.pk, kind]),
            "rows": [
                {"row": row, "url": _row_url(application, kind, row)}
                for row in getattr(person, f"{profile_rows.MODELS[kind]._meta.model_name}_rows").all()
            ],
        }
        for kind, title in KINDS.items()
    ]


def seen(model_admin: Any, request: HttpRequest, pk: int) -> Application:
    """An application that was keyed in at a provider where the user may do that; 404 for others."""
    rows = model_admin.get_queryset(request).select_related("candidate__user", "candidate__photo", "window", "earlier")
    found: Application | None = rows.select_related("offering__provider", "offering__rule_set").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def step_url(application: Application, step: str) -> str:
    """The address of a step."""
    return reverse(f"admin:desk_walk_in_{step}", args=[application.pk])


def _begun(form: BeginForm, user: Any) -> Application:
    offering, on = form.cleaned_data["offering"], clock.today()
    return walk_ins.begin(
        offering=offering,
        window=window_open_on(offering.provider, on),
        stated=walk_ins.Stated(**form.stated()),
        fee_published=price_of(offering, on=on).published,
        by=user,
        at=clock.now(),
    )


def _told(error: Refused) -> str:
    """A refusal with its source and the way out, as one line."""
    source = f"（依据：{error.source}）" if error.source else ""
    return f"{error.message}{source}"


def _open(user: Any, on: date) -> QuerySet[Offering]:
    """What can be applied for today at the user's providers."""
    providers = scope_ids(user, policy.REVIEW) & open_windows(on).keys()
    rows = Offering.objects.with_names().valid_on(on).filter(provider__in=providers, announcement__isnull=False)
    return rows.order_by("work_type__occupation__code", "level", "-year")


def _task(application: Application, title: str, hint: str, step: str, lacking: bool) -> Task:
    return Task(title, hint, *(PENDING if lacking else DONE), url=step_url(application, step))


def _again(application: Application, lacking: bool) -> list[Task]:
    if not lacking and application.kind == ApplicationKind.NEW and application.forfeits_accepted_at is None:
        return []
    hint = f"{application.get_kind_display()}；有合格科目成绩的人员须选择"
    return [_task(application, "补考还是重新申报", hint, "credits", lacking)]


def _background(application: Application) -> Task:
    count = sum(len(section["rows"]) for section in sections_of(application))
    state = DONE if count else OPTIONAL
    return Task(
        "背景经历", f"已录入 {count} 条，见下方" if count else "按所用的申报条件在下方录入", *state, url="#rows"
    )


def _clause(application: Application) -> str:
    return f"已选择条件 {application.clause}" if application.clause else "系统按背景经历判断符合哪些条件"


def _papers(application: Application, missing: set[str]) -> Task:
    if "clause" in missing:
        return Task("证明材料扫描件", "选好申报条件后，这里列出要交的材料", *LATER)
    count = application.evidence.count()
    hint = f"已上传 {count} 份" if count else "按所选条件扫描上传"
    return _task(application, "证明材料扫描件", hint, "papers", "evidence" in missing)


def _conditions(application: Application, lacking: bool, on: date) -> list[Task]:
    if not [one for one in asked_in(application, on) if not one.computed]:
        return []
    return [_task(application, "附加条件", "本机构公告另外要求的条件", "conditions", lacking)]


def _seat(application: Application) -> Task:
    url = step_url(application, "seat")
    if application.accessible_seat:
        return Task("考场座位", "需要无障碍座位", *DONE, url=url)
    return Task("考场座位", "需要无障碍座位的，在这里登记", *OPTIONAL, url=url)


def _row_url(application: Application, kind: str, row: Any) -> str:
    if not walk_ins.may_change(application.candidate, kind, row):
        return ""
    return reverse("admin:desk_walk_in_row", args=[application.pk, kind, row.pk])
