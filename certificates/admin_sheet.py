"""A mark sheet's page: whoever reads it types line by line; the other one's marks aren't there to be seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from certificates.admin_session import found_session, may_mark, render, require_marker
from certificates.entering import Entered, read_mark
from certificates.enums import SHEET_TONES, SheetState
from certificates.grading import MarkError
from certificates.models import MarkSheet, ResultSession
from certificates.models.marks import FIRST, SECOND
from certificates.queries.readings import SheetRow, left_behind, missing, open_rows, subjects_of, waiting_in
from certificates.queries.results import publication_of
from certificates.services import marking
from certificates.services.eyes import sits_in
from skilleval.core import clock
from skilleval.core.errors import Refused

SESSION = "admin:certificates_resultsession_change"
STEPS = {"submit": (marking.submit, "已提交复核，请由另一位成绩人员复核"), "confirm": (marking.confirm, "成绩已复核")}


@dataclass
class Typed:
    """What was posted: the marks that can be read, and of the others what was typed and what is wrong with it."""

    marks: dict[int, Entered | None] = field(default_factory=dict)
    texts: dict[int, tuple[str, bool]] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class View:
    """The sheet as somebody sees it: which reading is theirs, whether they may write it, what they may compare."""

    sheet: MarkSheet
    rows: list[SheetRow]
    user_id: int
    may_mark: bool  # holds the role, and doesn't sit in the session
    published: bool
    behind: bool  # published, but for those whose case closed before their marks were there: these lines are at work
    waiting: frozenset[int]  # applications without a result

    @property
    def reading(self) -> int | None:
        return None if self.published else marking.READING_OF.get(SheetState(self.sheet.state))

    @property
    def reader(self) -> int | None:
        return self.sheet.first_by_id if self.reading == FIRST else self.sheet.second_by_id

    @property
    def own_first(self) -> bool:
        return self.sheet.first_by_id == self.user_id

    @property
    def writable(self) -> bool:
        second_own = self.reading == SECOND and self.own_first
        return bool(self.may_mark and self.reading and not second_own and self.reader in (None, self.user_id))

    @property
    def taken(self) -> bool:
        """Somebody else has begun this reading, and this person could take it over."""
        second_own = self.reading == SECOND and self.own_first
        others = self.reader is not None and self.reader != self.user_id
        return bool(self.may_mark and self.reading and not second_own and others)

    @property
    def complete(self) -> bool:
        return self.reading is not None and not missing(self.rows, self.reading)

    @property
    def compares(self) -> bool:
        """Both readings stand, and this person has made the one at work: the differences are theirs to settle."""
        return self.writable and self.reader == self.user_id and not missing(self.rows, SECOND)

    @property
    def settles(self) -> bool:
        """The second reader has read everything: what is left are the differences (SPEC 9.1)."""
        return self.compares and self.reading == SECOND

    def shown(self, row: SheetRow) -> Entered | None:
        """The mark this person may see: their own reading's; once confirmed, the role all, others what is out."""
        if self.reading is None:
            return row.first if self.may_mark or row.application_id not in self.waiting else None
        if self.reading == SECOND and self.own_first:
            return row.first
        return row.of(self.reading) if self.writable else None


def sheet_page(model_admin: Any, request: HttpRequest, pk: int, subject: str) -> HttpResponse:
    """The sheet, or, posted, what was typed saved: every line that can be read, whatever the others hold."""
    session = found_session(model_admin, request, pk)
    sheet = found_sheet(session, subject)
    typed = Typed()
    if request.method == "POST":
        require_marker(request, session)
        typed = _typed(request, open_rows(session, subject))
        if _save(request, session, subject, typed):
            return redirect(address("sheet_page", session, subject))
        sheet = found_sheet(session, subject)
    return _page(model_admin, request, session, sheet, typed)


def found_sheet(session: ResultSession, subject: str) -> MarkSheet:
    """The sheet of a subject, or what it would be before anybody opened it; 404 for subjects nobody sits."""
    if subject not in subjects_of(session):
        raise Http404
    found = MarkSheet.objects.filter(session=session, subject=subject).first()
    return found or MarkSheet(session=session, subject=subject)


def address(page: str, session: ResultSession, subject: str) -> str:
    """Where one of a sheet's pages is."""
    return reverse(f"admin:marks_{page}", args=[session.pk, subject])


def _typed(request: HttpRequest, rows: list[SheetRow]) -> Typed:
    typed = Typed()
    for row in rows:
        name = str(row.application_id)
        if not row.needs_mark or f"score-{name}" not in request.POST:
            continue
        text, missed = request.POST[f"score-{name}"], f"absent-{name}" in request.POST
        try:
            typed.marks[row.application_id] = read_mark(text, "是" if missed else "")
        except MarkError as error:
            typed.errors[row.application_id] = str(error)
            typed.texts[row.application_id] = (text, missed)
    return typed


def _save(request: HttpRequest, session: ResultSession, subject: str, typed: Typed) -> bool:
    """Save, and go on to the next step where it was asked for; whether the page may be left."""
    user: Any = request.user
    at = clock.now()
    try:
        sheet = marking.open_sheet(session, subject=subject, by=user, at=at)
        reading = SECOND if request.POST.get("reading") == str(SECOND) else FIRST
        if typed.marks:
            marking.save_reading(sheet, reading=reading, marks=typed.marks, by=user, at=at)
        if typed.errors:
            return False
        perform, told = STEPS.get(request.POST.get("then", ""), (None, "已保存"))
        if perform:
            perform(sheet, by=user, at=at)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return True
    messages.success(request, told)
    return True


def _page(
    model_admin: Any, request: HttpRequest, session: ResultSession, sheet: MarkSheet, typed: Typed
) -> HttpResponse:
    view = _view(request, session, sheet)
    lines = [_line(row, view, typed) for row in view.rows]
    narrowed = view.settles and "all" not in request.GET
    context = {
        "title": f"{sheet.get_subject_display()}成绩册",
        "session": session,
        "sheet": sheet,
        "tone": SHEET_TONES[sheet.state],
        "view": view,
        "lines": [line for line in lines if line["differs"] or line["error"]] if narrowed else lines,
        "people": len(lines),
        "narrowed": narrowed,
        "differing": [line for line in lines if line["differs"]],
        "errors": [line for line in lines if line["error"]],
        "last_reason": _last_reason(sheet),
        "second": view.reading == SECOND,
    }
    return render(model_admin, request, "certificates/marks_sheet.html", context, 400 if typed.errors else 200)


def _view(request: HttpRequest, session: ResultSession, sheet: MarkSheet) -> View:
    user: Any = request.user
    out, behind = publication_of(session) is not None, bool(left_behind(session))
    return View(
        sheet=sheet,
        rows=open_rows(session, sheet.subject),
        user_id=user.pk,
        may_mark=may_mark(request, session) and not sits_in(session, user),
        published=out and not behind,
        behind=behind,
        waiting=frozenset(waiting_in(session).values_list("pk", flat=True)),
    )


def _line(row: SheetRow, view: View, typed: Typed) -> dict[str, Any]:
    shown = view.shown(row)
    text, missed = typed.texts.get(row.application_id, _fields(shown))
    differs = view.compares and row.needs_mark and not row.same
    return {
        "row": row,
        "shown": shown,
        "text": text,
        "missed": missed,
        "error": typed.errors.get(row.application_id, ""),
        "differs": differs,
        # the first reader learns where, not what: otherwise they would copy instead of looking again
        "other": row.first if differs and view.reading == SECOND else None,
    }


def _fields(shown: Entered | None) -> tuple[str, bool]:
    if shown is None:
        return "", False
    return ("", True) if shown.score is None else (shown.shown, False)


def _last_reason(sheet: MarkSheet) -> Any:
    """Why the sheet was sent back or opened again, while it is open."""
    if sheet.pk is None or sheet.state != SheetState.OPEN:
        return None
    return sheet.log.exclude(reason="").order_by("-pk").first()
