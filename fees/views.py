"""A payer's pages: the order, its voucher and its invoice particulars. Strangers get 404."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from fees import services
from fees.forms import InvoiceForm, VoucherForm
from fees.models import Order, Voucher
from fees.queries import earlier_than, lines_with_names, successor_of
from registration.models import Application
from skilleval.core import clock
from skilleval.core.errors import Refused
from skilleval.core.files import file_response

LINES_SHOWN = 50


@login_required
@require_safe
def order_page(request: HttpRequest, uuid: str) -> HttpResponse:
    """An order of a group for its officers; a candidate's stands on the page of their application."""
    order = _own_order(request, uuid)
    return _page(request, order) if order.group_id else _back(order)


@login_required
@require_http_methods(["GET", "POST"])
def order_voucher(request: HttpRequest, uuid: str) -> HttpResponse:
    """Upload what shows the payment; the page with the order where a form has to be mended."""
    order = _own_order(request, uuid)
    form = VoucherForm(*_sent(request), auto_id="voucher_%s")
    if request.method == "POST" and form.is_valid() and _attached(request, order, form):
        messages.success(request, "凭证已收到。机构核对到账后，您会收到通知。")
        return _back(order)
    return _page(request, order, voucher_form=form)


@login_required
@require_http_methods(["GET", "POST"])
def order_invoice(request: HttpRequest, uuid: str) -> HttpResponse:
    """Say what the invoice is to name."""
    order = _own_order(request, uuid)
    form = InvoiceForm(*_sent(request), instance=order, auto_id="invoice_%s")
    if request.method == "POST" and form.is_valid():
        services.set_invoice(
            order,
            title=form.cleaned_data["invoice_title"],
            tax_number=form.cleaned_data["invoice_tax_number"],
            email=form.cleaned_data["invoice_email"],
            by=_user(request),
        )
        messages.success(request, "开票信息已保存。")
        return _back(order)
    return _page(request, order, invoice_form=form)


@login_required
@require_http_methods(["GET", "POST"])
def order_members(request: HttpRequest, uuid: str) -> HttpResponse:
    """A part of a group's order came: its officer says whom it is for."""
    order = _own_order(request, uuid)
    if order.group_id is None:
        raise Http404
    chosen, refused = _ticked(request, order), ""
    if request.method == "POST":
        try:
            paid = services.name_members(order, applications=chosen, by=_user(request), at=clock.now())
        except Refused as refusal:
            if refusal.status != Refused.status:
                raise
            refused = refusal.message
        else:
            messages.success(request, f"已为 {len(chosen)} 人确认到账；其余人员的新订单见团体的缴费页。")
            return redirect("order_page", paid.uuid)
    return _members_page(request, order, chosen, refused)


@login_required
@require_GET
def voucher_file(request: HttpRequest, pk: int) -> FileResponse:
    """A voucher, for its payer and the provider's staff."""
    visible = Order.objects.visible_to(request.user)
    voucher = get_object_or_404(Voucher.objects.select_related("file"), pk=pk, order__in=visible)
    return file_response(voucher.file, as_attachment=False)


def _ticked(request: HttpRequest, order: Order) -> list[Application]:
    keys = {key for key in request.POST.getlist("line") if key.isdecimal()}
    lines = order.lines.filter(pk__in=keys).select_related("application") if keys else []
    return [line.application for line in lines]


def _members_page(request: HttpRequest, order: Order, chosen: list[Application], refused: str) -> HttpResponse:
    people = lines_with_names(order).filter(live=True).select_related("application__roster_row")
    context = {
        "order": order,
        "group": order.group,
        "people": people,
        "part": services.part_of(order),
        "ticked": {application.pk for application in chosen},
        "refused": refused,
    }
    return render(request, "fees/order_members.html", context, status=400 if refused else 200)


def _own_order(request: HttpRequest, uuid: str) -> Order:
    """The payer's own order: provider staff look at it in the admin instead."""
    own = Order.objects.paid_by(_user(request))
    names = ("provider", "first", "group__offering__work_type__occupation")
    return get_object_or_404(own.select_related(*names), uuid=uuid)


def _sent(request: HttpRequest) -> tuple[Any, Any]:
    """What was posted, were it nothing."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _user(request: HttpRequest) -> Any:
    return request.user


def _attached(request: HttpRequest, order: Order, form: VoucherForm) -> bool:
    try:
        services.attach_voucher(
            order,
            upload=form.cleaned_data["upload"],
            paid_on=form.cleaned_data["paid_on"],
            by=_user(request),
            at=clock.now(),
        )
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return False
    return True


def _back(order: Order) -> HttpResponse:
    """To where the box stands: the group's order has a page, a candidate's is on that of the application."""
    if order.group_id:
        return redirect("order_page", order.uuid)
    line = order.lines.select_related("application").order_by("-live", "-id")[0]
    return redirect(line.application.get_absolute_url())  # type: ignore[attr-defined]


def _page(request: HttpRequest, order: Order, **forms: Any) -> HttpResponse:
    """A group's people are named as their rows are: a name of another spelling would tell that there is a record."""
    bound = [form for form in forms.values() if form.is_bound]
    context = {"order": order, "form": bound[0] if bound else None, **forms}
    status = 400 if bound else 200
    if order.group is None:
        return render(request, "fees/order.html", context, status=status)
    people = lines_with_names(order).select_related("application__roster_row")
    context |= {
        "group": order.group,
        "awaits_word": services.awaits_word(order),
        "split_off": Order.objects.filter(split_from=order).first(),
        "earlier": earlier_than(order),
        "successor": successor_of(order),
        "people": Paginator(people, LINES_SHOWN).get_page(request.GET.get("page")),
    }
    return render(request, "fees/group_order.html", context, status=status)
