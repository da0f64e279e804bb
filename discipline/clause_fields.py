"""Choosing clauses in a form: grouped by tier, each tier with what it leads to."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms

from discipline.enums import Severity
from discipline.models import Clause


@dataclass(frozen=True)
class TierChoices:
    """A tier's boxes to tick, under its name and its consequence; open where one is ticked."""

    tier: int
    label: str
    outcome: str
    boxes: tuple[Any, ...]
    open: bool


class ClausesForm(forms.Form):
    """Clauses of an edition and, for the fourth tier, how grave it was."""

    clauses = forms.MultipleChoiceField(
        label="违反的条款",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一条条款", "invalid_choice": "请从列表中选择条款"},
    )
    severity = forms.ChoiceField(
        label="情节",
        required=False,
        choices=[("", "不适用"), *Severity.choices],
        help_text="选了第四类（M-4）条款的必选：轻微的禁考 2 年，严重的 5 年并移送有关部门。",
    )

    def __init__(self, *args: Any, edition: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = list(Clause.objects.filter(edition=edition).order_by("code"))
        choices = [(clause.code, f"{clause.code} {clause.title}") for clause in self.known]
        self.fields["clauses"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A severity without the fourth tier means nothing, a fourth tier without one can't be weighed."""
        cleaned = super().clean() or self.cleaned_data
        grave = any(code.startswith("M-4") for code in cleaned.get("clauses") or ())
        if grave and not cleaned.get("severity"):
            self.add_error("severity", "选了第四类条款，请选择情节轻微或情节严重")
        if not grave:
            cleaned["severity"] = ""
        return cleaned

    def tiers(self) -> list[TierChoices]:
        """The boxes in the order of the rules."""
        boxes = {str(box.data["value"]): box for box in self["clauses"]}
        ticked = {code for code, box in boxes.items() if box.data["selected"]}
        found = []
        for tier, rows in groupby(self.known, key=lambda clause: clause.tier):
            clauses = list(rows)
            label, outcome = clauses[0].get_tier_display(), clauses[0].consequence
            own = tuple(boxes[clause.code] for clause in clauses)
            found.append(TierChoices(tier, label, outcome, own, any(clause.code in ticked for clause in clauses)))
        return found
