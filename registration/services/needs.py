"""What somebody needs on the day, as they, their institution or the desk say it (SPEC 7.6)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from registration import policy
from registration.enums import OPEN_STATES, ApplicationState
from registration.models import Application
from skilleval.core import audit
from skilleval.core.errors import Refused
from skilleval.core.policy import Actor, can

#: While nobody has been told a seat, whoever answers for the application changes it; later the provider does.
BEFORE_SEATED = frozenset({ApplicationState.DRAFT, *OPEN_STATES}) - {ApplicationState.SCHEDULED}


@transaction.atomic
def ask_for_access(application: Application, *, needed: bool, by: Actor, at: datetime) -> Application:
    """Record whether somebody needs an accessible seat, so that the draw gives them one first.

    Whose application it is, or who answers for it, the caller has seen to. Run again it changes nothing. Raises Refused
    once it has ended, and once the seat is published for all but the provider's reviewers, who are asked by telephone.
    """
    locked = (
        Application.objects.select_for_update(of=("self",)).select_related("offering__provider").get(pk=application.pk)
    )
    if locked.state not in BEFORE_SEATED and not _may_still(locked, by):
        raise Refused(_too_late(locked), field="needed")
    if locked.accessible_seat != needed:
        locked.accessible_seat = needed
        locked.save(update_fields=["accessible_seat"])
        audit.record("application.access_asked", by=by, obj=locked, fields=["accessible_seat"])
    return locked


def _may_still(application: Application, by: Actor) -> bool:
    return application.state == ApplicationState.SCHEDULED and can(by, policy.REVIEW, application.offering.provider)


def _too_late(application: Application) -> str:
    if application.state == ApplicationState.SCHEDULED:
        return "考试座位已安排，不能网上更改；需要调整座位的，请联系评价机构"
    return f"该申报{application.get_state_display()}，不能再更改座位需要"
