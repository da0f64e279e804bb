"""The provider's cases in the admin: queues whose rows lead to the case's own page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from discipline import policy
from discipline.enums import CASE_TONES, ENDED, CaseState
from discipline.models import Case
from discipline.queries.clocks import late, late_since
from skilleval.core import clock
from skilleval.core.queues import Queue, QueuedModelAdmin
from skilleval.core.templatetags.portal import state_tag
from skilleval.core.wording import cn_date, cn_deadline

_S = CaseState
OLDEST = ("waiting_since", "pk")


@admin.register(Case)
class CaseAdmin(QueuedModelAdmin):
    """What was reported at the provider; it is read and taken further on the case's page, never edited here."""

    scope = "provider"
    view_action = policy.VIEW
    queues = (
        Queue("reported", "待告知", Q(state=_S.REPORTED), OLDEST, empty="考场、审核中或事后报告的案件列在这里。"),
        Queue("heard", "待提出建议", Q(state=_S.HEARD), OLDEST, empty="陈述申辩以后，须提出处理建议的列在这里。"),
        Queue("decided", "待送达", Q(state=_S.DECIDED), OLDEST, empty="决定书须送达当事人的列在这里。"),
        Queue("notified", "待陈述申辩", Q(state=_S.NOTIFIED), ("defence_until", "pk"), empty="等待当事人的列在这里。"),
        Queue("proposed", "待决定", Q(state=_S.PROPOSED), OLDEST, empty="等待监管人员决定的列在这里。"),
        Queue("served", "申诉期内", Q(state__in=(_S.SERVED, _S.APPEALED)), OLDEST, mixed=True),
        Queue("ended", "已结束", Q(state__in=ENDED), ("-pk",), mixed=True, empty="办结的案件列在这里。"),
        Queue("everything", "全部", Q(), ("-pk",), mixed=True),
    )
    list_display = ("case_number", "person", "target", "clause_codes", "happened_at", "waits", "tag")
    list_display_links = None
    list_select_related = ("candidate", "session", "application__offering__work_type__occupation")
    search_fields = ("number", "candidate__name", "application__number")
    search_help_text = "按案件编号、申报编号或姓名查找，请勿输入证件号码"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Nobody handles what is about themself; each row knows whether it has waited too long."""
        rows: QuerySet[Any] = super().get_queryset(request).exclude(candidate__user_id=request.user.pk)
        limit = late_since(clock.today())
        return rows.annotate(is_late=ExpressionWrapper(late(limit), BooleanField()))  # type: ignore[no-any-return]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The case's page in the place of a form."""
        found = self.get_queryset(request).filter(pk=object_id).first() if object_id.isdecimal() else None
        if found is None:
            raise Http404
        return redirect("case_page", uuid=found.uuid)

    @admin.display(description="案件", ordering="number")
    def case_number(self, case: Case) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("case_page", args=[case.uuid]), case.number)

    @admin.display(description="当事人、证件号码", ordering="candidate__name")
    def person(self, case: Case) -> SafeString:
        return _two_lines(case.candidate.name, case.candidate.masked_id)

    @admin.display(description="评价项目、申报")
    def target(self, case: Case) -> SafeString:
        return _two_lines(str(case.application.offering), case.application.number)

    @admin.display(description="条款")
    def clause_codes(self, case: Case) -> str:
        return "、".join(case.clauses)

    @admin.display(description="等待")
    def waits(self, case: Case) -> SafeString:
        """Since when, or until when the person may speak; overdue ones say so."""
        if case.state == _S.NOTIFIED and case.defence_until:
            return _two_lines("陈述申辩至", cn_deadline(case.defence_until))
        if case.state in ENDED:
            return SafeString("")
        waited_too_long = getattr(case, "is_late", False)
        return _two_lines(f"{cn_date(case.waiting_since)}起", "已超过办理时限" if waited_too_long else "")

    @admin.display(description="状态")
    def tag(self, case: Case) -> SafeString:
        return state_tag(case.get_state_display(), CASE_TONES[case.state])


def _two_lines(first: str, second: str) -> SafeString:
    """A cell with a line of detail under it: the list stays as narrow as a screen."""
    return format_html('<span class="cell-line">{}</span><span class="cell-line muted">{}</span>', first, second)
