"""The file of many tickets, for whom it was made: an institution's officers, or a session's schedulers."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from scheduling import policy
from scheduling.models import TicketBundle
from scheduling.services import bundles
from scheduling.views import signed_in
from skilleval.core import clock
from skilleval.core.files import file_response
from skilleval.core.policy import require


@login_required
@require_safe
def ticket_bundle(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """Take the file, with a receipt for each ticket in it; strangers don't find it."""
    rows = TicketBundle.objects.visible_to(request.user).select_related("file", "provider")
    bundle, user = get_object_or_404(rows, uuid=uuid), signed_in(request)
    if bundle.session_id:
        require(user, policy.SCHEDULE, bundle.provider)
    stored = bundles.take(bundle, by=user, at=clock.now())
    return file_response(stored, as_attachment=True)
