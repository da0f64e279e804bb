"""Packs with fresh ids and values, their answers worked out another way than the rules do, to try the runner on."""

import json
import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from dateutil.relativedelta import relativedelta

Cases = list[dict[str, Any]]
KUPAS, SICT, AIA = "S000031200057", "S000031400054", "S000031300040"


def write(directory: Path, seed: int, packs: list[str] | None = None) -> None:
    """Fills a folder with packs made from a seed; all packs where none are named."""
    for name in packs or MAKERS:
        cases = [case for _ in range(5) for case in MAKERS[name](random.Random(f"{name} {seed} {_}"))]
        for number, case in enumerate(cases):
            case["id"] = f"made-{seed}-{number}"
        text = json.dumps({"pack": name, "cases": cases}, ensure_ascii=False)
        (directory / f"{name}-{seed}.json").write_text(text, encoding="utf-8")


def _eligibility(rng: random.Random) -> Cases:
    as_of = date(2026, rng.randint(1, 12), rng.randint(1, 28))
    years = rng.choice([5, 10])
    start = as_of - relativedelta(years=years) + timedelta(days=rng.choice([-30, 0, 1, 30]))
    enough = start + relativedelta(years=years) <= as_of
    level = {5: 4, 10: 3}[years]
    clause = {5: "4.1", 10: "3.1"}[years]
    case = {
        "as_of": as_of.isoformat(),
        "born": "1980-05-05",
        "target": {"code": "6-18-01-01", "level": level},
        "work": [{"code": "6-18-01-01", "from": start.isoformat(), "to": None}],
    }
    return [{**case, "expect": {"eligible": enough, "clauses": [clause] if enough else []}}]


def _windows(rng: random.Random) -> Cases:
    month = rng.randint(2, 11)
    first = date(2026, month, 1)
    day = first + timedelta(days=rng.randint(0, 27))
    ends = [first + relativedelta(months=n, days=-1) for n in (1, 2)]
    expect = {
        "open": True,
        "opens_on": first.isoformat(),
        "closes_on": ends[0].isoformat(),
        "exam_from": (ends[0] + timedelta(days=1)).isoformat(),
        "exam_by": ends[1].isoformat(),
        "tentative": False,
    }
    closed = {"open": False}
    return [
        {"provider": rng.choice([KUPAS, SICT]), "date": day.isoformat(), "expect": expect},
        {"provider": AIA, "date": f"2025-06-{rng.randint(16, 30)}", "expect": closed},
        {"provider": "S000099999999", "date": day.isoformat(), "expect": closed},
    ]


def _ticket_release(rng: random.Random) -> Cases:
    day = date(2026, 3, 1) + timedelta(days=rng.randint(0, 200))
    leads = [(KUPAS, "group", 3), (KUPAS, "individual", 3), (SICT, "individual", 7), (AIA, "individual", 7)]
    return [
        {
            "provider": provider,
            "channel": channel,
            "exam_date": day.isoformat(),
            "expect": {"tickets_from": (day - timedelta(days=lead)).isoformat()},
        }
        for provider, channel, lead in leads
    ]


def _results_due(rng: random.Random) -> Cases:
    day = date(2026, 6, 22) + timedelta(days=rng.randint(0, 20))  # no holiday until late September
    expect = {"results_due": _weekdays_after(day, 20).isoformat(), "provisional": False}
    later = {"results_due": _weekdays_after(date(2027, 6, 1), 30).isoformat(), "provisional": True}
    return [
        {"completed_on": day.isoformat(), "inspection": False, "expect": expect},
        {"completed_on": "2027-06-01", "inspection": True, "expect": later},
    ]


def _weekdays_after(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def _fees(rng: random.Random) -> Cases:
    item = {"provider": KUPAS, "code": rng.choice(["4-04-05-Z1", "4-04-05-Z2"]), "work_type": "", "level": "special"}
    level = {"provider": SICT, "code": "4-04-05-01", "work_type": "", "level": 3}
    return [
        {**item, "subjects": ["practical"], "expect": {"published": True, "amount": "385.00"}},
        {**level, "subjects": ["practical", "theory"], "expect": {"published": True, "amount": "400.00"}},
        {**level, "subjects": ["theory", "review"], "expect": {"published": False}},
        {**level, "provider": "S000099999999", "subjects": ["theory"], "expect": {"published": False}},
    ]


def _outcome(rng: random.Random) -> Cases:
    cents = rng.randint(0, 10000)
    score = f"{cents // 100}.{cents % 100:02}"
    subjects = {"theory": {"status": "marked", "score": score}, "practical": {"status": "marked", "score": "80"}}
    passed = cents >= 6000
    case = {"level": rng.choice([5, 4, 3]), "subjects": subjects}
    return [
        {**case, "expect": {"passed": passed, "credits": [] if passed else ["practical"]}},
        {**case, "competition": True, "expect": {"passed": passed, "credits": []}},
    ]


def _resits(rng: random.Random) -> Cases:
    published = date(2023, 1, 1) + timedelta(days=rng.randint(0, 600))
    level = rng.choice([5, 2])
    last = published + relativedelta(years=2 if level == 5 else 3)
    case = {
        "level": level,
        "subjects": ["theory", "practical"],
        "credits": [{"subject": "practical", "published_on": published.isoformat()}],
    }
    late = last + timedelta(days=1)
    return [
        {**case, "applies_on": last.isoformat(), "expect": {"kind": "resit", "sits": ["theory"]}},
        {**case, "applies_on": late.isoformat(), "expect": {"kind": "new", "sits": ["theory", "practical"]}},
    ]


def _sanctions(rng: random.Random) -> Cases:
    day = date(2026, rng.randint(1, 12), rng.randint(1, 28))
    severity, years = rng.choice([("minor", 2), ("serious", 5)])
    expect = {
        "cancels": "all",
        "qualification_cancelled": False,
        "ban_from": day.isoformat(),
        "ban_until": (day.replace(year=day.year + years) - timedelta(days=1)).isoformat(),
        "refundable": False,
        "certificate": "void",
        "refer_to_authority": severity == "serious",
    }
    clause = f"4.{rng.randint(1, 7)}"
    days = {"decided_on": day.isoformat(), "assessed_on": "2026-01-01"}
    return [{"clause": clause, "severity": severity, **days, "expect": expect}]


def _batching(rng: random.Random) -> Cases:
    threshold, capacity, count = rng.randint(5, 30), rng.randint(5, 40), rng.randint(30, 300)
    fewest = next(n for n in range(1, count + 1) if n * capacity >= count)
    sizes = sorted((len(range(n, count, fewest)) for n in range(fewest)), reverse=True)
    row = {"window": "w1", "offering": "o", "runs": True, "waiting": 0, "sessions": sizes}
    case = {"threshold": threshold, "session_capacity": capacity, "windows": ["w1"]}
    return [{**case, "arrivals": {"w1": {"o": count}}, "expect": [row]}]


def _filing(rng: random.Random) -> Cases:
    filed = date(2026, rng.randint(1, 12), rng.randint(2, 28))
    until = filed.replace(year=2029, day=filed.day - 1).isoformat()
    day = rng.randint(1, 30)
    return [
        {"ask": "filing_valid_until", "date": filed.isoformat(), "expect": {"valid_until": until}},
        {"ask": "recommendation_open", "date": f"2026-11-{day:02}", "expect": {"open": day >= 20}},
        {"ask": "provider_application_open", "date": f"2026-11-{day:02}", "expect": {"open": False}},
    ]


def _id_numbers(rng: random.Random) -> Cases:
    first = f"310101{date(1960, 1, 1) + timedelta(days=rng.randint(0, 15000)):%Y%m%d}{rng.randint(0, 999):03}"
    value = 0  # ISO 7064 MOD 11-2, step by step instead of by weights
    for digit in first:
        value = (value + int(digit)) * 2 % 11
    number = first + "0123456789X"[(12 - value) % 11]
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    return [
        {"id_number": number.lower(), "sex": "男" if int(first[-1]) % 2 else "女", "born": None, "expect": []},
        {"id_number": wrong, "sex": None, "born": None, "expect": ["id_number.checksum"]},
        {"id_number": number, "sex": None, "born": "1950-01-01", "expect": ["born.mismatch"]},
    ]


MAKERS: dict[str, Callable[[random.Random], Cases]] = {
    "batching": _batching,
    "eligibility": _eligibility,
    "fees": _fees,
    "filing": _filing,
    "id_numbers": _id_numbers,
    "outcome": _outcome,
    "resits": _resits,
    "results_due": _results_due,
    "sanctions": _sanctions,
    "ticket_release": _ticket_release,
    "windows": _windows,
}
