"""Numbers and references: what a payer copies and the clerk finds an order by."""

from __future__ import annotations

from datetime import date

from skilleval.catalogue.models import Offering, Provider
from skilleval.core import counters


def take_number(provider: Provider, on: date) -> str:
    """Last 4 digits of the filing number, yymm, serial of that provider and month."""
    head = f"{provider.filing_number[-4:]}{on:%y%m}"
    return f"{head}{counters.take(f'order:{head}')[0]:05d}"


def reference_of(offering: Offering, payer: str, heads: int = 1) -> str:
    """The text asked for as the transfer's reference: 考核费+单位（个人）名称+项目名称（等级）+人数 (SICT 2026)."""
    return f"考核费+{payer}+{offering.work_type}（{offering.get_level_display()}）+{heads}人"
