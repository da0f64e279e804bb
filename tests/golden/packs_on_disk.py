"""Reads packs of worked examples: one JSON file each, {"pack": NAME, "cases": [{"id", …inputs, "expect": …}]}."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OWN_PACKS = Path(__file__).parent / "packs"


@dataclass(frozen=True)
class Case:
    """One worked example: which pack's rule, its inputs, and the whole answer expected."""

    pack: str
    id: str
    inputs: dict[str, Any]
    expect: Any

    def __str__(self) -> str:
        return f"{self.pack}-{self.id}"


def folder() -> Path:
    """The folder of packs: GOLDEN_CASES where that is set, else the project's own."""
    return Path(os.environ.get("GOLDEN_CASES") or OWN_PACKS)


def read(directory: Path) -> list[Case]:
    """All cases of a folder's packs, in the files' order. A file that is no pack raises."""
    cases = []
    for file in sorted(directory.glob("*.json")):
        pack = json.loads(file.read_text(encoding="utf-8"))
        for case in pack["cases"]:
            inputs = {key: value for key, value in case.items() if key not in ("id", "expect")}
            cases.append(Case(pack["pack"], case["id"], inputs, case["expect"]))
    return cases
