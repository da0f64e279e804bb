"""The desk in the admin: who comes when, days on which it is closed, and people keyed in who came in person."""

from __future__ import annotations

from functools import partial, update_wrapper
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from registration import policy
from registration.enums import TONES, ApplicationState, AppointmentState
from registration.models import Appointment, DeskClosure, WalkIn
from registration.services import appointments as services
from skilleval.catalogue.enums import ContactKind
from skilleval.core import clock
from skilleval.core.admin import ScopedModelAdmin, confirm_action, scoped_action
from skilleval.core.queues import Queue, QueuedModelAdmin
from skilleval.core.scoping import reaches
from skilleval.core.templatetags.portal import state_tag
from skilleval.core.wording import cn_day, cn_time
from skilleval.journeys.desk import appointments, walk_in, walk_in_steps

_A, _S = AppointmentState, ApplicationState
APPOINTMENT_TONES: dict[str, str] = {
    _A.BOOKED: "info",
    _A.KEPT: "success",
    _A.MISSED: "warning",
    _A.CANCELLED: "neutral",
}


def two_lines(first: str, second: str) -> SafeString:
    """A cell with a line of detail under it."""
    return format_html('<span class="cell-line">{}</span><span class="cell-line muted">{}</span>', first, second)


class PagesAdmin(QueuedModelAdmin):
    """A list whose rows have pages of ours in the place of a form."""

    pages: dict[str, Any]

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(f"<int:pk>/{tail}", self._page(view), name=f"desk_{view.__name__}")
            for tail, view in self.pages.items()
        ]
        return [*own, *super().get_urls()]

    def _page(self, view: Any) -> Any:
        return update_wrapper(self.admin_site.admin_view(partial(view, self)), view)


@admin.register(Appointment)
class AppointmentAdmin(PagesAdmin):
    """Who is expected at the desk: today's first, noted in one press."""

    scope = "contact__provider"
    view_action = policy.VIEW
    pages = {
        "arrive/": appointments.appointment_arrive,
        "miss/": appointments.appointment_miss,
        "cancel/": appointments.appointment_cancel,
    }
    list_display = ("time", "person", "press", "original", "tag", "target")
    list_display_links = ("time",)
    list_select_related = (
        "contact__provider",
        "application__candidate",
        "application__offering__work_type__occupation",
    )
    actions = None
    search_fields = ("application__number", "application__candidate__name")
    search_help_text = "按申报编号或姓名查找，请勿输入证件号码"

    @property
    def queues(self) -> tuple[Queue, ...]:  # type: ignore[override]
        """The tabs of the day it is."""
        on = clock.today()
        order = ("day", "starts", "place")
        return (
            Queue("today", "今天", Q(day=on) & ~Q(state=_A.CANCELLED), order, mixed=True, empty="今天没有预约。"),
            Queue("coming", "今后", Q(day__gt=on, state=_A.BOOKED), order, empty="参评人员预约今后的时间后列在这里。"),
            Queue(
                "open", "以前未登记", Q(day__lt=on, state=_A.BOOKED), order, empty="预约日过后没有登记到否的列在这里。"
            ),
            Queue("everything", "全部", Q(), ("-day", "starts", "place"), mixed=True),
        )

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        user: Any = request.user
        return [one for one in super().get_list_display(request) if one != "press" or reaches(user, policy.REVIEW)]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not object_id.isdecimal():
            raise Http404
        return appointments.appointment_page(self, request, int(object_id))

    @admin.display(description="时间", ordering="day")
    def time(self, row: Appointment) -> SafeString:
        return two_lines(cn_day(row.day), f"{cn_time(row.starts)}–{cn_time(row.ends)}")

    @admin.display(description="姓名、证件号码")
    def person(self, row: Appointment) -> SafeString:
        return two_lines(row.application.candidate.name, row.application.candidate.masked_id)

    @admin.display(description="评价项目、申报编号")
    def target(self, row: Appointment) -> SafeString:
        return two_lines(str(row.application.offering), row.application.number)

    @admin.display(description="状态")
    def tag(self, row: Appointment) -> SafeString:
        return state_tag(row.get_state_display(), APPOINTMENT_TONES[row.state])

    @admin.display(description="原件")
    def original(self, row: Appointment) -> str:
        received = row.application.original_received_on
        return f"{received:%Y-%m-%d}" if received else "未收"

    @admin.display(description="登记")
    def press(self, row: Appointment) -> SafeString:
        """Buttons of the list's own form: one press notes the arrival and the original."""
        return format_html_join(
            " ",
            '<button class="btn btn-sm{}" formaction="{}" name="received" value="{}">{}</button>',
            (
                (" btn-primary" if primary else "", reverse(f"admin:desk_{name}", args=[row.pk]), received, label)
                for name, received, label, primary in appointments.presses_of(row, clock.now())
            ),
        )


class ClosureForm(forms.ModelForm):
    """Days in their order, and not gone by."""

    def clean(self) -> dict[str, Any]:
        stated: dict[str, Any] = super().clean() or {}
        last = stated.get("last_day")
        if last and last < clock.today():
            self.add_error("last_day", "停止受理的日期已过，不需登记")
        return stated


@scoped_action(policy.DESK, description="恢复受理")
def reopen_desks(model_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
    """The desk is open after all on days said to be closed."""
    user: Any = request.user
    return confirm_action(
        model_admin,
        request,
        queryset,
        title="恢复受理",
        consequences=["这些日期重新开放预约", "已经取消的预约不会恢复，参评人员可以重新预约"],
        perform=lambda row, reason: services.reopen(row, by=user, at=clock.now()),
    )


@admin.register(DeskClosure)
class DeskClosureAdmin(ScopedModelAdmin):
    """Days on which a desk is closed; appointments on them are cancelled, and everybody is told."""

    scope = "contact__provider"
    view_action = policy.VIEW
    add_action = policy.DESK
    form = ClosureForm
    fields = ("contact", "first_day", "last_day", "reason")
    list_display = ("contact", "first_day", "last_day", "reason", "lifted_on")
    list_select_related = ("contact__provider",)
    actions = (reopen_desks,)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Desks alone are closed."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        field.queryset = field.queryset.filter(kind=ContactKind.DESK)
        return field

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        user: Any = request.user
        made, count = services.close(
            obj.contact,
            first_day=obj.first_day,
            last_day=obj.last_day,
            reason=obj.reason,
            by=user,
            at=clock.now(),
        )
        obj.pk = made.pk
        if count:
            messages.warning(request, f"已取消这些日期的 {count} 个预约，并通知参评人员。")


@admin.register(WalkIn)
class WalkInAdmin(PagesAdmin):
    """People who came in person: what is keyed in for them, until it is handed in."""

    scope = "offering__provider"
    view_action = policy.REVIEW
    add_action = policy.REVIEW
    pages = walk_in_steps.PAGES
    queues = (
        Queue("draft", "未提交", Q(state=_S.DRAFT), ("-pk",), empty="到窗口申报的人员，录入后没有提交的列在这里。"),
        Queue("returned", "退回补正", Q(state=_S.RETURNED), ("returned_until", "pk"), empty="退回补正的列在这里。"),
        Queue("everything", "全部", Q(), ("-pk",), mixed=True),
    )
    list_display = ("number", "person", "target", "tag", "entered_by_label", "created_at")
    list_display_links = ("number",)
    list_select_related = ("candidate", "window", "offering__work_type__occupation")
    actions = None
    search_fields = ("number", "candidate__name")
    search_help_text = "按申报编号或姓名查找，请勿输入证件号码"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(entered_by_id__isnull=False)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Who it is and what they apply for."""
        return walk_in.walk_in_begin(self, request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The task list of what is keyed in."""
        if not object_id.isdecimal():
            raise Http404
        return walk_in.walk_in_page(self, request, int(object_id))

    @admin.display(description="姓名、证件号码", ordering="candidate__name")
    def person(self, row: WalkIn) -> SafeString:
        return two_lines(row.candidate.name, row.candidate.masked_id)

    @admin.display(description="评价项目、批次")
    def target(self, row: WalkIn) -> SafeString:
        return two_lines(str(row.offering), str(row.window or "待下一年度公告"))

    @admin.display(description="状态")
    def tag(self, row: WalkIn) -> SafeString:
        return state_tag(row.get_state_display(), TONES[row.state])
