"""认领申请 in the admin: a reviewer compares the picture of a document with the record (SPEC 5.8)."""

from __future__ import annotations

from functools import partial, update_wrapper
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString

from registration import policy
from registration.claim_forms import GrantForm, RefuseForm
from registration.enums import ClaimState
from registration.forms import add_refusal
from registration.models import Claim
from registration.services import claims
from skilleval.core import audit, clock
from skilleval.core.errors import Refused
from skilleval.core.queues import Queue, QueuedModelAdmin
from skilleval.core.renditions import page_count, rendition_png
from skilleval.core.templatetags.portal import state_tag

LIST = "admin:registration_claim_changelist"
ENDED = (ClaimState.GRANTED, ClaimState.REFUSED)
TONES: dict[str, str] = {ClaimState.ASKED: "action", ClaimState.GRANTED: "success", ClaimState.REFUSED: "danger"}


@admin.register(Claim)
class ClaimAdmin(QueuedModelAdmin):
    """Claims that a person has to decide; those that a code settled are never seen here."""

    scope = "provider"
    view_action = policy.COMPARE
    queues = (
        Queue(
            "asked", "待核对", Q(state=ClaimState.ASKED), ("created_at",), empty="有人上传证件照片申请认领时列在这里。"
        ),
        Queue("ended", "已办结", Q(state__in=ENDED), ("-decided_at",), mixed=True, empty="核对过的列在这里。"),
        Queue("everything", "全部", Q(), ("-pk",), mixed=True),
    )
    list_display = ("number", "who", "created_at", "tag", "decided_by_label")
    list_display_links = ("number",)
    list_select_related = ("candidate", "provider")

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<int:pk>/decide/", self._page(_decide), name="registration_claim_decide"),
            path("<int:pk>/document/<int:page>/", self._page(_picture), name="registration_claim_document"),
        ]
        return [*own, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> Any:
        """What was never handed to a person, or was settled by a code, isn't anybody's to see."""
        decided = Q(state__in=ENDED, decided_at__isnull=False)
        return super().get_queryset(request).filter(decided | Q(state=ClaimState.ASKED))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page to compare on, in the place of a form."""
        if not object_id.isdecimal():
            raise Http404
        return _compare(self, request, _seen(self, request, int(object_id)), GrantForm(), RefuseForm())

    def _page(self, view: Any) -> Any:
        return update_wrapper(self.admin_site.admin_view(partial(view, self)), view)

    @admin.display(description="认领申请")
    def number(self, claim: Claim) -> str:
        return f"第 {claim.pk} 号"

    @admin.display(description="档案")
    def who(self, claim: Claim) -> str:
        return f"{claim.candidate.name} {claim.candidate.masked_id}"

    @admin.display(description="状态")
    def tag(self, claim: Claim) -> SafeString:
        return state_tag(claim.get_state_display(), TONES[claim.state])


def _compare(model_admin: Any, request: HttpRequest, claim: Claim, grant: Form, refuse: Form) -> HttpResponse:
    """The document beside the record; the number is typed from the picture, never shown whole."""
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": f"认领申请 {claim.pk}",
        "claim": claim,
        "forms": {"grant": grant, "refuse": refuse},
        "pages": range(1, page_count(claim.document) + 1) if claim.document else (),
        "awaits": claim.state == ClaimState.ASKED,
    }
    status = 400 if grant.errors or refuse.errors else 200
    return TemplateResponse(request, "registration/admin_claim.html", context, status=status)


def _decide(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """What the reviewer decided, or the page again with what to mend."""
    claim = _seen(model_admin, request, pk)
    refusing = "refuse" in request.POST
    sent = request.POST if request.method == "POST" else None
    grant, refuse = GrantForm(None if refusing else sent), RefuseForm(sent if refusing else None)
    form = refuse if refusing else grant
    if form.is_bound and form.is_valid() and _decided(request, claim, form, refusing):
        return redirect(reverse(LIST))
    return _compare(model_admin, request, claim, grant, refuse)


def _decided(request: HttpRequest, claim: Claim, form: Form, refusing: bool) -> bool:
    try:
        if refusing:
            claims.refuse(claim, reason=form.cleaned_data["reason"], by=_user(request), at=clock.now())
        else:
            claims.grant(claim, id_number=form.cleaned_data["id_number"], by=_user(request), at=clock.now())
    except Refused as refused:
        if refused.status != Refused.status:
            raise
        add_refusal(form, refused)
        return False
    messages.success(request, "已记录不予认领。" if refusing else "核对一致，档案已转到申请人的账号。")
    return True


def _picture(model_admin: Any, request: HttpRequest, pk: int, page: int) -> HttpResponse:
    """One page of the document as a picture, kept by nobody."""
    claim = _seen(model_admin, request, pk)
    if claim.document is None:
        raise Http404
    if request.method == "GET":
        audit.record("claim.document_seen", by=_user(request), obj=claim, page=page)
    try:
        content = rendition_png(claim.document, page)
    except Refused as refusal:
        raise Http404(refusal.message) from refusal
    return HttpResponse(content, content_type="image/png", headers={"Cache-Control": "private, no-store"})


def _seen(model_admin: Any, request: HttpRequest, pk: int) -> Claim:
    rows = model_admin.get_queryset(request).select_related("candidate__user", "user", "provider", "document")
    found: Claim | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _user(request: HttpRequest) -> Any:
    return request.user
