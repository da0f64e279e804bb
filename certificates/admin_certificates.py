"""The certificates desk in the admin: queues from 待审定 to 已作废, and how special certificates are numbered."""

from __future__ import annotations

from functools import partial, update_wrapper
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from certificates import admin_pages, policy
from certificates.admin_bulk import issue_selected, print_selected, review_selected, send_back_selected
from certificates.enums import CERTIFICATE_TONES, CertificateState, RequestState
from certificates.models import Certificate, CertificateRequest, NumberScheme
from skilleval.core.admin import ScopedModelAdmin
from skilleval.core.queues import Queue, QueuedModelAdmin
from skilleval.core.templatetags.portal import state_tag

_S = CertificateState
NEWEST = ("-issued_on", "-pk")
ASKED_FOR = CertificateRequest.objects.filter(state=RequestState.ASKED).values("certificate")


@admin.register(Certificate)
class CertificateAdmin(QueuedModelAdmin):
    """A provider's certificates; nothing of them is edited, and none is deleted."""

    scope = "provider"
    view_action = policy.VIEW_CERTIFICATES
    queues = (
        Queue("drawn", "待审定", Q(state=_S.DRAWN), empty="成绩公布后，合格人员的证书自动拟制并列在这里。"),
        Queue("reviewed", "待发证", Q(state=_S.REVIEWED), empty="审定后、编号前的证书列在这里。"),
        Queue("issued", "有效", Q(state=_S.ISSUED), NEWEST, empty="编号发出的证书列在这里。"),
        Queue("asked", "作废、换发申请", Q(pk__in=ASKED_FOR), mixed=True, empty="等待核准的作废、换发申请列在这里。"),
        Queue("void", "已作废", Q(state=_S.VOID), NEWEST, empty="作废的证书列在这里。"),
        Queue("replaced", "已换发", Q(state=_S.REPLACED), NEWEST, empty="被新证书替换的列在这里。"),
        Queue("dropped", "不予发证", Q(state=_S.DROPPED), ("-pk",), empty="成绩更正为不合格、未编号的列在这里。"),
        Queue("everything", "全部", Q(), ("-pk",), mixed=True),
    )
    list_display = ("title", "holder", "offering", "issued_on", "tag", "ready")
    list_display_links = ("title",)
    list_select_related = ("candidate", "application", "provider", "offering__work_type__occupation")
    actions = (review_selected, issue_selected, send_back_selected, print_selected)
    search_fields = ("number", "application__number", "candidate__name", "holder_name")
    search_help_text = "按证书编号、申报编号或姓名查找，请勿输入证件号码"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        asked = CertificateRequest.objects.filter(certificate=OuterRef("pk"), state=RequestState.ASKED)
        rows: QuerySet[Any] = super().get_queryset(request).annotate(asked=Exists(asked))
        return rows

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "photo/": admin_pages.photo,
            "print/": admin_pages.print_one,
            "void/": admin_pages.ask_void,
            "replace/": admin_pages.ask_replace,
            "decide/": admin_pages.decide,
        }
        own = [
            path(f"<int:pk>/{tail}", self._page(view), name=f"certificates_{view.__name__}")
            for tail, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The certificate's page in the place of a form."""
        if not object_id.isdecimal():
            raise Http404
        return admin_pages.certificate_page(self, request, object_id)

    def _page(self, view: Any) -> Any:
        return update_wrapper(self.admin_site.admin_view(partial(view, self)), view)

    @admin.display(description="证书编号 / 申报编号", ordering="number")
    def title(self, row: Certificate) -> SafeString:
        return _two_lines(row.number or "未编号", row.application.number if row.application else "历史业务导入")

    @admin.display(description="持证人", ordering="candidate__name")
    def holder(self, row: Certificate) -> SafeString:
        if row.number:
            return _two_lines(row.holder_name, row.masked_id)
        return _two_lines(row.candidate.name, row.candidate.masked_id)

    @admin.display(description="状态")
    def tag(self, row: Any) -> SafeString:
        shown = state_tag(row.get_state_display(), CERTIFICATE_TONES[row.state])
        return shown + state_tag("有申请待核准", "warning") if row.asked else shown

    @admin.display(description="证件照")
    def ready(self, row: Certificate) -> str:
        return "有" if row.candidate.photo_id else "缺"


@admin.register(NumberScheme)
class NumberSchemeAdmin(ScopedModelAdmin):
    """How a provider numbers its special-capability certificates; without a row the portal's default holds."""

    scope = "provider"
    view_action = policy.VIEW_CERTIFICATES
    add_action = policy.CERTIFY
    change_action = policy.CERTIFY
    list_display = ("provider", "prefix", "infix", "serial_digits")
    list_select_related = ("provider",)
    actions = None


def _two_lines(first: str, second: str) -> SafeString:
    return format_html('<span class="cell-line">{}</span><span class="cell-line muted">{}</span>', first, second)
