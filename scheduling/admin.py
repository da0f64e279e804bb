"""The schedulers' desk in the admin: batches filling up, proposed sessions, venues and rooms, tickets."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from scheduling import (
    admin_batch,
    admin_board,
    admin_moves,
    admin_people,
    admin_plan_check,
    admin_roll,
    admin_seats,
    admin_session,
    admin_sheets,
    admin_staff,
    admin_tickets,
    admin_venues as admin_venues,  # registers venues and rooms
)
from scheduling.admin_base import Scheduled
from scheduling.enums import BATCH_TONES
from scheduling.models import AdmissionTicket, Batch, ExamSession
from scheduling.queries.fills import fills_for, rolled_over
from skilleval.core.templatetags.portal import state_tag
from skilleval.core.wording import cn_date, cn_day


@admin.register(Batch)
class BatchAdmin(Scheduled):
    """Each batch with how far it has filled up; its page is where sessions are planned and published."""

    scope = "offering__provider"
    list_display = ("title", "fill", "status", "judged")
    list_display_links = ("title",)
    list_filter = ("state", "window")
    search_fields = ("offering__work_type__occupation__name", "offering__work_type__name", "window__label")
    search_help_text = "按职业（工种）或批次查找"
    list_per_page = 50
    actions = None

    class Media:
        css: ClassVar[Any] = {"all": ("portal/planning.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Batch]:
        rows = super().get_queryset(request)
        return rows.select_related("window", "offering__provider", "offering__work_type__occupation")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Count all rows of the page at once."""
        found = super().get_changelist_instance(request)
        batches = list(found.result_list)
        fills = fills_for((batch.offering, batch.window) for batch in batches)
        passed_on = rolled_over(batches)
        for batch in batches:
            batch.fill_now = fills[batch.offering_id, batch.window_id]
            batch.passed_on = passed_on.get(batch.pk, 0)
        found.result_list = batches
        return found

    @admin.display(description="评价项目 / 批次", ordering="window__opens_on")
    def title(self, batch: Batch) -> SafeString:
        return format_html("{}<br>{}", batch.offering, batch.window.label)

    @admin.display(description="已确认 / 开班人数")
    def fill(self, batch: Any) -> SafeString | str:
        if batch.passed_on and not batch.fill_now.confirmed:
            return f"{batch.passed_on} 人已顺延"
        context = {"count": batch.fill_now.confirmed, "threshold": batch.fill_now.threshold}
        return render_to_string("scheduling/_fill_cell.html", context)

    @admin.display(description="判定", ordering="judge_on")
    def judged(self, batch: Batch) -> SafeString:
        return format_html('<span class="plan-day">{}</span>', cn_day(batch.judge_on).partition("（")[0])

    @admin.display(description="状态", ordering="state")
    def status(self, batch: Batch) -> SafeString:
        return state_tag(batch.get_state_display(), BATCH_TONES[batch.state])

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        def page(name: str, view: Any) -> URLPattern:
            wrapped = self.admin_site.admin_view(lambda request, pk: view(self, request, pk))
            return path(f"<int:pk>/{name}/", wrapped, name=f"scheduling_batch_{name}")

        roll = self.admin_site.admin_view(lambda request, **keys: admin_roll.roll_page(self, request, **keys))
        pages = [
            path("<int:pk>/roll/<int:sitting_pk>/", roll, name="scheduling_batch_roll"),
            page("publish", admin_batch.publish_page),
            page("cancel", admin_batch.cancel_page),
            page("form", admin_batch.form_page),
            page("rooms", admin_batch.rooms_page),
        ]
        return pages + super().get_urls()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return admin_batch.batch_page(self, request, object_id)


class FetchedFilter(admin.SimpleListFilter):
    """Which tickets in force were taken already."""

    title, parameter_name = "领取", "fetched"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "已领取"), ("no", "未领取")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AdmissionTicket]) -> QuerySet[AdmissionTicket]:
        if self.value() is None:
            return queryset
        return queryset.filter(withdrawn_at=None, first_fetched_at__isnull=self.value() == "no")


@admin.register(AdmissionTicket)
class AdmissionTicketAdmin(Scheduled):
    """Tickets by number, to look one up when somebody calls."""

    scope = "session__batch__offering__provider"
    change_action = ""
    list_display = ("number", "holder", "held_on", "status")
    list_filter = (FetchedFilter, "session__held_on")
    search_fields = ("number", "application__number", "application__candidate__name")
    search_help_text = "按准考证号、申报编号或姓名查找"
    list_select_related = ("application__candidate", "session")

    @admin.display(description="姓名")
    def holder(self, ticket: AdmissionTicket) -> str:
        return ticket.application.candidate.name

    @admin.display(description="评价日期", ordering="session__held_on")
    def held_on(self, ticket: AdmissionTicket) -> str:
        return cn_date(ticket.session.held_on)

    @admin.display(description="状态")
    def status(self, ticket: AdmissionTicket) -> SafeString:
        if ticket.withdrawn_at:
            return state_tag("已收回", "danger")
        return state_tag("已领取", "success") if ticket.first_fetched_at else state_tag("已发放", "info")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return admin_batch.ticket_of(self, request, object_id)


@admin.register(ExamSession)
class ExamSessionAdmin(Scheduled):
    """All sessions by date; each has a page of its own."""

    scope = "batch__offering__provider"
    list_display = ("day", "title", "size", "status")
    list_filter = ("state", "held_on")
    ordering = ("-held_on", "batch", "number")
    list_select_related = ("batch__window", "batch__offering__work_type__occupation")
    actions = None

    @admin.display(description="评价日期", ordering="held_on")
    def day(self, session: ExamSession) -> str:
        return cn_date(session.held_on)

    @admin.display(description="场次")
    def title(self, session: ExamSession) -> SafeString:
        batch = session.batch
        return format_html("{}<br>{} 第 {} 场", batch.offering, batch.window.label, session.number)

    @admin.display(description="状态", ordering="state")
    def status(self, session: ExamSession) -> SafeString:
        return state_tag(session.get_state_display(), BATCH_TONES[session.state])

    def get_urls(self) -> list[URLPattern]:
        def page(name: str, view: Any, keys: str = "", *, schedules: bool = False) -> URLPattern:
            def shown(request: HttpRequest, pk: int, **rest: Any) -> HttpResponse:
                session = admin_session.session_of(self, request, pk)
                if schedules:
                    admin_session.require_scheduler(self, request, session)
                answer: HttpResponse = view(self, request, session, **rest)
                return answer

            wrapped = self.admin_site.admin_view(shown)
            return path(f"<int:pk>/{name}/{keys}", wrapped, name=f"scheduling_examsession_{name}")

        month = self.admin_site.admin_view(lambda request: admin_board.board_page(self, request))
        pages = [
            page("staff", admin_staff.staff_page, schedules=True),
            path("board/", month, name="scheduling_board"),
            page("seats", admin_seats.seats_page),
            page("tickets", admin_tickets.tickets_page, schedules=True),
            page("redraw", admin_seats.redraw_page, "<slug:subject>/", schedules=True),
            page("draw", admin_seats.draw_page, "<int:draw_pk>/"),
            page("check", admin_plan_check.check_page, schedules=True),
            page("people", admin_people.people_page, schedules=True),
            page("move", admin_moves.step_page, "<slug:step>/", schedules=True),
            *(page(*of) for of in admin_sheets.PAGES),
        ]
        return pages + super().get_urls()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return admin_session.session_page(self, request, object_id)
