"""What stops somebody from applying, and what only warns (SPEC 5.4). Pure: facts and a date in, bars out.

Each bar says why, on which source it rests, and from which day it would be gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from skilleval.core.dates import anniversary
from skilleval.core.wording import cn_date, cn_deadline, cn_period

MINIMUM_AGE = 16


@dataclass(frozen=True)
class Bar:
    """One reason against an application. `from_on` is the first day without it, None where time alone won't do."""

    code: str
    message: str
    source: str = ""
    from_on: date | None = None
    application: str = ""  # the public id of the application that stands in the way


@dataclass(frozen=True)
class Period:
    """An application window, or the assessment period it leads to; both days included."""

    label: str
    first: date
    last: date


@dataclass(frozen=True)
class OfferingFacts:
    """What the catalogue says of an offering; an unknown end bars nothing (SPEC 2.3)."""

    provider: str
    announced: bool
    notice: str
    individuals: bool
    valid_from: date
    valid_until: date | None
    suspended_on: date | None
    filing_until: date | None = None
    desk: str = ""  # where, and when, individuals have to come in person; empty where they apply here


@dataclass(frozen=True)
class Standing:
    """What a person brings against themselves. `open_application` is (public id, number, tag) of one for the same."""

    born: date
    banned: tuple[Period, ...] = ()
    open_application: tuple[str, str, str] | None = None


def of_offering(facts: OfferingFacts, on: date) -> list[Bar]:
    """Bars of the offering itself: not announced, group only, at the desk only, not in force."""
    if not facts.announced:
        return [
            Bar(
                "listed_only",
                f"本项目目前只列在目录中，{facts.provider}尚未发布本年度的申报公告；以该机构当年公告为准",
                facts.notice,
            )
        ]
    bars = []
    if not facts.individuals:
        bars.append(
            Bar(
                "group_only",
                f"{facts.provider}只受理团体申报；请通过所在院校或社会培训机构报名",
                facts.notice,
            )
        )
    elif facts.desk:
        bars.append(
            Bar("desk_only", f"{facts.provider}的个人申报只在窗口办理，请到窗口办理：{facts.desk}", facts.notice)
        )
    if facts.suspended_on:
        bars.append(Bar("suspended", f"本项目自{cn_date(facts.suspended_on)}起暂停受理，恢复时间请咨询评价机构"))
    if on < facts.valid_from:
        bars.append(Bar("not_yet", f"本项目自{cn_date(facts.valid_from)}起受理", facts.notice, facts.valid_from))
    if facts.valid_until and facts.valid_until < on:
        bars.append(Bar("ended", f"本项目已于{cn_date(facts.valid_until)}到期，不再受理申报", facts.notice))
    if facts.filing_until and facts.filing_until < on:
        bars.append(
            Bar("filing_ended", f"{facts.provider}的备案已于{cn_date(facts.filing_until)}期满，续期备案后再受理申报")
        )
    return bars


def of_window(provider: str, current: Period | None, following: Period | None, on: date) -> list[Bar]:
    """The bar of a closed window; `current` is the window meant, `following` the next one to open."""
    if current and current.first <= on <= current.last:
        return []
    source = f"{provider}申报公告"
    past = ""
    if current and current.last < on:
        past = f"{current.label}的申报时间为{cn_period(current.first, current.last)}，已经截止。"
    elif current:
        following = current
    if following is None:
        return [Bar("window", f"{past}{provider}目前不在申报时间内，下一批次以该机构公告为准", source)]
    return [
        Bar(
            "window",
            f"{past}{provider}下一批次（{following.label}）于{cn_date(following.first)}开放，"
            f"{cn_deadline(following.last)}截止",
            source,
            following.first,
        )
    ]


def of_person(standing: Standing, on: date) -> list[Bar]:
    """Bars of the person: under age on the day of submission, banned, or already applying for the same."""
    bars = []
    grown = anniversary(standing.born, MINIMUM_AGE)
    if on < grown:
        bars.append(
            Bar(
                "age",
                f"提交申报当日须年满 {MINIMUM_AGE} 周岁；您于{cn_date(grown)}年满 {MINIMUM_AGE} 周岁，资料可以先填写",
                f"申报条件：年满 {MINIMUM_AGE} 周岁",
                grown,
            )
        )
    active = [ban for ban in standing.banned if ban.first <= on <= ban.last]
    if active:
        ban = max(active, key=lambda one: one.last)
        bars.append(
            Bar(
                "ban",
                f"您自{cn_period(ban.first, ban.last)}期间不得申报",
                f"处理决定 {ban.label}",
                ban.last + timedelta(days=1),
            )
        )
    if standing.open_application:
        public_id, number, tag = standing.open_application
        bars.append(
            Bar(
                "open_application",
                f"您已有同一职业（工种）、同一等级的申报（{number}，{tag}），办结或退考后才能再次申报",
                "同一人同一项目同时只能有一项申报",
                application=public_id,
            )
        )
    return bars


def no_fee(provider: str) -> Bar:
    """The bar of an offering without a published fee: figures are never invented (SPEC 2.4)."""
    return Bar("fee", f"本项目费用待公布，{provider}公布收费标准后即可申报", "收费标准由评价机构在公告中公布")


def no_groups(provider: str) -> Bar:
    """The bar of a provider that takes individuals only."""
    return Bar("individual_only", f"{provider}只受理个人申报，不受理团体申报；请由参评人员本人登录后申报")
