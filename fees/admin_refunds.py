"""退费 in the admin: what is asked for, what the bank has to carry out, what went back."""

from __future__ import annotations

from functools import partial, update_wrapper
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString

from fees import policy, refund_desk
from fees.admin_steps import render, seen, two_lines
from fees.enums import RefundState
from fees.models import Refund
from skilleval.core.queues import Queue, QueuedModelAdmin
from skilleval.core.templatetags.portal import state_tag
from skilleval.core.wording import yuan

TONES = {
    RefundState.ASKED: "action",
    RefundState.APPROVED: "info",
    RefundState.PAID: "success",
    RefundState.REFUSED: "danger",
    RefundState.CANCELLED: "neutral",
}


@admin.register(Refund)
class RefundAdmin(QueuedModelAdmin):
    """Money going back to payers; each step is a page, nothing is edited."""

    scope = "provider"
    view_action = policy.BOOKS
    add_action = policy.REFUND
    change_list_template = "fees/refund_list.html"
    queues = (
        Queue("asked", "待核准", Q(state=RefundState.ASKED), empty="提出的退费列在这里，由申请人以外的财务人员核准。"),
        Queue("approved", "待退款", Q(state=RefundState.APPROVED), empty="核准后、等待银行转出的列在这里。"),
        Queue("paid", "已退款", Q(state=RefundState.PAID), ("-paid_on", "-pk"), empty="银行转出并登记的列在这里。"),
        Queue(
            "ended", "未核准、已撤回", Q(state__in=(RefundState.REFUSED, RefundState.CANCELLED)), ("-pk",), mixed=True
        ),
        Queue("everything", "全部", Q(), ("-pk",), mixed=True),
    )
    list_display = ("number", "whom", "sum", "reason", "asked_by_label", "tag")
    list_display_links = ("number",)
    search_fields = ("number", "payer", "bank_reference")
    search_help_text = "按退费编号、付款人或银行流水号查找"
    actions = (refund_desk.approve_selected, refund_desk.export_selected)

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "account": refund_desk.account_page,
            "decide": refund_desk.decide_page,
            "record": refund_desk.record_page,
            "cancel": refund_desk.cancel_page,
        }
        own = [path(f"<int:pk>/{tail}/", self._page(view), name=f"fees_refund_{tail}") for tail, view in pages.items()]
        return [*own, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """待退费: what is owed, asked for in one press."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return refund_desk.propose_page(self, request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A refund: of which money, who asked, who approved, when the bank carried it out."""
        refund = seen(self, request, object_id)
        return render(self, request, "fees/refund_desk.html", refund_desk.context_of(refund, request, TONES))

    def _page(self, view: Any) -> Any:
        return update_wrapper(self.admin_site.admin_view(partial(view, self)), view)

    @admin.display(description="退给", ordering="payer")
    def whom(self, refund: Refund) -> SafeString:
        return two_lines(refund.payer, refund_desk.tail_of(refund.account) or "账号待填")

    @admin.display(description="金额", ordering="amount")
    def sum(self, refund: Refund) -> str:
        return yuan(refund.amount)

    @admin.display(description="状态")
    def tag(self, refund: Refund) -> SafeString:
        return state_tag(refund.get_state_display(), TONES[RefundState(refund.state)])
