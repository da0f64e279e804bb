"""The fields in which a row's cells are typed: the admissible words where there are any, what is held where not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from registration.models import Group, RosterRow
from registration.queries.backgrounds import rule_set_row, rules_of
from registration.rosters.clauses import read_clause
from registration.rosters.columns import COLUMN, COLUMNS, SEALED, RosterColumn
from registration.rosters.words import Unread
from registration.rule_sets import Clause
from skilleval.journeys.groups.cards import Cell, held_in, shown_in

LONGEST = 200
#: The whole form, in parts that belong together.
SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("身份和联系方式", ("name", "id_type", "id_number", "sex", "born", "phone", "schooling")),
    ("申报条件", ("clause", "kind", "resit_subjects")),
    ("从事职业", ("work_from", "work_to", "work_code")),
    ("持有证书", ("held_level", "held_code", "held_number", "held_on")),
    ("学历", ("school_name", "school", "class_kind", "major_name", "major", "study_status", "validated")),
    ("职称", ("title_grade", "title_matches", "title_on")),
    ("照片", ("photo_name",)),
)
#: The keyboards that telephones show.
MODES = dict.fromkeys(("born", "work_from", "work_to", "held_on", "title_on"), "numeric") | {"phone": "tel"}


@dataclass(frozen=True)
class Words:
    """What a group's offering admits beside the fixed words: its clauses with their texts, and its subjects."""

    clauses: tuple[tuple[str, str], ...]
    subjects: tuple[str, ...]
    known: tuple[Clause, ...] = ()

    def clause_of(self, text: str) -> str:
        """The code of the clause that a cell names, else what it holds."""
        try:
            return read_clause(text, self.known) if text else ""
        except Unread:
            return text


def words_of(group: Group) -> Words:
    """The words of a group's offering."""
    row = rule_set_row(group.offering)
    clauses = rules_of(row).of_level(group.offering.level) if row else ()
    return Words(
        tuple((clause.code, f"{clause.label} {clause.condition}") for clause in clauses),
        tuple(str(subject) for subject in group.offering.subjects.all()),
        clauses,
    )


def field_for(column: RosterColumn, words: Words, held: str) -> forms.Field:
    """The field of a cell that holds something; a word that isn't admitted stays until another one is chosen."""
    named: dict[str, Any] = {"label": column.title, "required": False, "help_text": column.hint, "initial": held}
    choices = list(words.clauses) if column.key == "clause" else [(word, word) for word in column.words]
    if choices:
        known = [value for value, _ in choices]
        named["initial"] = known_as = words.clause_of(held) if column.key == "clause" else held
        kept = [(known_as, f"{held}（现填）")] if held and known_as not in known else []
        widget = forms.Select(attrs={"class": "form-select"})
        return forms.ChoiceField(choices=[("", "（不填）"), *kept, *choices], widget=widget, **named)
    if column.key == "resit_subjects" and words.subjects:
        named["help_text"] = f"{column.hint}：{'、'.join(words.subjects)}"
    attrs = {"class": "form-control", "autocomplete": "off", "spellcheck": "false"}
    if modes := MODES.get(column.key):
        attrs["inputmode"] = modes
    return forms.CharField(max_length=LONGEST, widget=forms.TextInput(attrs=attrs), **named)


@dataclass(frozen=True)
class Part:
    """A column of the whole form; without a field it is sealed and wasn't opened; `shown` is what may be shown."""

    column: RosterColumn
    field: forms.BoundField | None
    shown: str
    wrong: Cell | None


class CellForm(forms.Form):
    """One cell."""

    def __init__(self, *args: Any, row: RosterRow, column: str, words: Words, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"cell_{row.uuid}_%s", **kwargs)
        self.column = COLUMN[column]
        self.fields["value"] = field_for(self.column, words, held_in(row, column))
        self.fields["value"].widget.attrs["data-focus"] = ""

    def cells(self) -> dict[str, str]:
        return {self.column.key: self.cleaned_data["value"]}


class RowForm(forms.Form):
    """A whole row; sealed cells are in it only where they were opened, and what isn't typed anew stays."""

    def __init__(
        self, *args: Any, row: RosterRow | None = None, words: Words, opened: Iterable[str] = SEALED, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        for column in COLUMNS:
            if column.key in SEALED and column.key not in opened:
                continue
            held = held_in(row, column.key) if row else ""
            self.fields[column.key] = field_for(column, words, held)
            if row and column.key in SEALED:
                self.fields[column.key].widget.attrs["data-focus"] = ""
            if row is None and column.required:
                self.fields[column.key].required = True
                self.fields[column.key].error_messages["required"] = f"请填写{column.title}"

    def cells(self) -> dict[str, str]:
        """What was changed; of a new person what was filled in."""
        given: Mapping[str, str] = self.cleaned_data
        return {key: value for key, value in given.items() if value != (self.fields[key].initial or "")}

    def sections(self, wrong: Iterable[Cell] = ()) -> Sequence[tuple[str, list[Part]]]:
        """The fields in their parts, each with what is wrong in it."""
        said = {cell.column: cell for cell in wrong}
        return [(title, [self._part(key, said.get(key)) for key in keys]) for title, keys in SECTIONS]

    def _part(self, key: str, wrong: Cell | None) -> Part:
        field, shown = (self[key], "") if key in self.fields else (None, shown_in(self.row, key) if self.row else "")
        return Part(COLUMN[key], field, shown, wrong)
