"""Institutions in the admin: what awaits approval first; nothing is edited here, everything is a decision (SPEC 12)."""

from __future__ import annotations

from functools import partial, update_wrapper
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from skilleval.accounts import admin_institution_pages as pages
from skilleval.accounts.enums import INSTITUTION_TONES, InstitutionState
from skilleval.accounts.models import Institution
from skilleval.accounts.policy import ACCOUNTS_VIEW
from skilleval.core.queues import Queue, QueuedModelAdmin
from skilleval.core.templatetags.portal import state_tag

_S = InstitutionState


@admin.register(Institution)
class InstitutionAdmin(QueuedModelAdmin):
    """Who may enter groups, and who wants to."""

    view_action = ACCOUNTS_VIEW
    queues = (
        Queue("applied", "待核准", Q(state=_S.APPLIED), ("applied_at", "pk"), empty="单位提交登记申请后列在这里。"),
        Queue("approved", "已核准", Q(state=_S.APPROVED), ("name", "pk"), empty="核准的单位列在这里。"),
        Queue("refused", "未核准", Q(state=_S.REFUSED), ("-decided_at", "-pk"), empty="等待更正的申请列在这里。"),
        Queue("suspended", "已暂停", Q(state=_S.SUSPENDED), ("name", "pk"), empty="暂停办理的单位列在这里。"),
        Queue("everything", "全部", Q(), ("-pk",), mixed=True),
    )
    list_display = ("title", "kind", "applied", "tag")
    list_display_links = ("title",)
    actions = None
    search_fields = ("name", "credit_code")
    search_help_text = "按名称或统一社会信用代码查找"

    def get_urls(self) -> list[URLPattern]:
        steps = {
            "approve/": pages.approve,
            "refuse/": pages.refuse,
            "suspend/": pages.suspend,
            "reinstate/": pages.reinstate,
            "amend/": pages.amend,
            "invite/": pages.invite,
            "phone/": pages.phone,
            "licence/<int:page>/": pages.licence,
        }
        own = [
            path(f"<int:pk>/{tail}", self._page(view), name=f"institution_{view.__name__}")
            for tail, view in steps.items()
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The institution's page in the place of a form."""
        if not object_id.isdecimal():
            raise Http404
        return pages.institution_page(self, request, int(object_id))

    def _page(self, view: Any) -> Any:
        """A page of ours inside the admin: staff only, and scoped by this admin's queryset."""
        return update_wrapper(self.admin_site.admin_view(partial(view, self)), view)

    @admin.display(description="单位、统一社会信用代码", ordering="name")
    def title(self, row: Institution) -> SafeString:
        lines = '<span class="cell-line">{}</span><span class="cell-line muted">{}</span>'
        return format_html(lines, row.name, row.credit_code)

    @admin.display(description="申请日期", ordering="applied_at", empty_value="—")
    def applied(self, row: Institution) -> str | None:
        return f"{timezone.localtime(row.applied_at):%Y-%m-%d}" if row.applied_at else None

    @admin.display(description="状态")
    def tag(self, row: Institution) -> SafeString:
        return state_tag(row.get_state_display(), INSTITUTION_TONES[row.state])
