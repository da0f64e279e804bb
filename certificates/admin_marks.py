"""The results role's desk: sessions by what awaits, each with its mark sheets and its publication."""

from __future__ import annotations

from functools import partial, update_wrapper
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from certificates import admin_import, admin_publish, admin_session, admin_sheet, admin_steps, policy
from certificates.enums import SHEET_TONES, SheetState
from certificates.models import MarkSheet, ResultSession
from certificates.queries.sessions import PUBLISHED, TO_CONFIRM, TO_ENTER, TO_PUBLISH, begun, dues
from skilleval.core import clock
from skilleval.core.queues import Queue, QueuedModelAdmin
from skilleval.core.templatetags.portal import state_tag
from skilleval.core.wording import cn_date, cn_day

OLDEST = ("held_on", "pk")
LATEST = ("-held_on", "-pk")


@admin.register(ResultSession)
class ResultSessionAdmin(QueuedModelAdmin):
    """Sessions that were sat; nothing of them is edited here, marks are entered on their sheets."""

    scope = "batch__offering__provider"
    view_action = policy.VIEW_MARKS
    queues = (
        Queue("enter", "待录入", TO_ENTER, OLDEST, empty="有科目考完后列在这里，先考的在前。"),
        Queue("confirm", "待复核", TO_CONFIRM, OLDEST, empty="成绩录入并提交复核后列在这里。"),
        Queue("publish", "待公布", TO_PUBLISH, OLDEST, empty="各科成绩复核一致后列在这里。"),
        Queue("out", "已公布", PUBLISHED, LATEST, empty="成绩公布后列在这里。"),
        Queue("everything", "全部", Q(), LATEST, mixed=True, empty="场次的科目考完后列在这里。"),
    )
    list_display = ("title", "day", "deadline", "sheets", "size", "tag")
    list_display_links = ("title",)
    list_select_related = ("batch__window", "batch__offering__provider", "batch__offering__work_type__occupation")
    search_fields = ("batch__offering__work_type__occupation__name", "batch__offering__work_type__name")
    search_help_text = "按职业（工种）查找"
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return begun(super().get_queryset(request), clock.now())

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Read the sheets and last days of the whole page at once."""
        found = super().get_changelist_instance(request)
        sessions: list[Any] = list(found.result_list)
        sheets = MarkSheet.objects.filter(session__in=[session.pk for session in sessions])
        days = dues(sessions, clock.today())
        for session in sessions:
            session.due = days[session.pk]
            session.its_sheets = []
        by_key = {session.pk: session for session in sessions}
        for sheet in sheets.order_by("pk"):
            by_key[sheet.session_id].its_sheets.append(sheet)
        found.result_list = sessions
        return found

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "sheet/<str:subject>/": admin_sheet.sheet_page,
            "sheet/<str:subject>/workbook/": admin_import.workbook_file,
            "sheet/<str:subject>/import/": admin_import.import_page,
            "sheet/<str:subject>/send-back/": admin_steps.send_back_page,
            "sheet/<str:subject>/reopen/": admin_steps.reopen_page,
            "sheet/<str:subject>/start-over/": admin_steps.start_over_page,
            "publish/": admin_publish.publish_page,
        }
        own = [
            path(f"<int:pk>/{tail}", self._page(view), name=f"marks_{view.__name__}") for tail, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The session's page in the place of a form."""
        if not object_id.isdecimal():
            raise Http404
        return admin_session.session_page(self, request, int(object_id))

    def _page(self, view: Any) -> Any:
        return update_wrapper(self.admin_site.admin_view(partial(view, self)), view)

    @admin.display(description="评价项目、场次")
    def title(self, session: ResultSession) -> SafeString:
        batch = session.batch
        return format_html(
            '<span class="cell-line">{}</span><span class="cell-line muted">{} 第 {} 场</span>',
            batch.offering,
            batch.window.label,
            session.number,
        )

    @admin.display(description="评价日期", ordering="held_on")
    def day(self, session: ResultSession) -> str:
        return cn_date(session.held_on)

    @admin.display(description="公布期限")
    def deadline(self, session: Any) -> SafeString | str:
        due = session.due
        text = f"{cn_day(due.result.date)}{'（暂定）' if due.result.provisional else ''}"
        if session.published or not due.pressing:
            return text
        return format_html(
            "{} {}", text, state_tag("已逾期" if due.overdue else "将到期", "danger" if due.overdue else "warning")
        )

    @admin.display(description="成绩册")
    def sheets(self, session: Any) -> SafeString | str:
        if not session.its_sheets:
            return "尚未录入"
        return format_html_join(
            " ", "{} {}", ((sheet.get_subject_display(), _tag(sheet)) for sheet in session.its_sheets)
        )

    @admin.display(description="状态")
    def tag(self, session: Any) -> SafeString:
        if session.published:
            return state_tag("已公布", "success")
        if session.confirmed_sheets >= session.subject_count:
            return state_tag("待公布", "action")
        return state_tag("待复核", "info") if session.awaiting else state_tag("待录入", "action")


def _tag(sheet: MarkSheet) -> SafeString:
    return state_tag(SheetState(sheet.state).label, SHEET_TONES[sheet.state])
