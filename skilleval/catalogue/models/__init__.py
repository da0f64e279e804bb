"""Who assesses whom in what: notices, providers, occupations, offerings, and what each notice publishes.

Every row that a notice states carries that notice. `LoadedRow` remembers what was loaded, so that loading again
can tell a staff member's change from an old value (`catalogue.loading`).
"""

from skilleval.catalogue.models.conditions import ExtraCondition
from skilleval.catalogue.models.offerings import (
    OCCUPATION_CODE,
    CandidateRules,
    EligibilityRuleSet,
    Holiday,
    LoadedRow,
    Occupation,
    Offering,
    OfferingQuerySet,
    Subject,
    WorkType,
)
from skilleval.catalogue.models.providers import FILING_NUMBER, Contact, Notice, OpeningHours, Provider

__all__ = [
    "FILING_NUMBER",
    "OCCUPATION_CODE",
    "CandidateRules",
    "Contact",
    "EligibilityRuleSet",
    "ExtraCondition",
    "Holiday",
    "LoadedRow",
    "Notice",
    "Occupation",
    "Offering",
    "OfferingQuerySet",
    "OpeningHours",
    "Provider",
    "Subject",
    "WorkType",
]
