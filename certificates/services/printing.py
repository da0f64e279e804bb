"""Certificates as paper, each with its holder's whole document number: who printed which is kept (SPEC 9.5, 12).

Their rows are share-locked while they are rendered, so that none is voided half-way: whoever voids waits, and whoever
prints a moment later is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from certificates import papers, policy
from certificates.enums import CertificateState
from certificates.models import Certificate
from skilleval.core import audit
from skilleval.core.errors import NotAllowed, Refused
from skilleval.core.policy import Actor, require

MOST_AT_ONCE = 200
BY_HOLDER, BY_STAFF = "holder", "collection"


@transaction.atomic
def own_pdf(certificate: Certificate, *, by: Actor, at: datetime) -> bytes:
    """A holder's own certificate. Raises Refused for one that is void or replaced, NotAllowed for somebody else's."""
    if certificate.candidate.user_id != by.id:
        raise NotAllowed("只能下载您本人的证书")
    (row,) = _locked([certificate.pk])
    audit.record("certificate.downloaded", by=by, obj=row, purpose=BY_HOLDER)
    return papers.certificate_pdf(row)


@transaction.atomic
def print_many(certificates: QuerySet[Certificate], *, by: Actor, at: datetime) -> bytes:
    """A selection as one file in the order of its numbers, for staff to seal and hand out.

    Raises Refused for none, for more than 200, and where one of them isn't in force; NotAllowed without the role.
    """
    pks = list(certificates.order_by("pk").values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    if not pks:
        raise Refused("没有选择证书，请先勾选")
    if len(pks) > MOST_AT_ONCE:
        raise Refused(f"一次最多打印 {MOST_AT_ONCE} 张，请分批选择")
    rows = _locked(pks)
    for provider in {row.provider for row in rows}:
        require(by, policy.CERTIFY, provider)
        printed = [row.pk for row in rows if row.provider_id == provider.pk]
        audit.record(
            "certificate.printed", by=by, obj=provider, purpose=BY_STAFF, certificates=printed, count=len(printed)
        )
    return papers.certificates_pdf(sorted(rows, key=lambda row: str(row.number)))


def _locked(pks: Sequence[int]) -> list[Certificate]:
    """The rows with all that is printed, kept from changing until the transaction ends; all of them in force."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM certificates_certificate WHERE id = ANY(%s) ORDER BY id FOR SHARE", [list(pks)])
    rows = list(papers.load(Certificate.objects.filter(pk__in=pks)).order_by("pk"))
    for row in rows:
        if row.state != CertificateState.ISSUED:
            raise Refused(f"证书 {row}{row.get_state_display()}，不能打印；请只选择有效的证书")
        if not row.is_printed_here:
            raise Refused(f"证书 {row}由机构在使用本平台以前发放，纸质证书已印制；需要由平台重印的，请申请换发")
    return rows
