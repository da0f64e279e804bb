"""A group at the provider's desk: where it stands, whom the check has doubts about, and its members page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.http import urlencode

from registration.enums import PAID_STATES, TONES, ApplicationState, HandingIn
from registration.models import Application, ApplicationLog, Group
from registration.models.applications import ApplicationQuerySet
from registration.queries.group_members import OVER, OWES_ORIGINAL, Sums, handed_in, sums_of
from registration.queries.member_doubts import FACTS, doubts_of, members_of
from skilleval.catalogue.enums import PaperGate
from skilleval.core.wording import cn_deadline
from skilleval.journeys.desk.group_verbs import held_by_cases

ON_A_PAGE = 50
MOST_ACTS = 30
_S = ApplicationState
DECISIONS: dict[str, str] = {_S.APPROVED: "通过审核", _S.RETURNED: "退回补正", _S.REJECTED: "不予通过"}
#: The tabs over the members: name in the address, label, whose. Clear and doubtful are told apart by the check.
FILTERS: dict[str, tuple[str, Q]] = {
    "review": ("待审核", Q(state=_S.REVIEW)),
    "clear": ("核对无疑义", Q(state=_S.REVIEW)),
    "doubtful": ("有疑问", Q(state=_S.REVIEW)),
    "returned": ("退回补正", Q(state=_S.RETURNED)),
    "approved": ("待缴费", Q(state=_S.APPROVED)),
    "paid": ("已确认", Q(state__in=PAID_STATES)),
    "over": ("已结束", Q(state__in=OVER)),
    "owing": ("原件未收", OWES_ORIGINAL),
    "everything": ("全部", Q()),
}


@dataclass(frozen=True)
class Checked:
    """Who of a group awaits review, and what speaks against passing some of them, by primary key."""

    awaiting: tuple[int, ...]
    doubts: Mapping[int, tuple[str, ...]]

    @property
    def clear(self) -> tuple[int, ...]:
        return tuple(pk for pk in self.awaiting if pk not in self.doubts)

    @property
    def doubtful(self) -> tuple[int, ...]:
        return tuple(pk for pk in self.awaiting if pk in self.doubts)


def checked(group: Group) -> Checked:
    """What the check says of everybody who awaits review, open cases included."""
    awaiting = members_of(members(group).filter(state=_S.REVIEW).only(*FACTS).order_by("pk"))
    doubts = dict(doubts_of(awaiting))
    for pk, why in held_by_cases(group).items():
        doubts[pk] = (*doubts.get(pk, ()), why)
    return Checked(tuple(member.pk for member in awaiting), doubts)


def members(group: Group) -> ApplicationQuerySet:
    """The group's members who reached the provider."""
    return handed_in(group.members.all())


@dataclass(frozen=True)
class Line:
    """A member in the list."""

    application: Application
    doubts: tuple[str, ...]
    tone: str
    url: str

    @property
    def awaits(self) -> bool:
        return self.application.state == _S.REVIEW


def context_of(group: Group, asked: Mapping[str, str], on: date) -> dict[str, Any]:
    """Everything the group's page shows; `asked` is the address: the tab, and where in the list one is."""
    sums, check = sums_of([group])[group.pk], checked(group)
    tab = asked.get("show", "")
    if tab not in FILTERS:
        tab = "review" if sums.review else "everything"
    lines = _keys(group, tab, check)
    page = _page(lines, asked)
    return {
        "group": group,
        "sums": sums,
        "head": head_of(group, sums, check, on),
        "tabs": _tabs(sums, check, tab),
        "lines": _lines(page, check),
        "submissions": group.submissions.all(),
        "preliminary_reviews": group.preliminary_reviews.all(),
        "receipts": group.receipts.all(),
        "history": history_of(group),
        **_pager(lines, page),
    }


def history_of(group: Group) -> list[dict[str, Any]]:
    """What reviewers decided, the latest first: what was done to many at once is one line."""
    decided = ApplicationLog.objects.filter(subject__group=group, from_state=_S.REVIEW, to_state__in=DECISIONS)
    acts = decided.order_by().values("at", "by_label", "to_state", "reason").annotate(people=Count("pk"))
    return [
        {
            "at": act["at"],
            "title": f"{DECISIONS[act['to_state']]} {act['people']} 人",
            "note": act["reason"],
            "who": act["by_label"],
            "tone": TONES[act["to_state"]],
        }
        for act in acts.order_by("-at")[:MOST_ACTS]
    ]


def head_of(group: Group, sums: Sums, check: Checked, on: date) -> dict[str, str]:
    """One sentence on where the group stands, who has to act by when, and the button for it."""
    institution = str(group.institution)
    if sums.review:
        return _to_review(group, sums, check, on)
    if group.submissions.filter(state=HandingIn.RUNNING).exists():
        return {"sentence": "院校正在提交，完成后人员列在下面。", "who": institution}
    if sums.returned:
        until = cn_deadline(sums.returned_until) if sums.returned_until else ""
        sentence = f"{sums.returned} 人已退回补正，等待院校改正后重新提交。"
        return {"sentence": sentence, "who": institution, "by": until, **_originals(group, sums)}
    if sums.approved:
        return {
            "sentence": f"{sums.approved} 人已通过审核，等待院校缴费。",
            "who": institution,
            **_originals(group, sums),
        }
    if sums.owing and group.offering.provider.paper_gate != PaperGate.NOTHING:
        return {"sentence": f"审核已办完，{sums.owing} 人的签字原件还没有收到。", **_originals(group, sums)}
    return {"sentence": "本团体的审核已办完。", "tone": "success"}


def _to_review(group: Group, sums: Sums, check: Checked, on: date) -> dict[str, str]:
    late = bool(sums.review_by and sums.review_by < on)
    head = {"who": "资格审核人员", "by": cn_deadline(sums.review_by) if sums.review_by else "", "tone": "action"}
    overdue = "，最早的已超过审核时限" if late else ""
    if not check.clear:
        sentence = f"{sums.review} 人待审核，都有须核实之处，请逐份审核{overdue}。"
        return head | {"sentence": sentence, "action_url": _first(check), "action_label": "逐份审核"}
    head |= {
        "action_url": reverse("admin:desk_group_approve", args=[group.pk]),
        "action_label": f"通过核对无疑义的 {len(check.clear)} 人",
    }
    if not check.doubtful:
        return head | {"sentence": f"{sums.review} 人待审核，核对均无疑义，可以一并通过{overdue}。"}
    sentence = (
        f"{sums.review} 人待审核：{len(check.clear)} 人核对无疑义，可以一并通过；"
        f"{len(check.doubtful)} 人有疑问，请逐份审核{overdue}。"
    )
    return head | {
        "sentence": sentence,
        "second_url": _first(check),
        "second_label": f"逐份审核有疑问的 {len(check.doubtful)} 人",
    }


def _first(check: Checked) -> str:
    return reverse("admin:registration_application_change", args=[check.doubtful[0]])


def _originals(group: Group, sums: Sums) -> dict[str, str]:
    if not sums.owing:
        return {}
    address = reverse("admin:desk_group_originals", args=[group.pk])
    return {"second_url": address, "second_label": f"登记签字原件（{sums.owing} 人未收）"}


def _tabs(sums: Sums, check: Checked, current: str) -> list[dict[str, Any]]:
    counts = {
        "review": sums.review,
        "clear": len(check.clear),
        "doubtful": len(check.doubtful),
        "returned": sums.returned,
        "approved": sums.approved,
        "paid": sums.paid,
        "over": sums.over,
        "owing": sums.owing,
        "everything": sums.people,
    }
    return [
        {
            "label": label,
            "url": f"?{urlencode({'show': name})}#members",
            "count": counts[name],
            "current": name == current,
        }
        for name, (label, _) in FILTERS.items()
        if counts[name] or name in (current, "everything")
    ]


def _keys(group: Group, tab: str, check: Checked) -> list[int]:
    """The keys of a tab's members in the order they were handed in."""
    if tab in ("clear", "doubtful"):
        return list(getattr(check, tab))
    return list(members(group).filter(FILTERS[tab][1]).order_by("pk").values_list("pk", flat=True))


def _page(keys: list[int], asked: Mapping[str, str]) -> list[int]:
    """The page that begins after a key, or ends before one."""
    if before := _key(asked.get("before")):
        return [pk for pk in keys if pk < before][-ON_A_PAGE:]
    after = _key(asked.get("after"))
    return [pk for pk in keys if pk > after][:ON_A_PAGE]


def _key(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0


def _lines(page: list[int], check: Checked) -> list[Line]:
    found = Application.objects.filter(pk__in=page).select_related("candidate", "submission").order_by("pk")
    return [
        Line(
            application,
            check.doubts.get(application.pk, ()),
            TONES[application.state],
            reverse("admin:registration_application_change", args=[application.pk]),
        )
        for application in found
    ]


def _pager(keys: list[int], page: list[int]) -> dict[str, Any]:
    """Which of how many are shown, and the keys that the pages before and after begin from."""
    if not page:
        return {"shown": ""}
    first = keys.index(page[0])
    last = first + len(page)
    return {
        "shown": f"第 {first + 1} 至 {last} 人，共 {len(keys)} 人" if len(keys) > len(page) else "",
        "prev_key": page[0] if first else None,
        "next_key": page[-1] if last < len(keys) else None,
    }
