"""The pages of a bank's statement: upload, columns, what is to become of each line, and the commit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from fees import policy
from fees.enums import LineState, StatementState
from fees.models import Order, Statement
from fees.queries.statements import may_be_discarded, sums_of
from fees.services import statement_export, statements
from fees.services.statement_reading import sheet_of
from fees.statement_forms import ColumnsForm, UploadForm
from fees.statement_page import context_of, people_of
from fees.statements.columns import Columns
from skilleval.core import audit, clock
from skilleval.core.errors import Refused
from skilleval.core.files import file_response, sha256_of
from skilleval.core.scoping import scope_ids

LIST, PAGE = "admin:fees_statement_changelist", "admin:fees_statement_change"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAMPLES = 3
LONGEST_KEY = 18
#: What lines can be marked as from the list, and what is told.
MARKS = {LineState.UNRELATED: "标为与考评无关", LineState.DOUBTFUL: "保留待处理", LineState.KNOWN: "标为以前已入账"}


def found_statement(model_admin: Any, request: HttpRequest, pk: int | str) -> Statement:
    """The statement for finance staff of its provider; 403 for their colleagues, 404 for everybody else."""
    statement = model_admin.get_queryset(request).select_related("provider", "file").filter(pk=pk).first()
    if isinstance(statement, Statement):
        return statement
    owner = Statement.objects.select_related("provider").filter(pk=pk).first()
    user: Any = request.user
    if owner and user.roles_in(owner.provider):
        raise PermissionDenied
    raise Http404


def upload_page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Take in a bank's file."""
    user: Any = request.user
    mine = sorted(scope_ids(user, policy.STATEMENTS))
    if not mine:
        raise PermissionDenied
    form = UploadForm(request.POST or None, request.FILES or None, providers=mine)
    if request.method == "POST" and form.is_valid():
        upload, provider = form.cleaned_data["upload"], form.cleaned_data["provider"]
        there = statements.already_there(provider, sha256_of(upload))
        try:
            statement = statements.upload_statement(provider, upload=upload, by=user, at=clock.now())
        except Refused as refused:
            form.add_error("upload", refused.message)
        else:
            told = f"“{upload.name}”以前已上传过，没有重复登记" if there else f"“{upload.name}”已收到，正在读取"
            messages.info(request, told)
            return redirect(PAGE, statement.pk)
    context = {"title": "上传银行流水", "form": form}
    return render(model_admin, request, "fees/statement_upload.html", context, 400 if form.errors else 200)


def statement_page(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Where the statement stands; while somebody has to look at its lines, what is to become of each."""
    statement = found_statement(model_admin, request, pk)
    if statement.state == StatementState.COLUMNS:
        columns = reverse("admin:statement_columns_page", args=[statement.pk])
        return HttpResponseClientRedirect(columns) if getattr(request, "htmx", False) else redirect(columns)
    context = {"title": f"银行流水 {statement.name}", **context_of(statement, request)}
    return render(model_admin, request, "fees/statement.html", context)


def columns_page(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Say which column is what; remembered for every file with the same columns."""
    statement = found_statement(model_admin, request, pk)
    if statement.state not in (StatementState.COLUMNS, StatementState.READY):
        return redirect(PAGE, statement.pk)
    try:
        sheet = sheet_of(statement)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect(LIST)
    guessed = Columns.of(statement.columns) if statement.columns else sheet.guessed
    form = ColumnsForm(sheet.header.names, request.POST if request.method == "POST" else None, guessed=guessed)
    posted = request.method == "POST" and form.is_valid()
    if posted and _done(request, statements.set_columns, statement, form, columns=form.columns()):
        return redirect(PAGE, statement.pk)
    samples = [row.cells for row in sheet.rows[:SAMPLES]]
    rows = [
        (field, [cells[place] if place < len(cells) else "" for cells in samples])
        for place, field in enumerate(form.columns_of())
    ]
    context = {"title": "指定流水的列", "statement": statement, "form": form, "rows": rows}
    return render(model_admin, request, "fees/statement_columns.html", context, 400 if form.errors else 200)


def decide_lines(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """A suggestion taken, or several lines marked; back to where the list was."""
    statement = found_statement(model_admin, request, pk)
    back = f"{reverse(PAGE, args=[statement.pk])}?{request.GET.urlencode()}"
    if request.method != "POST":
        return redirect(back)
    try:
        messages.success(request, _decided(statement, request))
    except Refused as refused:
        messages.error(request, refused.message)
    return redirect(back)


def _decided(statement: Statement, request: HttpRequest) -> str:
    act: dict[str, Any] = {"by": request.user, "at": clock.now()}
    if taken := request.POST.get("take", ""):
        line, told = _suggestion(statement, taken)
        receipt = told.get("receipt")
        orders = list(Order.objects.select_related("provider").filter(pk__in=told["orders"]))
        to = LineState.KNOWN if receipt else LineState.MATCHED
        statements.decide(statement, lines=[line], to=to, orders=orders, receipt=receipt, **act)
        return "已按建议处理，入账前都可以改"
    mark = next((mark for mark in MARKS if mark == request.POST.get("to")), None)
    keys = keys_sent(request, "line")
    if mark is None or not keys:
        raise Refused("请先勾选要处理的明细")
    return f"已将 {statements.decide(statement, lines=keys, to=mark, **act)} 笔{MARKS[mark]}"


def keys_sent(request: HttpRequest, name: str) -> list[int]:
    """The keys of rows that were ticked; what can't be one is left out."""
    sent = request.POST.getlist(name)
    return [int(key) for key in sent if key.isascii() and key.isdecimal() and len(key) <= LONGEST_KEY]


def _suggestion(statement: Statement, taken: str) -> tuple[int, dict[str, Any]]:
    """The line and the suggestion that a button named."""
    key, _, place = taken.partition(":")
    if not (key.isascii() and key.isdecimal() and place.isascii() and place.isdecimal()):
        raise Refused("没有找到该建议，请刷新后再试")
    row = statement.lines.filter(pk=key).first()
    if row is None or int(place) >= len(row.suggestions):
        raise Refused("该笔的建议刚有变化，请刷新后再看")
    return row.pk, row.suggestions[int(place)]


def look_again(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Compare the lines with the orders as they are now."""
    statement = found_statement(model_admin, request, pk)
    if request.method == "POST":
        user: Any = request.user
        try:
            changed = statements.look_again(statement, by=user)
            messages.success(request, f"已重新比对，{changed} 笔有变化" if changed else "已重新比对，没有变化")
        except Refused as refused:
            messages.error(request, refused.message)
    return redirect(PAGE, statement.pk)


def commit_page(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """What will be booked to how many and how much, and the button that does it."""
    statement = found_statement(model_admin, request, pk)
    if request.method == "POST":
        act = {"seen": request.POST.get("seen", "")}
        if _done(request, statements.commit_statement, statement, None, **act):
            return redirect(PAGE, statement.pk)
        return redirect("admin:statement_commit_page", statement.pk)
    if statement.state != StatementState.READY:
        return redirect(PAGE, statement.pk)
    sums = sums_of(statement)
    matched = statement.lines.filter(state=LineState.MATCHED).values_list("orders", flat=True)
    orders = {pk for keys in matched for pk in keys}
    context = {
        "title": "流水入账",
        "statement": statement,
        "book": statements.sums_to_book(statement),
        "orders": len(orders),
        "people": people_of(list(orders)),
        "left": sum(sums[state]["count"] for state in (LineState.KNOWN, LineState.UNRELATED, LineState.OUTGOING)),
        "faulty": sums[LineState.FAULTY]["count"],
    }
    return render(model_admin, request, "fees/statement_commit.html", context)


def discard_page(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a statement unbooked, on a page that says what that means."""
    statement = found_statement(model_admin, request, pk)
    if request.method == "POST" and _done(request, statements.discard_statement, statement, None):
        messages.success(request, f"{statement.name}：已放弃，没有入账")
        return redirect(LIST)
    if not may_be_discarded(statement):
        return redirect(PAGE, statement.pk)
    context = {"title": "放弃这份流水", "statement": statement}
    return render(model_admin, request, "fees/statement_discard.html", context)


def resume(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Take over a statement on which the work broke down."""
    statement = found_statement(model_admin, request, pk)
    if request.method == "POST" and _done(request, statements.resume_statement, statement, None):
        messages.success(request, f"{statement.name}：由您继续处理")
    return redirect(PAGE, statement.pk)


def bank_file(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponseBase:
    """The bank's file as it came; an export, so it is posted for and recorded."""
    statement = found_statement(model_admin, request, pk)
    if request.method != "POST":
        return redirect(PAGE, statement.pk)
    if statement.file is None:
        raise Http404
    user: Any = request.user
    audit.record("statement.file_fetched", by=user, obj=statement)
    return file_response(statement.file, as_attachment=True)


def result_file(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Every line with what became of it, as a workbook; an export, so it is posted for and recorded."""
    statement = found_statement(model_admin, request, pk)
    if request.method != "POST":
        return redirect(PAGE, statement.pk)
    user: Any = request.user
    content = statement_export.workbook_of(statement, by=user)
    name = f'attachment; filename="statement-{statement.pk}.xlsx"'
    headers = {"Content-Disposition": name, "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=XLSX, headers=headers)


def _done(request: HttpRequest, act: Callable[..., Any], statement: Statement, form: Any, **given: Any) -> bool:
    """Do it, or say why not: at the form where there is one."""
    try:
        act(statement, by=request.user, at=clock.now(), **given)
    except Refused as refused:
        if form is not None and refused.status == Refused.status:
            form.add_error(None, refused.message)
        else:
            messages.error(request, refused.message)
        return False
    return True


def render(
    model_admin: Any, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page of the admin's, never kept by a browser."""
    whole = model_admin.admin_site.each_context(request) | {"opts": model_admin.opts} | context
    return TemplateResponse(request, template, whole, status=status)
