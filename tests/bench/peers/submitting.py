"""What handing in is held against: the same rows written by one small view, nothing asked."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from registration.models import Application, ApplicationLog
from registration.queries.backgrounds import snapshot
from skilleval.core.models import OutboxMessage
from tests.bench.peers.pages import MIDDLEWARE

__all__ = ["MIDDLEWARE"]

#: The row, and what is copied into it and its messages.
NAMES = ("candidate__user", "offering__provider", "offering__work_type__occupation")
ROWS = ("workperiod_rows", "heldcertificate_rows", "education_rows", "professionaltitle_rows")


@login_required
@require_POST
@transaction.atomic
def hand_in(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The application with its background frozen, a line of its history, and the two messages."""
    rows = Application.objects.select_for_update(of=("self",)).select_related(*NAMES)
    wanted = rows.prefetch_related(*(f"candidate__{name}" for name in ROWS))
    one = wanted.get(uuid=uuid, candidate__user=request.user)
    now, today, provider = timezone.now(), timezone.localdate(), one.offering.provider
    one.state, one.submitted_on, one.review_by = "review", today, today + timedelta(days=7)
    one.rule_set_id, one.returned_until = one.offering.rule_set_id, None
    one.background = snapshot(one.candidate, on=today, declared=one.declared)
    one.save(
        update_fields=["state", "submitted_on", "review_by", "rule_set", "returned_until", "background", "subjects"]
    )
    ApplicationLog.objects.create(
        subject=one, from_state="draft", to_state="review", at=now, by_id=request.user.pk, by_label=request.user.label
    )
    body = f"申报 {one.number}（{one.offering}）已提交，{provider}将于{one.review_by}前完成资格审核，结果会通知您。"
    link = f"/applications/{one.uuid}/"
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            created_at=now,
            key=f"peer:{one.pk}:{channel}",
            recipient_id=request.user.pk,
            channel=channel,
            address=address,
            subject="您的申报已提交",
            body=body + more,
            link=link,
            state=state,
            sent_at=now if state == "sent" else None,
        )
        for channel, address, more, state in (
            ("portal", "", "", "sent"),
            ("email", request.user.email, f"\n详情请登录查看：{settings.SITE_URL}{link}", "queued"),
        )
    )
    return HttpResponseRedirect(link)


def ready(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ready")


urlpatterns = [path("minimal/<uuid:uuid>/", hand_in), path("ready/", ready)]
