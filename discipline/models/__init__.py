"""Clauses, cases and their steps, decisions and appeals (SPEC 10)."""

from discipline.models.cases import Case, CaseEvidence, CaseLog, Defence, Witness
from discipline.models.clauses import Clause
from discipline.models.decisions import Appeal, Decision, Proposal

__all__ = [
    "Appeal",
    "Case",
    "CaseEvidence",
    "CaseLog",
    "Clause",
    "Decision",
    "Defence",
    "Proposal",
    "Witness",
]
