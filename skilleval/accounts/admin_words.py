"""消息模板 in the admin: each kind of message with whose words it has, a page to word it anew, and its preview."""

from __future__ import annotations

from functools import partial, update_wrapper
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from skilleval.accounts.institution_forms import add_refusal
from skilleval.accounts.models import MessageTemplate
from skilleval.accounts.own_words import set_words
from skilleval.accounts.policy import MESSAGES_WORD
from skilleval.catalogue.models import Provider
from skilleval.core import clock, templates
from skilleval.core.admin import ScopedModelAdmin
from skilleval.core.errors import Refused
from skilleval.core.outbox import away_text
from skilleval.core.scoping import scope_ids
from skilleval.core.templates import Template

#: The parts of the list, by what a kind begins with; also the order of a candidate's way.
PARTS = {
    "registration": "申报与审核",
    "fees": "缴费与退费",
    "scheduling": "成班、考试与准考证",
    "certificates": "成绩与证书",
    "discipline": "违纪违规",
}
TO_OFFICERS = "告知经办人"  # how the titles of what officers are told begin; they come last
PAGE = "/申报进度页"  # stands for the address that is added to what leaves
FIRST_TEXT, NEXT_TEXTS = 70, 67  # characters that one text holds, and each part of a longer one


class WordsForm(forms.Form):
    """Words for a kind of message; empty ones are the portal's."""

    subject = forms.CharField(label="标题", required=False)
    body = forms.CharField(label="正文", required=False, widget=forms.Textarea({"rows": 6}))
    hold = forms.BooleanField(
        label="发送前由工作人员放行",
        required=False,
        help_text="勾选后，这类消息先列在“消息”的“暂存”里，放行后才送达。",
    )

    def __init__(self, template: Template, data: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.template = template
        if not template.holdable:
            del self.fields["hold"]

    def clean(self) -> dict[str, Any]:
        """The texts as they are kept; none at all is the portal's."""
        entered = super().clean() or self.cleaned_data
        words = {name: templates.tidied(entered.get(name, "")) for name in ("subject", "body")}
        if any(words.values()):
            for fault in templates.faults(self.template, **words):
                self.add_error("subject" if fault.startswith("标题") else "body", fault)
        return entered | words


@admin.register(MessageTemplate)
class MessageTemplateAdmin(ScopedModelAdmin):
    """What the provider says in its messages."""

    scope = "provider"
    view_action = MESSAGES_WORD
    list_display = ("kind", "provider", "hold", "saved_by_label", "saved_at")
    list_select_related = ("provider",)
    actions = None
    change_list_template = "accounts/message_templates.html"

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(partial(_word, self))
        own = path("<int:provider>/<str:kind>/words/", update_wrapper(page, _word), name="message_template_words")
        return [own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Every kind of each provider the user words messages for, with what it has of its own."""
        providers = _providers(request)
        own = {(row.provider_id, row.kind): row for row in MessageTemplate.objects.filter(provider__in=providers)}
        lists = [(provider, _parts(provider, own)) for provider in providers]
        return super().changelist_view(request, {"lists": lists, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A row leads to the page of its kind."""
        row = self.get_object(request, object_id)
        if row is None:
            if not self.has_view_permission(request):
                raise PermissionDenied
            raise Http404
        return redirect("admin:message_template_words", row.provider_id, row.kind)


def _parts(provider: Provider, own: Any) -> list[tuple[str, list[tuple[Template, MessageTemplate | None]]]]:
    """The kinds by the part of a candidate's way they belong to."""
    order = list(PARTS)
    found = [one for one in templates.registered() if _part(one) in PARTS]
    found.sort(key=lambda one: (order.index(_part(one)), one.title.startswith(TO_OFFICERS)))
    return [
        (PARTS[part], [(one, own.get((provider.pk, one.kind))) for one in kinds])
        for part, kinds in groupby(found, _part)
    ]


def _part(template: Template) -> str:
    return template.kind.partition(".")[0]


def _providers(request: HttpRequest) -> list[Provider]:
    user: Any = request.user
    return list(Provider.objects.filter(pk__in=scope_ids(user, MESSAGES_WORD)).order_by("filing_number"))


def _word(model_admin: Any, request: HttpRequest, provider: int, kind: str) -> HttpResponse:
    """Word a kind of message anew: look at it with values like real ones, then save it, or take the portal's again."""
    found, template = _asked(model_admin, request, provider, kind)
    own = MessageTemplate.objects.filter(provider=found, kind=kind).first()
    said = {"subject": (own and own.subject) or template.subject, "body": (own and own.body) or template.body}
    form = WordsForm(template, _sent(request), initial={**said, "hold": bool(own and own.hold)})
    if form.is_bound and form.is_valid() and "save" in form.data:
        try:
            _save(found, template, form, request)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, f"已保存“{template.title}”，以后产生的消息按此发送。")
            return redirect("admin:accounts_messagetemplate_changelist")
    context = {
        "title": template.title,
        "provider": found,
        "template": template,
        "own": own,
        "form": form,
        "preview": _preview(template, form, said),
        "values": [(f"{{{name}}}", example, name in template.needs) for name, example in template.values.items()],
    }
    whole = model_admin.admin_site.each_context(request) | {"opts": model_admin.opts} | context
    refused_it = form.is_bound and bool(form.errors)
    return TemplateResponse(request, "accounts/message_template.html", whole, status=400 if refused_it else 200)


def _asked(model_admin: Any, request: HttpRequest, provider: int, kind: str) -> tuple[Provider, Template]:
    """The provider and the kind of an address; 403 without the role, 404 for another one's and unknown kinds."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    template = templates.of_kind(kind)
    found = next((one for one in _providers(request) if one.pk == provider), None)
    if found is None or template is None:
        raise Http404
    return found, template


def _save(provider: Provider, template: Template, form: WordsForm, request: HttpRequest) -> None:
    user: Any = request.user
    words = {name: form.cleaned_data[name] for name in ("subject", "body")}
    set_words(provider, template, **words, hold=form.cleaned_data.get("hold", False), by=user, at=clock.now())


def _sent(request: HttpRequest) -> Any:
    """What was sent; the button of the portal's words empties both texts."""
    if request.method != "POST":
        return None
    sent = request.POST.copy()
    if "portal" in sent:
        sent["subject"] = sent["body"] = ""
        sent["save"] = "1"
    return sent


def _preview(template: Template, form: WordsForm, said: dict[str, str]) -> dict[str, Any] | None:
    """The message with values like real ones, as it is read in the portal and as a text; none of words with faults."""
    if form.is_bound and form.errors:
        return None
    words = {name: form.cleaned_data[name] for name in said} if form.is_bound else said
    subject, body = templates.render(template, template.values, **words)
    text = away_text(body, PAGE)
    whole = words["body"] or template.body
    return {
        "subject": subject,
        "body": body,
        "text": text,
        "length": len(text),
        "parts": 1 if len(text) <= FIRST_TEXT else -(-len(text) // NEXT_TEXTS),
        "unused": templates.unused(template, words["subject"] or template.subject, whole),
    }
