"""Every rule that is cited stands on the page of rules, and the page names only modules that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "fixtures" / "rules" / "RULES.md"
FOLDERS = ("skilleval", "registration", "fees", "scheduling", "certificates", "discipline")
FOLDERS += ("templates", "fixtures", "deploy", "tests")
CITING = {".py", ".html", ".md", ".txt", ".css", ".js"}

NUMBER = r"\d+(?:\.\d+|a)?(?![\w.]*\d)"
# "SPEC 7", "SPEC 7.1–7.3", "SPEC 3.4, 5a, 8"; a comment may break the line after the word.
CITATION = re.compile(rf"SPEC[\s#]+({NUMBER}(?:(?:–|, | and ){NUMBER})*)")
ENTRY = re.compile(rf"^(?:## |- \*\*)SPEC ({NUMBER})(?: — |\*\* )\S", re.MULTILINE)
NAMED_PATH = re.compile(r"`([^`\s]*/[^`\s]*)`")


def cited(text: str) -> Iterator[str]:
    """The numbers cited in a text, a range by each of its items."""
    for citation in CITATION.findall(text):
        for part in re.split(r", | and ", citation):
            first, _, last = part.partition("–")
            yield first
            if last:
                section, low = first.split(".")
                yield from (f"{section}.{item}" for item in range(int(low) + 1, int(last.split(".")[-1]) + 1))


def citing_files() -> list[Path]:
    paths = [*ROOT.glob("*"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))]
    return [path for path in paths if path.suffix in CITING and path not in {PAGE, Path(__file__)}]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("(SPEC 7)", ["7"]),
        ("(SPEC 7.1).", ["7.1"]),
        ("(SPEC 3.4, 5a, 8); withdrawn", ["3.4", "5a", "8"]),
        ("SPEC 7.3–7.6)", ["7.3", "7.4", "7.5", "7.6"]),
        ("(SPEC\n    # 7.1).", ["7.1"]),
        ("SPEC 5a's words", ["5a"]),
        ('SPEC 4, "Decisions"', ["4"]),
    ],
)
def test_citations_are_read(text: str, numbers: list[str]) -> None:
    assert list(cited(text)) == numbers


def test_every_cited_rule_has_an_entry() -> None:
    entries = set(ENTRY.findall(PAGE.read_text(encoding="utf-8")))
    citations = [(number, path) for path in citing_files() for number in cited(path.read_text(encoding="utf-8"))]
    assert citations
    assert [f"{path.relative_to(ROOT)}: SPEC {number}" for number, path in citations if number not in entries] == []


def test_no_rule_has_two_entries() -> None:
    entries = ENTRY.findall(PAGE.read_text(encoding="utf-8"))
    assert len(entries) == len(set(entries))


def test_every_module_named_exists() -> None:
    named = NAMED_PATH.findall(PAGE.read_text(encoding="utf-8"))
    assert named
    assert [path for path in named if not (ROOT / path).is_file()] == []
