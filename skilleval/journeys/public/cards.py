"""What a list shows of an offering: its window, fee and fill, fetched for the whole list at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fees.queries import Fee, fees_of, prices_for
from registration.models import Window
from registration.queries.windows import open_windows, upcoming_windows
from scheduling.queries.fills import Fill, fills_for
from skilleval.catalogue.models import Offering, Provider
from skilleval.core.wording import cn_deadline, cn_period


@dataclass(frozen=True)
class Standing:
    """Whether one can apply, as a word with its tone, and a line beside it."""

    word: str
    tone: str
    note: str = ""


@dataclass(frozen=True)
class OfferingCard:
    """An offering on a day. `window` is the open one, `upcoming` the next to open."""

    offering: Offering
    on: date
    window: Window | None
    upcoming: Window | None
    fee: Fee
    fill: Fill | None

    @property
    def current(self) -> bool:
        """Announced by the provider itself and in force; otherwise it is only listed."""
        return self.offering.announcement_id is not None and self.offering.in_force(self.on)

    @property
    def can_apply(self) -> bool:
        provider = self.offering.provider
        open_now = self.current and self.window is not None and self.fee.published
        return open_now and provider.accepts_individual and not provider.desk_only

    @property
    def takes_groups(self) -> bool:
        """Whether an institution can enter a group now."""
        provider = self.offering.provider
        return self.current and self.window is not None and self.fee.published and provider.accepts_group

    @property
    def standing(self) -> Standing:
        if self.offering.suspended_on:
            return Standing("暂停受理", "warning")
        if not self.current:
            return Standing(f"{self.offering.year} 年目录", "neutral", "以该机构当年公告为准")
        if not self.fee.published:
            return Standing("费用待公布", "warning", "暂不能申报")
        if self.window:
            word = _way_in(self.offering.provider)
            return Standing(word, "success", cn_deadline(self.window.closes_on))
        if self.upcoming:
            return Standing("未到申报时间", "info", cn_period(self.upcoming.opens_on, self.upcoming.closes_on))
        return Standing("未到申报时间", "neutral", "待机构公告下一批次")


def _way_in(provider: Provider) -> str:
    if not provider.accepts_individual:
        return "可团体申报"
    return "可到窗口申报" if provider.desk_only else "可申报"


def cards_for(offerings: Iterable[Offering], on: date) -> list[OfferingCard]:
    """Cards of offerings that come with their provider and names; six queries however many there are."""
    rows = list(offerings)
    return _cards(rows, on, open_windows(on), prices_for(rows, on))


def _cards(
    rows: Sequence[Offering], on: date, open_now: dict[int, Window], fees: Mapping[int, Fee]
) -> list[OfferingCard]:
    upcoming = upcoming_windows(on)
    pairs = [
        (offering, open_now[offering.provider_id])
        for offering in rows
        if offering.announcement_id and offering.provider_id in open_now and offering.in_force(on)
    ]
    fills = fills_for(pairs) if pairs else {}
    return [_card(offering, on, open_now, upcoming, fees[offering.pk], fills) for offering in rows]


def _card(
    offering: Offering,
    on: date,
    open_now: dict[int, Window],
    upcoming: dict[int, Window],
    fee: Fee,
    fills: dict[tuple[int, int], Fill],
) -> OfferingCard:
    window = open_now.get(offering.provider_id)
    return OfferingCard(
        offering=offering,
        on=on,
        window=window,
        upcoming=upcoming.get(offering.provider_id),
        fee=fee,
        fill=fills.get((offering.pk, window.pk)) if window else None,
    )


def open_cards(on: date, most: int) -> tuple[list[OfferingCard], int, list[OfferingCard]]:
    """What can be applied for on a day, soonest closing first: the first `most`, how many more there are, and what only
    lacks a published fee (`most` of it). Names and fills are read of those shown alone.
    """
    open_now = open_windows(on)
    current = Offering.objects.valid_on(on).filter(announcement__isnull=False, provider__in=open_now)
    keys = sorted(current.values_list("pk", "provider_id"), key=lambda pair: open_now[pair[1]].closes_on)
    fees = fees_of([pk for pk, _ in keys], on)
    published = [pk for pk, _ in keys if fees[pk].published]
    shown, waiting = published[:most], [pk for pk, _ in keys if not fees[pk].published][:most]
    named = Offering.objects.filter(pk__in=[*shown, *waiting]).with_names()
    cards = {card.offering.pk: card for card in _cards(list(named), on, open_now, fees)}
    return [cards[pk] for pk in shown], len(published) - len(shown), [cards[pk] for pk in waiting]
