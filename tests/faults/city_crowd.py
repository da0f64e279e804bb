"""Thousands who wait for their judgment, spread over providers: ``python -m tests.faults.city_crowd PEOPLE``.

Prints, as JSON, how many have to be seated and how many roll over.
"""

from __future__ import annotations

import json
import sys

import django

from tests.faults.crowd import judged

#: The offerings of a provider: just enough, plenty, several sessions; one person short, and a few.
SIZES = (30, 41, 29, 90, 12)


def city(people: int) -> dict[str, int]:
    """As many providers as it takes for so many people."""
    providers = -(-people // sum(SIZES))
    for _ in range(providers):
        judged(*SIZES)
    run = sum(size for size in SIZES if size >= 30)
    return {"seated": providers * run, "rolled": providers * (sum(SIZES) - run)}


if __name__ == "__main__":
    django.setup()
    print(json.dumps(city(int(sys.argv[1]))))
