"""A provider's messages in the admin: what waits, what left, what failed; read here, and handled before it leaves."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from skilleval.accounts import contacts, outgoing
from skilleval.accounts.institution_forms import add_refusal
from skilleval.accounts.models import ProviderMessage
from skilleval.accounts.policy import MESSAGES
from skilleval.core import clock
from skilleval.core.admin import confirm_action, scoped_action
from skilleval.core.enums import Channel, DeliveryReceipt, MessageState
from skilleval.core.errors import Refused
from skilleval.core.outbox import home_text
from skilleval.core.queues import Queue, QueuedModelAdmin
from skilleval.core.templates import of_kind
from skilleval.core.templatetags.portal import state_tag

_S = MessageState
UNDELIVERED = Q(state=_S.SENT, receipt=DeliveryReceipt.UNDELIVERED)
TONES = {_S.HELD: "warning", _S.QUEUED: "info", _S.SENT: "success", _S.FAILED: "danger", _S.DROPPED: ""}
MOST_COUNTED = 1000
NEWEST = ("-pk",)
Verb = Callable[..., list[int]]


def _each(model_admin: Any, request: HttpRequest, rows: QuerySet[Any], verb: Verb, **page: Any) -> HttpResponse | None:
    """Do something with chosen messages; what one person is told of one cause goes together, and is done once."""
    done: set[int] = set()

    def perform(row: ProviderMessage, reason: str) -> None:
        if row.pk not in done:
            done.update(verb(row, by=request.user))

    return confirm_action(model_admin, request, rows.order_by("pk"), perform=perform, **page)


@scoped_action(MESSAGES, description="放行（发送失败的再次发送）")
def release_chosen(model_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
    """Let them go."""
    told = ["暂存的站内消息立即送达，短信、邮件随即发出；放行后不能改写", "发送失败的再次发送"]
    return _each(model_admin, request, queryset, outgoing.release, title="放行", consequences=told)


@scoped_action(MESSAGES, description="暂存")
def hold_chosen(model_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
    """Keep them back."""
    told = ["待发送的短信、邮件暂不发出，直到放行", "已经送达的站内消息和已经发出的短信、邮件不受影响"]
    return _each(model_admin, request, queryset, outgoing.hold, title="暂存", consequences=told)


@scoped_action(MESSAGES, description="不再发送")
def drop_chosen(model_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
    """Never send them."""
    told = [
        "暂存、待发送和发送失败的不再发出，不能恢复；对方可能因此错过期限，请改用其他方式告知",
        "同一事由的站内消息、短信和邮件一并办理，已经发出的不受影响",
    ]
    return _each(model_admin, request, queryset, outgoing.drop, title="不再发送", consequences=told)


class WordsForm(forms.Form):
    """A message's text, changed before it leaves."""

    subject = forms.CharField(label="标题", max_length=200)
    body = forms.CharField(
        label="正文",
        widget=forms.Textarea({"rows": 6}),
        help_text="请不要写入姓名、证件号码或手机号码。登录查看的网址由系统附在短信和邮件末尾。",
    )


@admin.register(ProviderMessage)
class ProviderMessageAdmin(QueuedModelAdmin):
    """What the portal told people and officers in the provider's name."""

    scope = "owner_id"
    view_action = MESSAGES
    queues = (
        Queue("held", "暂存", Q(state=_S.HELD), ("pk",), empty="设为放行后发送的，和工作人员暂存的消息，列在这里。"),
        Queue("queued", "待发送", Q(state=_S.QUEUED), ("pk",), empty="等待发出的短信和邮件列在这里。"),
        Queue(
            "failed",
            "未发出、未送达",
            Q(state=_S.FAILED) | UNDELIVERED,
            NEWEST,
            mixed=True,
            empty="多次尝试仍未发出的，和网关报告未送达的，列在这里，请改用其他方式告知对方。",
        ),
        Queue("sent", "已发送", Q(state=_S.SENT), NEWEST, empty="已发送的消息列在这里。"),
        Queue("dropped", "不再发送", Q(state=_S.DROPPED), NEWEST, empty="工作人员决定不再发送的消息列在这里。"),
        Queue("everything", "全部", Q(), NEWEST, mixed=True),
    )
    list_display = ("title", "to", "written", "tag")
    list_display_links = ("title",)
    search_fields = ("body",)
    search_help_text = "按申报编号、团体编号或订单编号查找"
    actions = (release_chosen, hold_chosen, drop_chosen)

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(partial(_change_words, self))
        own = path("<int:pk>/words/", update_wrapper(page, _change_words), name="message_words")
        return [own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The message in the place of a form."""
        message = _seen(self, request, object_id)
        template = of_kind(message.kind)
        waits = outgoing.may_wait(message)
        context = {
            "title": message.subject,
            "message": message,
            "to": _to(message),
            "kind": template.title if template else "",
            "tag": _tag(message),
            "releases": message.state in (_S.HELD, _S.FAILED),
            "holds": waits and message.state == _S.QUEUED,
            "drops": waits and message.state in outgoing.UNSENT,
            "changes": waits and outgoing.may_be_changed(message),
        }
        return _render(self, request, "accounts/message.html", context)

    def tabs(self, request: HttpRequest) -> list[dict[str, Any]]:
        """The tabs with their counts, up to a thousand: what left goes into the millions, and nobody counts it."""
        tabs = super().tabs(request) if request.GET.get("q") else self._tabs(request)
        for tab in tabs:
            tab["count"] = f"{MOST_COUNTED}+" if tab["count"] > MOST_COUNTED else tab["count"]
        return tabs

    def _tabs(self, request: HttpRequest) -> list[dict[str, Any]]:
        rows, current = self.get_queryset(request).order_by(), self.queue_of(request)
        return [
            {
                "label": queue.label,
                "url": f"?queue={queue.name}",
                "count": rows.filter(queue.rows)[: MOST_COUNTED + 1].count(),
                "current": queue == current,
            }
            for queue in self.queues
        ]

    @admin.display(description="标题、种类")
    def title(self, row: ProviderMessage) -> SafeString:
        template = of_kind(row.kind)
        lines = '<span class="cell-line">{}</span><span class="cell-line muted">{}</span>'
        return format_html(lines, row.subject, template.title if template else "")

    @admin.display(description="渠道、收件人")
    def to(self, row: ProviderMessage) -> SafeString:
        lines = '<span class="cell-line">{}</span><span class="cell-line muted">{}</span>'
        return format_html(lines, row.get_channel_display(), _to(row))

    @admin.display(description="产生时间", ordering="pk")
    def written(self, row: ProviderMessage) -> str:
        return f"{timezone.localtime(row.created_at):%Y-%m-%d %H:%M}"

    @admin.display(description="状态")
    def tag(self, row: ProviderMessage) -> SafeString:
        return state_tag(*_tag(row))


def _change_words(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Word a message otherwise before it leaves."""
    message = _seen(model_admin, request, str(pk))
    initial = {"subject": message.subject, "body": home_text(message.body, message.link)}
    form = WordsForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            outgoing.change(message, **form.cleaned_data, by=request.user, at=clock.now())  # type: ignore[arg-type]
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, "已改写，同一事由尚未发出的站内消息、短信和邮件一并更改。")
            return redirect("admin:accounts_providermessage_change", message.pk)
    context = {"title": "改写消息", "message": message, "to": _to(message), "form": form}
    return _render(model_admin, request, "accounts/message_words.html", context, 400 if form.is_bound else 200)


def _seen(model_admin: Any, request: HttpRequest, pk: str) -> ProviderMessage:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    found: ProviderMessage | None = model_admin.get_object(request, pk)
    if found is None:
        raise Http404
    return found


def _to(message: ProviderMessage) -> str:
    """To whom it goes, masked; what is read in the portal has no address."""
    if message.channel == Channel.PORTAL or not message.address:
        return "登录后阅读"
    return contacts.masked(message.address)


def _tag(message: ProviderMessage) -> tuple[str, str]:
    """The word and the tone of its state: what the gateway reported outranks that it was sent."""
    if message.state == _S.SENT and message.receipt == DeliveryReceipt.UNDELIVERED:
        return DeliveryReceipt.UNDELIVERED.label, "danger"
    if message.receipt == DeliveryReceipt.ARRIVED:
        return DeliveryReceipt.ARRIVED.label, "success"
    return message.get_state_display(), TONES[MessageState(message.state)]


def _render(
    model_admin: Any, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    whole = model_admin.admin_site.each_context(request) | {"opts": model_admin.opts} | context
    return TemplateResponse(request, template, whole, status=status)
