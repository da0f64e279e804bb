"""在办申报 of before the portal are held against what is known of their people, and loaded (SPEC 5.4, 7.1, 9.3, 10).

They pass the same bars as business of the portal. What was handed in before stays as it was approved: the clause, the
days, the windows. The record keeps no background; the papers stay with the provider.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from django.db.models import QuerySet

from registration.enums import OPEN_STATES, ApplicationKind, ApplicationState
from registration.models import Application, Ban, Credit, RollOver, TakeOver
from registration.queries import credits as queries
from registration.resits import RESIT
from registration.rosters.kinds import credit_faults
from registration.services.applying_again import earlier_of
from registration.services.progress import CONFIRMED
from registration.takeovers.applications import ApplicationFacts
from registration.takeovers.lines import Line
from skilleval.catalogue.enums import Channel
from skilleval.catalogue.models import Offering
from skilleval.core import audit, counters
from skilleval.core.clock import SHANGHAI
from skilleval.core.copying import copy_new
from skilleval.core.db import assert_in_transaction
from skilleval.core.jobs import emit_all
from skilleval.core.policy import Actor
from skilleval.core.transitions import begin_many
from skilleval.core.wording import cn_date

REASON = "历史业务导入"
ROLLED = "历史业务导入：使用本平台以前已顺延"
KNOWN = "该申报已导入"
OPEN = "该人员已有同一职业（工种）、同一等级的申报正在办理"
SEE_TO_OPEN = "请移除该行；平台的申报办结或退考后可再次导入"


def judge(lines: Iterable[Line], take_over: TakeOver, on: date) -> None:
    """Note at each line what is there already, what bars the person, and what their credits say of it."""
    found = [line for line in lines if line.sound and line.record]
    people = [line.record.pk for line in found]
    same, banned = _same_of(people), _banned_until(people, on)
    for line in found:
        before = same[_target(line)]
        if any(_is_loaded(one, line.facts, take_over) for one in before):
            line.known = KNOWN
        elif any(one.state in OPEN_STATES for one in before):
            line.stop("id_number", "open", OPEN, SEE_TO_OPEN)
        elif until := banned.get(line.record.pk):
            line.stop("id_number", "ban", f"该人员禁考至{cn_date(until)}，申报应取消", "不能导入；已收费用请按规定处理")
    for line in lines:
        if line.is_new:
            _judge_credits(line, _live(line))


def load(lines: Sequence[Line], take_over: TakeOver, *, by: Actor, at: datetime) -> list[tuple[Line, Application]]:
    """Make the applications of new lines, whose people are there and locked; in the caller's transaction.

    Whoever has paid is confirmed and counted, once whoever calls has booked the money. Nobody is told.
    """
    assert_in_transaction()
    offerings = Offering.objects.in_bulk({line.facts.offering.pk for line in lines})
    on = at.astimezone(SHANGHAI).date()
    serials = counters.take(f"application:{on.year}", len(lines)) if lines else ()
    pairs = [
        (line, _application(line, offerings[line.facts.offering.pk], take_over, f"SQ{on.year}{serial:07d}"))
        for line, serial in zip(lines, serials, strict=True)
    ]
    made = copy_new([application for _, application in pairs])
    if len(made) < len(pairs):
        raise RuntimeError("an application was made for a locked person")
    begin_many(made, by=by, at=at, reason=REASON)
    _roll(pairs, at)
    for line, application in pairs:
        if application.kind == ApplicationKind.RESIT:
            application.credits.set(_used(line))
    audit.record("application.taken_over", by=by, obj=take_over, applications=[one.pk for one in made])
    return pairs


def count(applications: Iterable[Application]) -> None:
    """Let the confirmed ones be counted for their batches (SPEC 7.1), once each."""
    confirmed = [one for one in applications if one.state == ApplicationState.CONFIRMED and one.window_id]
    emit_all(CONFIRMED, {one.pk: f"{CONFIRMED}:{one.pk}:{one.window_id}" for one in confirmed})


def _same_of(people: Sequence[int]) -> dict[tuple[int, str, str, str], list[Application]]:
    """All that people ever applied for, by person, code, work type and level."""
    rows = Application.objects.filter(candidate__in=people).exclude(state=ApplicationState.DRAFT)
    found: dict[tuple[int, str, str, str], list[Application]] = defaultdict(list)
    for row in rows.select_related("work_type__occupation", "offering"):
        found[row.candidate_id, row.work_type.occupation.code, row.work_type.name, row.level].append(row)
    return found


def _target(line: Line) -> tuple[int, str, str, str]:
    offering = line.facts.offering
    return line.record.pk, offering.code, offering.work_type, offering.level


def _is_loaded(application: Application, facts: ApplicationFacts, take_over: TakeOver) -> bool:
    """Whether this is the row as it was loaded, whatever became of it since."""
    here = application.taken_over_id is not None and application.offering.provider_id == take_over.provider_id
    return here and application.first_window_id == facts.windows[0].pk


def _banned_until(people: Sequence[int], on: date) -> dict[int, date]:
    rows = Ban.objects.filter(candidate__in=people).active_on(on).order_by("ends_on")
    return dict(rows.values_list("candidate_id", "ends_on"))


def _live(line: Line) -> list[Credit]:
    """The credits that stood when the application was handed in."""
    if line.record is None:
        return []
    offering = _offering_rows([line]).get(pk=line.facts.offering.pk)
    return queries.live_credits(line.record, offering, line.facts.submitted_on)


def _offering_rows(lines: Iterable[Line]) -> QuerySet[Offering]:
    return Offering.objects.filter(pk__in={line.facts.offering.pk for line in lines}).prefetch_related("subjects")


def _judge_credits(line: Line, live: Sequence[Credit]) -> None:
    """A resit needs the credits it stands on; a new application gives them up (SPEC 9.3)."""
    facts = line.facts
    passed = {subject for credit in live for subject in credit.counts_for}
    for fault in credit_faults(facts.kind, facts.subjects, facts.offering.subjects, passed):
        if not fault.stops:
            line.hint(fault.column, fault.kind, fault.message, "按原申报导入；申报类型填错的，请更正")
        elif not live:
            line.stop("kind", fault.kind, "没有可用于补考的合格成绩", "请先导入该人员的合格科目成绩，再导入申报")
        else:
            line.faults.append(fault)


def _used(line: Line) -> list[Credit]:
    live = _live(line)
    offering = _offering_rows([line]).get(pk=line.facts.offering.pk)
    return queries.used_by(queries.plan_with(live, offering, line.facts.submitted_on), live)


def _application(line: Line, offering: Offering, take_over: TakeOver, number: str) -> Application:
    facts: ApplicationFacts = line.facts
    handed_in = datetime.combine(facts.submitted_on, time(12), SHANGHAI)
    made = Application(
        number=number,
        candidate=line.record,
        offering=offering,
        work_type_id=offering.work_type_id,
        level=offering.level,
        first_window_id=facts.windows[0].pk,
        window_id=None if facts.awaits else facts.windows[-1].pk,
        channel=Channel.INDIVIDUAL,
        state=ApplicationState.CONFIRMED if facts.paid else ApplicationState.APPROVED,
        kind=facts.kind,
        subjects=list(facts.subjects),
        clause=facts.clause,
        submitted_on=facts.submitted_on,
        approved_on=facts.approved_on,
        confirmed_on=facts.money.value_on,
        original_received_on=facts.original_on,
        rules_accepted_at=handed_in,  # on the paper that they signed
        taken_over=take_over,
    )
    if facts.kind == RESIT:
        made.earlier = earlier_of(_used(line))
    return made


def _roll(pairs: Iterable[tuple[Line, Application]], at: datetime) -> None:
    """A row for each time somebody moved on (SPEC 7.1)."""
    rows = []
    for line, application in pairs:
        windows = [window.pk for window in line.facts.windows]
        onward = [*windows[1:], None] if line.facts.awaits else windows[1:]
        rows += [
            RollOver(application=application, from_window_id=left, to_window_id=then, reason=ROLLED, at=at)
            for left, then in zip(windows, onward, strict=False)
        ]
    RollOver.objects.bulk_create(rows, batch_size=1000)
