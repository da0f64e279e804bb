"""A new version out of the last one's raw marks and the live cancellations, where it says anything else (SPEC 9.2, 10).

The one way a published result changes: corrections, decisions, lifted decisions and withdrawn credits all come here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from certificates.entering import Raw
from certificates.models import Result
from certificates.queries.cancellations import cancelled
from certificates.queries.results import current_result
from certificates.services import announcing, consequences, versions
from certificates.services.locking import lock_sitting
from registration.models import Application
from skilleval.accounts.models import User
from skilleval.core import audit
from skilleval.core.db import assert_in_transaction


def regrade(
    application: Application, *, by: User | None, at: datetime, reason: str, changes: Mapping[str, Raw] | None = None
) -> Result | None:
    """The further version that raw marks (with `changes`), cancellations and credits now make; None where none differs.

    Not published yet, nothing happens: the publication itself will see the same facts. Credits and the certificate
    follow, the candidate is told why, and resits that relied on a credit of this sitting are graded anew.
    """
    assert_in_transaction()
    session = lock_sitting(application)
    last = current_result(application)
    if session is None or last is None:
        return None
    application = fresh(application)
    raws = versions.changed(versions.raws_of(last), changes or {})
    draft = versions.draft(application, raws, cancelled([application.pk]))
    if not versions.differs(draft, last):
        return None
    (result,) = versions.write([draft], session=session, by=by, at=at, version=last.version + 1, reason=reason)
    consequences.of_further(draft, result, by=by, at=at, reason=reason)
    announcing.corrected(application, result)
    audit.record("result.corrected", by=by, obj=result, version=result.version, application=application.pk)
    regrade_dependents(application, by=by, at=at, reason=reason)
    return result


def regrade_dependents(application: Application, *, by: User | None, at: datetime, reason: str) -> list[Result]:
    """Grade anew the person's published resits for the same, after a credit came or went (SPEC 9.3).

    Whoever withdraws or restores credits otherwise (a decision under M-1) calls this afterwards.
    """
    assert_in_transaction()
    found = (regrade(one, by=by, at=at, reason=reason) for one in consequences.relying_on(application))
    return [result for result in found if result is not None]


def fresh(application: Application) -> Application:
    """The application as it is now, with what grading and messages need."""
    rows = Application.objects.select_related(
        "candidate__user", "offering__provider", "offering__work_type__occupation"
    )
    return rows.get(pk=application.pk)
