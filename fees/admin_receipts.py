"""到账款项 in the admin: what came, what it pays, what finance staff have to look at."""

from __future__ import annotations

from functools import partial, update_wrapper
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString

from fees import policy, receipt_desk
from fees.admin_steps import render, seen, two_lines
from fees.models import Receipt
from fees.queries.doubts import is_doubtful, why_free, with_uses
from skilleval.core.policy import require
from skilleval.core.queues import Queue, QueuedModelAdmin
from skilleval.core.templatetags.portal import state_tag
from skilleval.core.wording import yuan

NEWEST = ("-value_on", "-pk")


@admin.register(Receipt)
class ReceiptAdmin(QueuedModelAdmin):
    """Money on the provider's account; noted, said to be for orders, given back; nothing of it is edited."""

    scope = "provider"
    view_action = policy.BOOKS
    add_action = policy.CONFIRM
    change_list_template = "fees/receipt_list.html"
    queues = (
        Queue(
            "doubtful",
            "待处理",
            is_doubtful(),
            ("value_on", "pk"),
            empty="有余额的款项列在这里：用途待定、部分到账、多缴、重复缴费、晚于缴费截止。",
        ),
        Queue("everything", "全部", Q(), NEWEST, empty="登记的和银行流水导入的款项列在这里。"),
    )
    list_display = ("value_on", "who", "sum", "left", "why", "used")
    list_display_links = ("who",)
    search_fields = ("payer", "reference", "orders__order__number")
    search_help_text = "按付款人、附言或订单编号查找"
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_uses(super().get_queryset(request)).select_related("provider", "reversal")

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "unlink/<int:order>/": receipt_desk.unlink_page,
            "return/": receipt_desk.return_page,
            "reverse/": receipt_desk.reverse_page,
        }
        own = [
            path(f"<int:pk>/{tail}", self._page(view), name=f"fees_receipt_{tail.split('/')[0]}")
            for tail, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """款项登记."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return receipt_desk.note_page(self, request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A receipt: what it pays, what is left, and what to do with that."""
        receipt = seen(self, request, object_id)
        if request.method == "POST":
            require(request.user, policy.CONFIRM, receipt.provider)  # type: ignore[arg-type]
        form = receipt_desk.orders_form(receipt, request)
        if request.method == "POST" and (told := receipt_desk.applied(receipt, form, request)):
            level, text = told
            messages.add_message(request, level, text)
            return redirect(reverse("admin:fees_receipt_change", args=[receipt.pk]))
        context = receipt_desk.context_of(receipt, form, request)
        return render(self, request, "fees/receipt_desk.html", context, status=400 if form.errors else 200)

    def _page(self, view: Any) -> Any:
        return update_wrapper(self.admin_site.admin_view(partial(view, self)), view)

    @admin.display(description="付款人 / 附言", ordering="payer")
    def who(self, receipt: Receipt) -> SafeString:
        return two_lines(receipt.payer or "（流水未载户名）", receipt.reference)

    @admin.display(description="金额", ordering="amount")
    def sum(self, receipt: Receipt) -> str:
        return yuan(receipt.amount)

    @admin.display(description="余额", ordering="free")
    def left(self, receipt: Any) -> str:
        return yuan(receipt.free) if receipt.free else "—"

    @admin.display(description="情况")
    def why(self, receipt: Any) -> SafeString | str:
        if receipt.reverses_id or hasattr(receipt, "reversal"):
            return state_tag("已冲销", "neutral")
        word = why_free(receipt)
        return state_tag(word, "warning") if word else state_tag("已用完", "success")

    @admin.display(description="用于订单")
    def used(self, receipt: Any) -> str:
        numbers = [use.order.number for use in receipt.orders.all()]
        more = f" 等 {len(numbers)} 个" if len(numbers) > 2 else ""
        return "、".join(numbers[:2]) + more or "—"
