"""What holders are told of their certificates, once for each cause (SPEC 9.5); no number and no name in a message."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from certificates.models import Certificate
from certificates.services import wording
from registration.services import notify
from skilleval.core.templates import Template


def issued(certificates: Iterable[Certificate]) -> None:
    """Tell holders that their certificate has been issued and how it is handed out."""
    notify.tell_all(
        _notice(certificate, f"issued:{certificate.pk}", wording.ISSUED, 领取方式=_collection(certificate))
        for certificate in certificates
    )


def voided(certificate: Certificate, *, at: datetime, why: str) -> None:
    """Tell the holder that a certificate counts no longer, and why."""
    notify.tell_all([_notice(certificate, f"voided:{certificate.pk}:{at.isoformat()}", wording.VOIDED, 原因=why)])


def restored(certificate: Certificate, *, at: datetime) -> None:
    """Tell the holder that a voided certificate is in force again."""
    notify.tell_all([_notice(certificate, f"restored:{certificate.pk}:{at.isoformat()}", wording.RESTORED)])


def replaced(certificate: Certificate) -> None:
    """Tell the holder that a new certificate stands for the old one."""
    how = _collection(certificate)
    notify.tell_all([_notice(certificate, f"replaced:{certificate.pk}", wording.REPLACED, 领取方式=how)])


def _collection(certificate: Certificate) -> str:
    how = certificate.provider.certificate_collection
    return f"领取方式：{how.rstrip('。')}。" if how else ""


def _notice(certificate: Certificate, cause: str, template: Template, **values: str) -> notify.Notice:
    return notify.Notice(
        candidate=certificate.candidate,
        about=certificate.application,
        cause=f"certificate-{cause}",
        template=template,
        values={"来源": _origin(certificate), **values},
        link=_page(certificate),
        provider=certificate.provider,
    )


def _origin(certificate: Certificate) -> str:
    """What a certificate came from: an application, or the provider's earlier business."""
    return (
        f"申报 {certificate.application.number}（{certificate.offering}）"
        if certificate.application
        else f"{certificate.offering}（历史业务导入）"
    )


def _page(certificate: Certificate) -> str:
    """Where the holder reads of it."""
    if certificate.application:
        return notify.page_of(certificate.application)
    return reverse("certificate_page", args=[certificate.uuid])
