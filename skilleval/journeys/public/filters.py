"""The directories' filters. They stay in the address and work without JavaScript."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet

from registration.queries.windows import providers_open_on
from skilleval.catalogue.enums import Level
from skilleval.catalogue.models import Offering, Provider, WorkType

KINDS = [("level", "职业技能等级"), ("special", "专项职业能力")]
LEVELS = [(level.value, level.label) for level in Level if level != Level.SPECIAL]


class DirectoryFilter(filters.FilterSet):
    """Text, level, kind, and whether a window is open; `on` is the day that asks."""

    q = filters.CharFilter(
        method="keep_all", label="名称、编码或备案号", widget=forms.TextInput(attrs={"type": "search"})
    )
    level = filters.ChoiceFilter(method="keep_all", label="等级", choices=LEVELS, empty_label="全部等级")
    kind = filters.ChoiceFilter(method="keep_all", label="类别", choices=KINDS, empty_label="全部类别")
    open = filters.BooleanFilter(method="keep_all", label="在申报时间内", widget=forms.CheckboxInput)
    outer: str  # how an offering refers to the rows of the list

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        self.on = on
        super().__init__(*args, **kwargs)

    def keep_all(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """One field alone decides nothing: what is asked has to hold of one and the same offering."""
        return queryset

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asked = self.form.cleaned_data
        for word in (asked.get("q") or "").split():
            queryset = queryset.filter(self.matching(word))
        offerings = self.offerings()
        if offerings is None:
            return queryset
        return queryset.filter(Exists(offerings.filter(**{self.outer: OuterRef("pk")})))

    @property
    def asked(self) -> bool:
        """Whether anything is asked at all."""
        return any(self.form.cleaned_data.values()) if self.form.is_valid() else bool(self.data)

    def matching(self, word: str) -> Q:
        """The rows a word of the free text finds."""
        raise NotImplementedError

    def offerings(self) -> QuerySet[Offering] | None:
        """The offerings that level, kind and open window ask for; None if nothing is asked."""
        asked = self.form.cleaned_data
        offerings = Offering.objects.all()
        if asked.get("level"):
            offerings = offerings.filter(level=asked["level"])
        if asked.get("kind"):
            special = Q(level=Level.SPECIAL)
            offerings = offerings.filter(special if asked["kind"] == "special" else ~special)
        if asked.get("open"):
            offerings = offerings.valid_on(self.on).filter(
                announcement__isnull=False, provider__in=providers_open_on(self.on)
            )
        return offerings if any(asked.get(name) for name in ("level", "kind", "open")) else None


class ProviderFilter(DirectoryFilter):
    outer = "provider"

    class Meta:
        model = Provider
        fields: list[str] = []

    def matching(self, word: str) -> Q:
        own = any_of(word, "name", "short_name", "filing_number")
        offered = Offering.objects.filter(
            any_of(word, "work_type__name", "work_type__occupation__name", "work_type__occupation__code")
        )
        return own | Q(Exists(offered.filter(provider=OuterRef("pk"))))


class WorkTypeFilter(DirectoryFilter):
    outer = "work_type"

    class Meta:
        model = WorkType
        fields: list[str] = []

    def matching(self, word: str) -> Q:
        return any_of(word, "name", "occupation__name", "occupation__code")


def any_of(word: str, *look_ups: str) -> Q:
    """Rows in which one of the fields contains a word."""
    found = Q()
    for look_up in look_ups:
        found |= Q(**{f"{look_up}__icontains": word})
    return found
