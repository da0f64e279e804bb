"""Certificates of an application, and what stands in the way of one."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from certificates.enums import LIVE_CERTIFICATES, CertificateState
from certificates.models import Certificate, ResultHold
from registration.models import Application
from skilleval.core.pdf import missing_glyphs

NO_PHOTO = "缺证件照，请本人上传照片或由机构补收后再审定"
OWN = "是您本人的证书，须由其他证书人员办理"
HELD = "有未办结的违纪违规案件，办结后再处理"


def certificate_of(application: Application) -> Certificate | None:
    """The certificate that stands for an application, else the last one it had; None before one is drawn up."""
    rows = Certificate.objects.filter(application=application).exclude(state=CertificateState.DROPPED)
    found = sorted(rows.select_related("provider"), key=lambda row: (row.state in LIVE_CERTIFICATES, row.pk))
    return found[-1] if found else None


def earlier_of(user: Any) -> QuerySet[Certificate]:
    """A person's certificates that came from no application of theirs: issued before the portal, and what replaced
    such a one; with what their lines print."""
    rows = Certificate.objects.visible_to(user).filter(application=None).order_by("-issued_on", "-pk")
    return rows.select_related("provider", "offering__work_type__occupation")


def open_hold() -> Exists:
    """For a queryset of certificates: whether a case holds their application's result back."""
    return Exists(ResultHold.objects.filter(application=OuterRef("application"), released_at=None))


def obstacles(certificate: Certificate, *, held_back: bool) -> list[str]:
    """What keeps a certificate from going on, and what staff have to know of it, in words (SPEC 9.5)."""
    found = [HELD] if held_back else []
    if not certificate.candidate.photo_id:
        found.append(NO_PHOTO)
    if signs := missing_glyphs(certificate.holder_name or certificate.candidate.name):
        found.append(f"需造字：姓名中的“{signs}”字库里没有，证书上印“〓”，请造字后补印")
    return found
