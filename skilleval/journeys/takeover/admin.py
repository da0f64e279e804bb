"""历史业务导入 in the admin: what a provider's managers loaded or are about to, each with its pages."""

from __future__ import annotations

from functools import partial, update_wrapper
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from registration import policy
from registration.enums import TakeOverState
from registration.models import TakeOver
from skilleval.catalogue.models import Provider
from skilleval.core import clock
from skilleval.core.errors import Refused
from skilleval.core.queues import Queue, QueuedModelAdmin
from skilleval.core.scoping import scope_ids
from skilleval.core.templatetags.portal import state_tag
from skilleval.core.wording import cn_date
from skilleval.journeys.takeover import pages, verbs
from skilleval.journeys.takeover.forms import MANAGERS_KINDS, TakeOverForm

_S = TakeOverState
LIST = "admin:registration_takeover_changelist"
PAGE = "admin:registration_takeover_change"


@admin.register(TakeOver)
class TakeOverAdmin(QueuedModelAdmin):
    """A provider's workbooks; they are uploaded, loaded or given up, and never edited."""

    scope = "provider"
    view_action = policy.TAKE_OVER
    add_action = policy.TAKE_OVER
    queues = (
        Queue("open", "办理中", Q(state__in=verbs.LIVE), ("-pk",), mixed=True, empty="上传的表格核对后列在这里。"),
        Queue("done", "已导入", Q(state=_S.DONE), ("-pk",), empty="导入完成的表格列在这里。"),
        Queue("everything", "全部", Q(), ("-pk",), mixed=True),
    )
    list_display = ("title", "kind", "counted", "uploaded", "tag")
    list_display_links = ("title",)
    actions = None
    search_fields = ("name",)
    search_help_text = "按文件名查找"

    def get_urls(self) -> list[URLPattern]:
        ways = {"load/": load_page, "discard/": discard_page, "report/": report_file}
        own = [
            path(f"<int:pk>/{tail}", self._page(view), name=f"takeover_{view.__name__}") for tail, view in ways.items()
        ]
        template = path("template/<int:provider>/<str:kind>/", self._page(template_file), name="takeover_template")
        return [template, *own, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Where it begins: the templates, and the upload."""
        return begin_page(self, request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The take-over's page in the place of a form."""
        if not object_id.isdecimal():
            raise Http404
        found = _found(self, request, int(object_id))
        shown = _render(self, request, "takeover/admin_page.html", pages.context_of(found, _places(found)))
        return pages.refreshing(shown, found)

    def _page(self, view: Any) -> Any:
        return update_wrapper(self.admin_site.admin_view(partial(view, self)), view)

    @admin.display(description="文件", ordering="name")
    def title(self, row: TakeOver) -> SafeString:
        return _two_lines(row.name, f"{row.rows_total} 行" if row.rows_total else "")

    @admin.display(description="核对结果")
    def counted(self, row: TakeOver) -> str:
        if row.state == _S.DONE:
            return f"已导入 {row.rows_loaded}，已有 {row.rows_known}，有问题 {row.rows_faulty}"
        return f"可导入 {row.rows_new}，已有 {row.rows_known}，有问题 {row.rows_faulty}"

    @admin.display(description="上传", ordering="uploaded_at")
    def uploaded(self, row: TakeOver) -> SafeString:
        return _two_lines(row.uploaded_by_label, cn_date(row.uploaded_at))

    @admin.display(description="状态")
    def tag(self, row: TakeOver) -> SafeString:
        return state_tag(row.get_state_display(), pages.TONES[row.state])


def begin_page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Upload a workbook of one kind; what it holds is looked at in the background."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    providers = Provider.objects.filter(pk__in=scope_ids(_user(request), policy.TAKE_OVER)).order_by("name")
    form = TakeOverForm(request.POST or None, request.FILES or None, providers=providers)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = verbs.upload(
                told["kind"], provider=told["provider"], upload=told["upload"], by=_user(request), at=clock.now()
            )
        except Refused as refusal:
            form.add_error("upload", refusal.message)
        else:
            return redirect(PAGE, made.pk)
    context = {"title": "导入历史业务", "form": form, "providers": providers, "kinds": MANAGERS_KINDS}
    return _render(model_admin, request, "takeover/admin_begin.html", context, status=400 if form.errors else 200)


def template_file(model_admin: Any, request: HttpRequest, provider: int, kind: str) -> HttpResponse:
    """A kind's template with the provider's own windows and offerings."""
    found = Provider.objects.filter(pk=provider, pk__in=_user(request).provider_ids).first()
    if found is None or kind not in dict(MANAGERS_KINDS):
        raise Http404
    return pages.book_response(verbs.template(kind, provider=found, by=_user(request)), f"takeover-{kind}")


def load_page(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """See what will happen to how many, and press."""
    return _step(model_admin, request, pk, load=True)


def discard_page(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Give it up."""
    return _step(model_admin, request, pk, load=False)


def report_file(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The workbook with its faults marked; by POST alone, since it is recorded."""
    found = _found(model_admin, request, pk)
    if request.method != "POST":
        return redirect(PAGE, found.pk)
    try:
        content = verbs.marked_book(found, by=_user(request), at=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect(PAGE, found.pk)
    return pages.book_response(content, f"takeover-{found.kind}-{found.pk}")


def _step(model_admin: Any, request: HttpRequest, pk: int, *, load: bool) -> HttpResponse:
    found = _found(model_admin, request, pk)
    if request.method == "POST":
        verb = verbs.begin_load if load else verbs.discard
        try:
            verb(found, by=_user(request), at=clock.now())
        except Refused as refusal:
            messages.error(request, refusal.message)
        return redirect(PAGE, found.pk)
    context = pages.confirm_context(found, _places(found), load=load)
    return _render(model_admin, request, "takeover/admin_confirm.html", context)


def _found(model_admin: Any, request: HttpRequest, pk: int) -> TakeOver:
    """One of the user's; who has no such role at their provider is told so, a stranger nothing."""
    found: TakeOver | None = model_admin.get_object(request, str(pk))
    if found is None:
        if TakeOver.objects.visible_to(request.user).filter(pk=pk).exists():
            raise PermissionDenied
        raise Http404
    return found


def _places(found: TakeOver) -> pages.Places:
    def of(name: str) -> str:
        return reverse(f"admin:{name}", args=[found.pk])

    return pages.Places(
        page=reverse(PAGE, args=[found.pk]),
        load=of("takeover_load_page"),
        discard=of("takeover_discard_page"),
        report=of("takeover_report_file"),
        list=reverse(LIST),
    )


def _user(request: HttpRequest) -> Any:
    return request.user


def _render(
    model_admin: Any, request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    whole = model_admin.admin_site.each_context(request) | {"opts": model_admin.opts} | context
    return TemplateResponse(request, template, whole, status=status)


def _two_lines(first: str, second: str) -> SafeString:
    return format_html('<span class="cell-line">{}</span><span class="cell-line muted">{}</span>', first, second)
