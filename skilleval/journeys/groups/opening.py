"""Beginning a group: what can be entered now, for which institution."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet

from fees.queries import fees_of
from registration.models import Group
from registration.queries.windows import open_windows
from skilleval.accounts.models import Institution, User
from skilleval.catalogue.models import Offering
from skilleval.journeys.public.cards import OfferingCard, cards_for
from skilleval.journeys.public.filters import any_of

SHOWN = 40
#: A word of the search is looked for in all of these.
SEARCHED = (
    "provider__name",
    "provider__short_name",
    "provider__filing_number",
    "work_type__name",
    "work_type__occupation__name",
    "work_type__occupation__code",
)


class SearchForm(forms.Form):
    """Words that an offering's names have to contain."""

    q = forms.CharField(label="职业、工种、编码或评价机构", max_length=60, required=False)

    def words(self) -> list[str]:
        return self.cleaned_data["q"].split()[:5] if self.is_valid() else []


class OpenForm(forms.Form):
    """For which of the officer's institutions; who has one alone isn't asked."""

    offering = forms.ModelChoiceField(
        Offering.objects.none(),
        widget=forms.HiddenInput(),
        error_messages={"invalid_choice": "该项目目前不能申报，请重新选择", "required": "请选择评价项目"},
    )
    institution = forms.ModelChoiceField(
        Institution.objects.none(),
        label="以哪个单位申报",
        empty_label=None,
        error_messages={"invalid_choice": "请选择您经办的单位", "required": "请选择以哪个单位申报"},
    )

    def __init__(self, *args: Any, user: User, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Institution.objects.filter(pk__in=user.institution_ids).order_by("name")
        self.fields["offering"].queryset = Offering.objects.valid_on(on).with_names()  # type: ignore[attr-defined]
        self.fields["institution"].queryset = own  # type: ignore[attr-defined]
        self.own = list(own)


def enterable(words: Sequence[str], on: date, *, only: str = "") -> tuple[list[OfferingCard], int]:
    """What a group can be entered for on a day and how many more there are, those that close first in front.

    `only` is the primary key of the one offering that somebody came from, as its page's link has it.
    """
    open_now = open_windows(on)
    found = Offering.objects.valid_on(on).filter(
        announcement__isnull=False, provider__in=open_now, provider__accepts_group=True
    )
    if only:
        found = found.filter(pk=only) if only.isdecimal() and len(only) < 18 else found.none()
    for word in words:
        found = found.filter(any_of(word, *SEARCHED))
    keys = list(found.values_list("pk", flat=True))
    fees = fees_of(keys, on)
    keys = [pk for pk in keys if fees[pk].published]
    cards = cards_for(_named(keys[:SHOWN]), on)
    cards.sort(key=lambda card: (open_now[card.offering.provider_id].closes_on, str(card.offering)))
    return cards, max(len(keys) - SHOWN, 0)


def entered_already(user: User, cards: Sequence[OfferingCard]) -> dict[int, Group]:
    """The officer's groups for the open windows of some offerings, by the offering's primary key."""
    groups = Group.objects.filter(institution__in=user.institution_ids).order_by("pk")
    groups = groups.filter(window__in=[card.window for card in cards if card.window])
    return {group.offering_id: group for group in groups}


def _named(keys: Sequence[int]) -> QuerySet[Offering]:
    return Offering.objects.filter(pk__in=keys).with_names()
