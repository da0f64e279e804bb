"""What the pages of a case share: whose it is to see, and a step that says what it does before it does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from discipline import policy
from discipline.models import Case, Clause
from discipline.queries.measures import Line
from registration.forms import add_refusal
from skilleval.accounts.requests import person
from skilleval.core import clock
from skilleval.core.errors import Refused
from skilleval.core.policy import can

CHANGED = "后果与刚才预览的不同，请重新核对后再确认"


@dataclass(frozen=True)
class Preview:
    """What a step would do, as things stand; `mark` changes when any of it does."""

    mark: str
    lines: Sequence[Line] = ()
    facts: str = ""  # of the letter that the person will read
    clauses: Sequence[Clause] = ()
    until: str = ""


def seen_or_404(request: HttpRequest, uuid: UUID, action: str = policy.VIEW) -> Case:
    """A case that the person handles; for anybody else it doesn't exist, the one it is about included."""
    found = Case.objects.handled_by(person(request), action).with_names().filter(uuid=uuid).first()
    if found is None:
        raise Http404
    return found


def sent(request: HttpRequest) -> tuple[Any, Any]:
    """What was posted, were it nothing, as a form takes it."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def step(
    request: HttpRequest,
    case: Case,
    *,
    form: Any,
    verb: str,
    consequences: Sequence[str] = (),
    preview: Callable[[dict[str, Any]], Preview] | None = None,
    ready: dict[str, Any] | None = None,
    perform: Callable[[dict[str, Any], Any, Any], object],
    danger: bool = False,
    note: str = "",
) -> HttpResponse:
    """Say what a step does, ask what it needs, and do it; with a `preview`, only once that was seen as it stands.

    `ready` is what to preview before anything is entered. A refusal is shown at its field.
    """
    seen = None
    if request.method == "POST" and form.is_valid():
        try:
            seen = preview(form.cleaned_data) if preview else None
            if seen is None or _confirmed(request, form, seen):
                perform(form.cleaned_data, person(request), clock.now())
                messages.success(request, f"{case.number}：已{verb.removeprefix('登记')}")
                return redirect("case_page", uuid=case.uuid)
        except Refused as refused:
            if refused.status != Refused.status:
                raise
            add_refusal(form, refused)
    elif preview and ready is not None:
        seen = preview(ready)
    context = {
        "case": case,
        "form": form,
        "verb": verb,
        "note": note,
        "consequences": consequences,
        "previews": preview is not None,
        "preview": seen,
        "danger": danger,
        "defences": case.defences.exclude(text=""),
        "supervises": can(person(request), policy.DECIDE, case.provider),
    }
    return render(request, "discipline/step.html", context, status=400 if form.errors else 200)


def _confirmed(request: HttpRequest, form: Any, seen: Preview) -> bool:
    if "confirm" not in request.POST:
        return False
    if request.POST.get("seen") == seen.mark:
        return True
    form.add_error(None, CHANGED)
    return False
