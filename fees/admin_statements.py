"""银行流水 in the admin: for the finance staff of a provider alone."""

from __future__ import annotations

from functools import partial, update_wrapper
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from fees import policy, statement_desk, statement_line_desk
from fees.enums import LineState, StatementState
from fees.models import Statement
from fees.statement_page import STATEMENT_TONES
from skilleval.core.queues import Queue, QueuedModelAdmin
from skilleval.core.templatetags.portal import state_tag
from skilleval.core.wording import cn_date, cn_datetime, cn_period

_S = StatementState
UNDER_WAY = Q(state__in=(_S.READING, _S.COLUMNS, _S.READY, _S.COMMITTING))
BEGIN = "上传网上银行导出的明细后列在这里：先读取和比对，您核对后才入账。"


@admin.register(Statement)
class StatementAdmin(QueuedModelAdmin):
    """Statements by what awaits; nothing of them is edited here, and nothing booked before the commit."""

    scope = "provider"
    view_action = policy.STATEMENTS
    change_list_template = "fees/statement_list.html"
    queues = (
        Queue("waiting", "待办理", UNDER_WAY, ("pk",), mixed=True, empty=BEGIN),
        Queue("done", "已入账", Q(state=_S.DONE), ("-pk",), empty="入账的流水列在这里。"),
        Queue("ended", "已放弃、无法读取", Q(state__in=(_S.DISCARDED, _S.REFUSED)), ("-pk",), mixed=True),
        Queue("everything", "全部", Q(), ("-pk",), mixed=True, empty=BEGIN),
    )
    list_display = ("title", "days", "uploaded", "lines", "doubts", "tag")
    list_display_links = ("title",)
    list_select_related = ("provider",)
    search_fields = ("name",)
    search_help_text = "按文件名查找"
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        waiting = Q(lines__state=LineState.DOUBTFUL)
        rows: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = rows.annotate(line_count=Count("lines"), doubtful=Count("lines", filter=waiting))
        return counted

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "columns/": statement_desk.columns_page,
            "decide/": statement_desk.decide_lines,
            "again/": statement_desk.look_again,
            "commit/": statement_desk.commit_page,
            "discard/": statement_desk.discard_page,
            "resume/": statement_desk.resume,
            "file/": statement_desk.bank_file,
            "result/": statement_desk.result_file,
            "line/<int:line>/": statement_line_desk.line_page,
        }
        own = [
            path(f"<int:pk>/{tail}", self._page(view), name=f"statement_{view.__name__}")
            for tail, view in pages.items()
        ]
        upload = path("upload/", self._page(statement_desk.upload_page), name="statement_upload_page")
        return [upload, *own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The statement's page in the place of a form."""
        if not object_id.isdecimal():
            raise Http404
        return statement_desk.statement_page(self, request, int(object_id))

    def _page(self, view: Any) -> Any:
        return update_wrapper(self.admin_site.admin_view(partial(view, self)), view)

    @admin.display(description="文件")
    def title(self, statement: Statement) -> SafeString:
        return format_html(
            '<span class="cell-line">{}</span><span class="cell-line muted">{}</span>',
            statement.name,
            statement.provider.short_name or statement.provider.name,
        )

    @admin.display(description="日期")
    def days(self, statement: Statement) -> SafeString | str:
        first, last = statement.first_day, statement.last_day
        if not first or not last:
            return ""
        return _unbroken(cn_date(first) if first == last else cn_period(first, last))

    @admin.display(description="上传", ordering="pk")
    def uploaded(self, statement: Statement) -> SafeString:
        return _unbroken(cn_datetime(statement.uploaded_at), statement.uploaded_by_label)

    @admin.display(description="明细")
    def lines(self, statement: Any) -> str:
        return f"{statement.line_count} 笔" if statement.line_count else ""

    @admin.display(description="待处理")
    def doubts(self, statement: Any) -> str:
        return f"{statement.doubtful} 笔" if statement.doubtful else ""

    @admin.display(description="状态")
    def tag(self, statement: Statement) -> SafeString:
        return state_tag(statement.get_state_display(), STATEMENT_TONES[StatementState(statement.state)])


def _unbroken(*lines: str) -> SafeString:
    return format_html_join("", '<span class="cell-line">{}</span>', ((line,) for line in lines))
