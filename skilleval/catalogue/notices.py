"""The notices as tables to load: fixtures a clerk can read beside the notice, column titles being the fields' names.

`fixtures/` holds CSV and JSON in Chinese; every row names its notice and year. What other apps load from the same
folder (windows, prices) is built with `Source` where those apps are known.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from skilleval.catalogue.loading import NOTICES, Row, Table, plain
from skilleval.catalogue.models import (
    CandidateRules,
    Contact,
    EligibilityRuleSet,
    Holiday,
    Notice,
    Occupation,
    Offering,
    OpeningHours,
    Provider,
    Subject,
    WorkType,
)
from skilleval.core.workdays import published_days

RULE_SET = "2023"
RULE_SET_NOTICE = "sict-2026"
Record = Mapping[str, Any]


class FixtureError(ValueError):
    """A fixture that can't be read; the message names file, column and value."""


@dataclass(frozen=True)
class Source:
    """A folder of fixtures."""

    folder: Path

    def csv(self, name: str) -> list[dict[str, str]]:
        """A CSV file's rows by column title."""
        with (self.folder / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def json(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text(encoding="utf-8"))


def catalogue_tables(source: Source) -> list[Table]:
    """Everything of the catalogue that the notices publish, parents first."""
    offerings = source.csv("offerings-2025.csv") + source.csv("offerings-2026.csv")
    return [
        _notices(source),
        _table("rule_set", EligibilityRuleSet, _rule_sets(source), ("edition",), versions=True),
        _table("candidate_rules", CandidateRules, _candidate_rules(source), ("edition",), versions=True),
        _table("provider", Provider, _providers(source), ("filing_number",)),
        *_contacts(source),
        _table("occupation", Occupation, _occupations(source), ("code",)),
        _table("work_type", WorkType, _work_types(source), ("occupation", "name"), occupation="occupation"),
        _table(
            "offering",
            Offering,
            [_offering(record) for record in offerings],
            ("provider", "work_type", "level", "year"),
            provider="provider",
            work_type="work_type",
            announcement=NOTICES,
            rule_set="rule_set",
        ),
        _table("subject", Subject, _subjects(source), ("offering", "kind"), offering="offering"),
        Table("holiday", Holiday, _holidays(), identity=("day",)),
    ]


def offering_key(record: Record, level: str) -> str:
    """How tables name an offering: provider, code, work type, level and year."""
    parts = (record["机构备案号"], record["职业编码"], record["工种"] or "-", level, record["年度"])
    return "/".join(str(part) for part in parts)


def values(model: type[models.Model], record: Record, *names: str) -> dict[str, Any]:
    """The plain values of some fields, read from the columns with the fields' titles.

    Raises FixtureError for a column that is missing and a value that the field doesn't know.
    """
    return {name: _cell(model._meta.get_field(name), record) for name in names}


def _cell(field: Any, record: Record) -> Any:
    title = str(field.verbose_name)
    if title not in record:
        raise FixtureError(f"缺少“{title}”一栏：{record}")
    text = record[title]
    if text == "" and not isinstance(field, ArrayField):
        return None if field.null else ""
    if field.choices:
        words = {str(label): value for value, label in field.flatchoices}
        if text not in words:
            raise FixtureError(f"“{title}”不认识 {text}，可用：{'、'.join(words)}")
        return words[text]
    if isinstance(field, models.BooleanField) and isinstance(text, str):
        return {"是": True, "否": False}[text]
    if isinstance(field, ArrayField):
        return [int(part) for part in text.split("、") if part]
    return plain(field, text)


def _table(
    kind: str,
    model: type[models.Model],
    rows: Iterable[Row],
    identity: tuple[str, ...] = (),
    *,
    versions: bool = False,
    **parents: str,
) -> Table:
    """A table whose rows carry their notice as a foreign key."""
    kept = [Row(row.key, row.notice, {**row.values, "notice": row.notice}) for row in rows]
    return Table(kind, model, kept, {**parents, "notice": NOTICES}, identity, versions)


def _notices(source: Source) -> Table:
    fields = ("title", "issuer", "document_no", "year", "issued_on")
    rows = [
        Row(record["公告"], record["公告"], {"key": record["公告"], **values(Notice, record, *fields)})
        for record in source.csv("notices.csv")
    ]
    return Table(NOTICES, Notice, rows, identity=("key",))


def _rule_sets(source: Source) -> list[Row]:
    rules = source.json(f"rules/eligibility-{RULE_SET}.json")
    return [
        Row(RULE_SET, RULE_SET_NOTICE, {"edition": rules["edition"], "title": rules["title"], "rules": rules}),
    ]


def _candidate_rules(source: Source) -> list[Row]:
    return [
        Row(
            record["版本"],
            record["公告"],
            {
                **values(CandidateRules, record, "edition", "title", "in_force_from"),
                "body": "\n".join(record["正文"]),
            },
        )
        for record in source.json("rules/candidate-rules.json")
    ]


def _providers(source: Source) -> list[Row]:
    """The directory's providers, with the terms that a provider's own notice adds."""
    terms = {record["机构备案号"]: _terms(record) for record in source.json("provider_terms.json")}
    return [
        Row(
            record["机构备案号"],
            record["公告"],
            {
                **values(Provider, record, "filing_number", "directory_no", "name"),
                **terms.get(record["机构备案号"], {}),
            },
        )
        for record in source.csv("providers.csv")
    ]


def _terms(record: Record) -> dict[str, Any]:
    titles = {str(field.verbose_name): field.name for field in Provider._meta.fields}
    unknown = record.keys() - titles.keys() - {"公告", "年度"}
    if unknown:
        raise FixtureError(f"provider_terms.json：不认识 {'、'.join(sorted(unknown))}")
    return values(Provider, record, *(titles[title] for title in record if title in titles))


def _contacts(source: Source) -> tuple[Table, Table]:
    """Contacts, and the hours that belong to each line."""
    contacts: list[Row] = []
    hours: list[Row] = []
    numbers: dict[tuple[str, str], int] = defaultdict(int)
    for position, record in enumerate(source.csv("contacts.csv"), start=1):
        contact = values(Contact, record, "kind", "label", "value")
        line = (record["机构备案号"], contact["kind"])
        numbers[line] += 1
        key = "/".join((*line, str(numbers[line])))
        contacts.append(Row(key, record["公告"], {**contact, "provider": line[0], "position": position}))
        for number, stretch in enumerate(filter(None, record["受理时间（工作日）"].split("、")), start=1):
            opens, closes = (f"{time}:00" for time in stretch.split("-"))
            hours.append(Row(f"{key}/{number}", record["公告"], {"contact": key, "opens": opens, "closes": closes}))
    return (
        _table("contact", Contact, contacts, ("provider", "kind", "value"), provider="provider"),
        Table("hours", OpeningHours, hours, {"contact": "contact"}, ("contact", "opens")),
    )


def _occupations(source: Source) -> list[Row]:
    return [
        Row(record["职业编码"], record["公告"], {"code": record["职业编码"], "name": record["职业"]})
        for record in source.csv("occupations.csv")
    ]


def _work_types(source: Source) -> list[Row]:
    return [
        Row(
            f"{record['职业编码']}/{record['工种'] or '-'}",
            record["公告"],
            {"occupation": record["职业编码"], "name": record["工种"]},
        )
        for record in source.csv("work_types.csv")
    ]


def _offering(record: Record) -> Row:
    facts = values(Offering, record, "level", "year", "valid_from", "valid_until")
    return Row(
        offering_key(record, facts["level"]),
        record["公告"],
        {
            **facts,
            "provider": record["机构备案号"],
            "work_type": f"{record['职业编码']}/{record['工种'] or '-'}",
            "announcement": record["机构公告"] or None,
            "rule_set": RULE_SET,
        },
    )


def _subjects(source: Source) -> list[Row]:
    rows: list[Row] = []
    positions: dict[str, int] = defaultdict(int)
    for record in source.csv("subjects.csv"):
        level = values(Offering, record, "level")["level"]
        offering = offering_key(record, level)
        kind = values(Subject, record, "kind")["kind"]
        positions[offering] += 1
        rows.append(
            Row(
                f"{offering}/{kind}",
                record["公告"],
                {"offering": offering, "kind": kind, "position": positions[offering]},
            )
        )
    return rows


def _holidays() -> list[Row]:
    """The State Council's published schedule: no notice of ours, so its rows name none."""
    return [
        Row(day.isoformat(), "", {"day": day.isoformat(), "is_workday": makeup, "name": name})
        for day, makeup, name in published_days()
    ]
