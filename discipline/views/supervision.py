"""The supervisors' queue: every provider's cases by age and tier, overdue ones marked (SPEC 10, 12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from discipline import policy
from discipline.enums import CASE_TONES, ENDED, CaseState, Tier
from discipline.models import Case
from discipline.models.cases import CaseQuerySet
from discipline.queries.clocks import is_late, late, late_since
from skilleval.accounts.requests import person
from skilleval.catalogue.models import Provider
from skilleval.core import clock
from skilleval.core.policy import require
from skilleval.core.today import Item, Today, today_of

_S = CaseState
PAGE = 50


@dataclass(frozen=True)
class Queue:
    """A tab: which cases it holds; what still waits comes oldest first, what is over newest first."""

    name: str
    label: str
    rows: Q
    empty: str
    over: bool = False


QUEUES = (
    Queue("proposed", "待决定", Q(state=_S.PROPOSED), "机构提出处理建议的案件列在这里，等得最久的在前。"),
    Queue("appealed", "申诉中", Q(state=_S.APPEALED), "当事人申诉的案件列在这里。"),
    Queue("heard", "待提出建议", Q(state=_S.HEARD), "陈述申辩以后、机构还没有提出建议的列在这里。"),
    Queue("notified", "待陈述申辩", Q(state=_S.NOTIFIED), "已告知当事人、期限未满的列在这里。"),
    Queue("reported", "待告知", Q(state=_S.REPORTED), "机构已报告、还没有告知当事人的列在这里。"),
    Queue("decided", "已决定", Q(state__in=(_S.DECIDED, _S.SERVED)), "待送达和申诉期内的列在这里。"),
    Queue("ended", "已结束", Q(state__in=ENDED), "办结、撤销和不予处理的列在这里。", over=True),
    Queue("everything", "全部", Q(), "还没有案件。", over=True),
)


@login_required
@require_safe
def supervision(request: HttpRequest) -> HttpResponse:
    """The list. Tab and filters stay in the address."""
    require(person(request), policy.DECIDE)
    limit = late_since(clock.today())
    queue = next((one for one in QUEUES if one.name == request.GET.get("queue")), None)
    sought = _filtered(Case.objects.handled_by(person(request), policy.DECIDE), request.GET, limit)
    queue = queue or (QUEUES[-1] if request.GET.get("q") else QUEUES[0])
    rows, more = _page(sought.filter(queue.rows).with_names(), queue, request.GET.get("after", ""))
    context = {
        "today": _today(request, limit),
        "tabs": _tabs(sought, queue, request.GET),
        "tabs_label": "案件进度",
        "queue": queue,
        "rows": [{"case": case, "tone": CASE_TONES[case.state], "late": is_late(case, limit)} for case in rows],
        "next_key": f"{rows[-1].waiting_since.isoformat()}.{rows[-1].pk}" if more else None,
        "asked": request.GET,
        "tiers": Tier.choices,
        "providers": Provider.objects.filter(pk__in=Case.objects.values("provider")).order_by("name"),
    }
    return render(request, "discipline/supervision.html", context)


def _today(request: HttpRequest, limit: date) -> Today:
    """What waits for a supervisor, whatever the list is narrowed to; one query."""
    waiting = (("proposed", _S.PROPOSED, "起案件待决定"), ("appealed", _S.APPEALED, "起申诉待复核"))
    counts: dict[str, Any] = {state: Count("pk", filter=Q(state=state)) for _, state, _ in waiting}
    counts |= {f"late_{state}": Count("pk", filter=Q(state=state) & late(limit)) for _, state, _ in waiting}
    sums = Case.objects.handled_by(person(request), policy.DECIDE).order_by().aggregate(**counts)
    items = (
        Item(
            f"{sums[state]} {title}",
            f"?queue={queue}",
            f"其中 {sums[f'late_{state}']} 起已超过时限" if sums[f"late_{state}"] else "",
            mark="请先办理" if sums[f"late_{state}"] else "",
        )
        for queue, state, title in waiting
        if sums[state]
    )
    return today_of(items, clock.today())


def _filtered(cases: CaseQuerySet, asked: QueryDict, limit: date) -> CaseQuerySet:
    tier, provider, words = asked.get("tier", ""), asked.get("provider", ""), asked.get("q", "").strip()
    if tier in {str(value) for value in Tier.values}:
        cases = cases.of_tier(int(tier))
    if provider.isdecimal() and len(provider) < 10:
        cases = cases.filter(provider_id=int(provider))
    if words:
        cases = cases.filter(Q(number__iexact=words) | Q(candidate__name__icontains=words))
    return cases.filter(late(limit)) if asked.get("late") else cases


def _tabs(sought: CaseQuerySet, current: Queue, asked: QueryDict) -> list[dict[str, Any]]:
    counts = sought.order_by().aggregate(**{one.name: Count("pk", filter=one.rows) for one in QUEUES})
    kept = asked.copy()
    kept.pop("after", None)
    tabs = []
    for one in QUEUES:
        kept["queue"] = one.name
        tabs.append(
            {"label": one.label, "url": f"?{kept.urlencode()}", "count": counts[one.name], "current": one == current}
        )
    return tabs


def _page(cases: CaseQuerySet, queue: Queue, after: str) -> tuple[list[Case], bool]:
    """A page from a key on, and whether there are more."""
    sign = "-" if queue.over else ""
    day, _, pk = after.partition(".")
    try:
        since = date.fromisoformat(day)
    except ValueError:
        since = None
    if since and pk.isdecimal() and len(pk) < 18:
        way = "lt" if queue.over else "gt"
        later = Q(**{f"waiting_since__{way}": since}) | Q(waiting_since=since, **{f"pk__{way}": int(pk)})
        cases = cases.filter(later)
    rows = list(cases.order_by(f"{sign}waiting_since", f"{sign}pk")[: PAGE + 1])
    return rows[:PAGE], len(rows) > PAGE
