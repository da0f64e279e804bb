"""处理决定书 and 撤销决定书, the papers of a case (SPEC 10, 14). They carry the whole document number."""

from __future__ import annotations

from typing import Any

from discipline.models import Case, Decision
from discipline.queries.measures import decision_lines, offered_lines, returned_lines
from skilleval.catalogue.enums import ContactKind
from skilleval.catalogue.models import Contact
from skilleval.core import audit
from skilleval.core.pdf import render_pdf
from skilleval.core.policy import Actor

DECISION, LIFTING = "papers/decision.html", "papers/lifting.html"
LINES = (ContactKind.SUPERVISION, ContactKind.CITY_SUPERVISION)


def decision_pdf(decision: Decision, *, by: Actor) -> bytes:
    """The decision letter. Printing it shows a whole document number: an audit event names who did."""
    decision = _loaded(decision)
    clauses = list(decision.clause_rows().select_related("notice"))
    context = _common(decision) | {
        "clauses": clauses,
        "notice": clauses[0].notice,
        "lines": decision_lines(decision),
        "defences": list(decision.case.defences.all()),
        "evidence": [kept.title for kept in decision.case.evidence.filter(from_candidate=False)],
        "witnesses": decision.case.witnesses.count(),
        "contacts": list(
            Contact.objects.filter(provider=decision.case.provider, kind__in=LINES).order_by("position", "pk")
        ),
    }
    audit.record("decision.printed", by=by, obj=decision, fields=["id_number"])
    return render_pdf(DECISION, context)


def lifting_pdf(decision: Decision, *, by: Actor) -> bytes:
    """The letter of lifting: what came back, and what is offered anew; audited in the same way."""
    decision = _loaded(decision)
    context = _common(decision) | {
        "returned": returned_lines(decision),
        "offered": offered_lines(decision),
        "lighter": Decision.objects.filter(replaces=decision).first(),
    }
    audit.record("lifting.printed", by=by, obj=decision, fields=["id_number"])
    return render_pdf(LIFTING, context)


def _common(decision: Decision) -> dict[str, Any]:
    case: Case = decision.case
    return {
        "decision": decision,
        "case": case,
        "candidate": case.candidate,
        "application": case.application,
        "offering": case.application.offering,
        "provider": case.provider,
        "session": case.session,
    }


def _loaded(decision: Decision) -> Decision:
    rows = Decision.objects.select_related(
        "case__candidate",
        "case__provider",
        "case__session",
        "case__sitting__room__venue",
        "case__application__offering__provider",
        "case__application__offering__work_type__occupation",
        "replaces",
    )
    return rows.get(pk=decision.pk)
