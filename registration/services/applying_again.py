"""补考还是重新申报: what somebody with passed subjects applies for, and what they give up (SPEC 9.3).

A draft begins as the resit that the credits allow. A new application forfeits them, so it is a choice that is asked for
and kept; handing in looks at all of it afresh.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from registration.bars import Bar
from registration.enums import ApplicationKind, ApplicationState
from registration.models import Application, Candidate, Credit
from registration.queries import credits as queries
from registration.queries.schemes import words_of
from registration.resits import ResitPlan
from registration.services.editing import day_of, editable
from skilleval.catalogue.enums import SubjectKind
from skilleval.core import audit
from skilleval.core.db import assert_in_transaction
from skilleval.core.errors import Refused
from skilleval.core.policy import Actor
from skilleval.core.wording import cn_date

SOURCE = "成绩保留与补考规定"
STEP = "“补考还是重新申报”"


@transaction.atomic
def choose(application: Application, *, kind: str, forfeits: bool, by: Actor | None, at: datetime) -> Application:
    """Record the choice: a resit with what the credits leave, or a new application that gives them up.

    `forfeits` is the person's explicit word for the latter. Raises Refused without it, and for a resit that no credit
    allows; Conflict once handed in. The last choice counts.
    """
    Candidate.objects.select_for_update(of=("self",)).get(pk=application.candidate_id)
    application = editable(application)
    on = application.submitted_on or day_of(at)
    live = hold(application, on)
    plan = queries.plan_with(live, application.offering, on, as_new=kind != ApplicationKind.RESIT, but=application)
    if kind == ApplicationKind.RESIT and plan.kind != kind:
        raise Refused("目前没有可用于补考的合格成绩，请选择重新申报", field="kind", source=SOURCE)
    given_up = live if plan.kind == ApplicationKind.NEW else []
    if given_up and not forfeits:
        raise Refused(f"重新申报将放弃{names_of(given_up)}的合格成绩，请勾选确认", field="forfeits", source=SOURCE)
    application.forfeits_accepted_at = at if given_up else None
    _write(application, plan, queries.used_by(plan, live))
    lost = [credit.pk for credit in given_up]
    audit.record("application.kind_chosen", by=by, obj=application, kind=plan.kind, forfeits=lost)
    return application


def plan_draft(application: Application, on: date) -> None:
    """Make a draft what the credits of a day allow, unless the person gave them up. In the caller's transaction."""
    live = queries.live_credits(application.candidate, application.offering, on, but=application)
    if not live and application.kind == ApplicationKind.NEW:
        return
    as_new = bool(live) and _given_up(application, live)
    if not as_new:
        application.forfeits_accepted_at = None
    plan = queries.plan_with(live, application.offering, on, as_new=as_new, but=application)
    _write(application, plan, queries.used_by(plan, live))


def hold(application: Application, on: date) -> list[Credit]:
    """The live credits for a submission on a day, locked: a decision on them comes before it or after it."""
    assert_in_transaction()
    rows = queries.of_person(application.candidate, application.offering)
    if not list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True)):
        return []
    return queries.live_credits(application.candidate, application.offering, on, but=application)


def unsettled(application: Application, live: Sequence[Credit], on: date) -> Bar | None:
    """Why an application can't be handed in as it stands, with what to do; None if its kind is settled.

    A resit's credits must still be there; a new one must have been asked for while there are any. A correction stays
    what it was when first handed in.
    """
    if application.kind == ApplicationKind.RESIT:
        plan = queries.plan_with(live, application.offering, on, but=application)
        if plan.kind == application.kind and list(plan.sits) == application.subjects:
            return None
        changed = what_changed(application, live, on) or "您的合格成绩有变化，补考科目与原来不同"
        return Bar("credits", f"{changed}，请在{STEP}中重新确认", SOURCE)
    if application.state != ApplicationState.DRAFT or not live or _given_up(application, live):
        return None
    return Bar(
        "credits",
        f"您在本机构有{names_of(live)}的合格成绩，重新申报全部科目将放弃这些成绩；请先在{STEP}中选择",
        SOURCE,
    )


def freeze(application: Application, live: Sequence[Credit], on: date) -> list[str]:
    """At submission: the subjects to sit, and for a resit the credits it relies on from now on."""
    as_new = application.kind == ApplicationKind.NEW
    plan = queries.plan_with(live, application.offering, on, as_new=as_new, but=application)
    if not as_new:
        application.credits.set(queries.used_by(plan, live))
    return list(plan.sits)


def names_of(credits: Sequence[Credit]) -> str:
    """The subjects of some credits in words."""
    return "、".join(dict.fromkeys(str(SubjectKind(credit.subject).label) for credit in credits))


def what_changed(application: Application, live: Sequence[Credit], on: date) -> str:
    """What a resit was begun with and can't use any more, and why; empty if nothing is gone."""
    known = {credit.pk for credit in live}
    lost = [credit for credit in application.credits.all() if credit.pk not in known]
    if not lost:
        return ""
    left = queries.all_live(application.candidate, application.offering, on, but=application)
    idle = {credit.pk: words_of(credit) for credit in left}
    return "；".join(idle.get(credit.pk) or _why_lost(credit, on) for credit in lost)


def earlier_of(used: Sequence[Credit]) -> Application | None:
    """The last of the person's own applications whose sitting earned one of the credits; none for external ones."""
    own = [credit for credit in used if credit.application_id]
    return max(own, key=lambda credit: (credit.published_on, credit.pk)).application if own else None


def _write(application: Application, plan: ResitPlan, used: Sequence[Credit]) -> None:
    application.kind, application.subjects = plan.kind, list(plan.sits)
    _follow(application, earlier_of(used))
    application.save(
        update_fields=[
            "kind",
            "subjects",
            "forfeits_accepted_at",
            "earlier",
            "clause",
            "declared",
            "background",
            "rule_set",
        ]
    )
    application.credits.set(used)


def _follow(application: Application, earlier: Application | None) -> None:
    """Go on with what an earlier application was approved by: its clause, declarations, background and rules."""
    if earlier and application.earlier_id != earlier.pk:
        for field in ("clause", "declared", "background", "rule_set"):
            setattr(application, field, getattr(earlier, field))
    elif earlier is None and application.earlier_id:
        application.background, application.rule_set = {}, None
    application.earlier = earlier


def _given_up(application: Application, live: Sequence[Credit]) -> bool:
    """Whether the person gave up these credits: what came to be known later wasn't meant."""
    agreed = application.forfeits_accepted_at
    return agreed is not None and all(credit.known_since <= agreed for credit in live)


def _why_lost(credit: Credit, on: date) -> str:
    what = f"{SubjectKind(credit.subject).label}的合格成绩"
    if credit.withdrawn_on:
        return f"{what}已取消"
    if credit.valid_until < on:
        return f"{what}有效期至{cn_date(credit.valid_until)}，现已过期"
    return f"{what}已因重新申报放弃"
