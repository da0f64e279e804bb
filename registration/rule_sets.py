"""Eligibility rules as data (SPEC 4): a rule set belongs to an edition of the standards and is kept, never edited.

`fixtures/rules/eligibility-2023.json` is SICT 2026 Annex 1 in this form. A clause is met when all its requirements are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from registration.enums import ClassKind, MajorMatch, SchoolKind, StudyStatus, TitleGrade
from registration.requirements import (
    Certificate,
    IntendsToWork,
    MatchingTitle,
    Requirement,
    Studied,
    Worked,
    WorksNow,
)
from skilleval.catalogue.enums import Level


class RuleSetError(ValueError):
    """A rule set that can't be read; the message names the place."""


@dataclass(frozen=True)
class Clause:
    """One way to be eligible. `code` is N.k: level N, the k-th condition of the annex ("S.1": special capability)."""

    code: str
    level: str
    condition: str
    evidence: tuple[str, ...]
    requirements: tuple[Requirement, ...]

    @property
    def label(self) -> str:
        """The clause as the annex counts it, for people: 四级(2); 专项职业能力 for S.1."""
        level, _, number = self.code.partition(".")
        return f"{Level(self.level).label.partition('/')[0]}({number})" if level == self.level else "专项职业能力"


@dataclass(frozen=True)
class RuleSet:
    """All clauses of an edition, in the annex's order, and the age that each of them takes for granted."""

    edition: str
    title: str
    source: str
    minimum_age: int
    clauses: tuple[Clause, ...]

    def of_level(self, level: str) -> tuple[Clause, ...]:
        """The clauses under which one may apply for a level."""
        return tuple(clause for clause in self.clauses if clause.level == level)

    def clause(self, code: str) -> Clause:
        """The clause with a code; LookupError if the edition has none such."""
        for clause in self.clauses:
            if clause.code == code:
                return clause
        raise LookupError(f"edition {self.edition} has no clause {code}")


def parse_rule_set(data: dict[str, Any]) -> RuleSet:
    """A rule set from plain JSON. Raises RuleSetError that names the clause and the key at fault."""
    fields = _Fields(data, "rule set")
    rule_set = RuleSet(
        edition=fields.text("edition"),
        title=fields.text("title"),
        source=fields.text("source"),
        minimum_age=fields.number("minimum_age"),
        clauses=tuple(_clause(item, index) for index, item in enumerate(fields.items("clauses"), start=1)),
    )
    fields.done()
    codes = [clause.code for clause in rule_set.clauses]
    doubled = sorted({code for code in codes if codes.count(code) > 1})
    if doubled:
        raise RuleSetError(f"rule set: clause {doubled[0]} is given twice")
    return rule_set


def _clause(data: Any, index: int) -> Clause:
    place = f"clause {data['code']}" if isinstance(data, dict) and "code" in data else f"clause no. {index}"
    fields = _Fields(data, place)
    clause = Clause(
        code=fields.text("code"),
        level=fields.choice("level", Level.values),
        condition=fields.text("condition"),
        evidence=tuple(fields.words("evidence")),
        requirements=tuple(_requirement(item, place) for item in fields.items("requirements")),
    )
    fields.done()
    return clause


def _requirement(data: Any, place: str) -> Requirement:
    fields = _Fields(data, place)
    requirement = KINDS[fields.choice("kind", list(KINDS))](fields)
    fields.done()
    return requirement


def _worked(fields: "_Fields") -> Worked:
    years = fields.number("years")
    since = fields.optional("since")
    if since is None:
        return Worked(years)
    anchor = _requirement(since, f"{fields.place}, since")
    if not isinstance(anchor, Certificate | MatchingTitle):
        raise RuleSetError(f"{fields.place}: work can only be counted since a certificate or a title")
    return Worked(years, anchor)


def _certificate(fields: "_Fields") -> Certificate:
    return Certificate(fields.choice("level", Level.values), fields.number("years", default=0))


def _title(fields: "_Fields") -> MatchingTitle:
    return MatchingTitle(fields.choice("grade", TitleGrade.values), fields.flag("qualifications"))


def _studied(fields: "_Fields") -> Studied:
    return Studied(
        schools=frozenset(fields.choices("schools", SchoolKind.values)),
        statuses=frozenset(fields.choices("statuses", StudyStatus.values)),
        classes=frozenset(fields.choices("classes", ClassKind.values, default=[])),
        majors=frozenset(fields.choices("majors", MajorMatch.values, default=[])),
        validated=fields.flag("validated", default=False),
    )


KINDS: dict[str, Callable[["_Fields"], Requirement]] = {
    "intends_to_work": lambda fields: IntendsToWork(),
    "works_now": lambda fields: WorksNow(),
    "certificate": _certificate,
    "title": _title,
    "worked": _worked,
    "studied": _studied,
}
_MISSING: Any = object()


class _Fields:
    """Reads the keys of one JSON object and complains about wrong, missing and left-over ones."""

    def __init__(self, data: Any, place: str) -> None:
        if not isinstance(data, dict):
            raise RuleSetError(f"{place}: an object is expected, not {data!r}")
        self.left = dict(data)
        self.place = place

    def done(self) -> None:
        if self.left:
            raise RuleSetError(f"{self.place}: unknown key {min(self.left)!r}")

    def optional(self, key: str) -> Any:
        return self.left.pop(key, None)

    def text(self, key: str) -> str:
        value = self._take(key, str)
        if not value.strip():
            raise RuleSetError(f"{self.place}: {key!r} is empty")
        return str(value)

    def number(self, key: str, default: Any = _MISSING) -> int:
        value = self._take(key, int, default)
        if isinstance(value, bool) or value < 0:
            raise RuleSetError(f"{self.place}: {key!r} has to be a whole number, not {value!r}")
        return int(value)

    def flag(self, key: str, default: Any = _MISSING) -> bool:
        return bool(self._take(key, bool, default))

    def items(self, key: str) -> list[Any]:
        return list(self._take(key, list))

    def words(self, key: str) -> list[str]:
        words = self.items(key)
        if not all(isinstance(word, str) and word for word in words):
            raise RuleSetError(f"{self.place}: {key!r} has to be a list of texts")
        return words

    def choice(self, key: str, known: list[str]) -> str:
        return self._known(key, self._take(key, str), known)

    def choices(self, key: str, known: list[str], default: Any = _MISSING) -> list[str]:
        return [self._known(key, value, known) for value in self._take(key, list, default)]

    def _known(self, key: str, value: Any, known: list[str]) -> str:
        if value not in known:
            raise RuleSetError(f"{self.place}: {key!r} can't be {value!r}; known are {', '.join(known)}")
        return str(value)

    def _take(self, key: str, kind: type, default: Any = _MISSING) -> Any:
        value = self.left.pop(key, default)
        if value is _MISSING:
            raise RuleSetError(f"{self.place}: {key!r} is missing")
        if not isinstance(value, kind):
            raise RuleSetError(f"{self.place}: {key!r} has the wrong type: {value!r}")
        return value
