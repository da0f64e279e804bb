"""What holders are told of their certificates, once for each cause (SPEC 9.5); no number and no name in a message."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from certificates.models import Certificate
from registration.services import notify


def issued(certificates: Iterable[Certificate]) -> None:
    """Tell holders that their certificate has been issued and how it is handed out."""
    notify.tell_all(
        _notice(
            certificate,
            cause=f"certificate-issued:{certificate.pk}",
            subject="您的证书已发放",
            body=f"{_origin(certificate)}的证书已编号发放，可登录查看和下载。" + _collection(certificate),
        )
        for certificate in certificates
    )


def voided(certificate: Certificate, *, at: datetime, why: str) -> None:
    """Tell the holder that a certificate counts no longer, and why."""
    notify.tell_all(
        [
            _notice(
                certificate,
                cause=f"certificate-voided:{certificate.pk}:{at.isoformat()}",
                subject="您的证书已作废",
                body=f"{_origin(certificate)}的证书已作废，原因：{why}。"
                "纸质证书请交回评价机构。有疑问请与评价机构联系。",
            )
        ]
    )


def restored(certificate: Certificate, *, at: datetime) -> None:
    """Tell the holder that a voided certificate is in force again."""
    notify.tell_all(
        [
            _notice(
                certificate,
                cause=f"certificate-restored:{certificate.pk}:{at.isoformat()}",
                subject="您的证书已恢复有效",
                body=f"{_origin(certificate)}的证书已恢复有效，编号不变。",
            )
        ]
    )


def replaced(certificate: Certificate) -> None:
    """Tell the holder that a new certificate stands for the old one."""
    notify.tell_all(
        [
            _notice(
                certificate,
                cause=f"certificate-replaced:{certificate.pk}",
                subject="您的证书已换发",
                body=f"{_origin(certificate)}的证书已换发，原证书停止使用，"
                "请登录查看新证书。" + _collection(certificate),
            )
        ]
    )


def _collection(certificate: Certificate) -> str:
    how = certificate.provider.certificate_collection
    return f"领取方式：{how.rstrip('。')}。" if how else ""


def _notice(certificate: Certificate, *, cause: str, subject: str, body: str) -> notify.Notice:
    return notify.Notice(
        candidate=certificate.candidate,
        about=certificate.application,
        cause=cause,
        subject=subject,
        body=body,
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
