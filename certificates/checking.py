"""证书查验: anybody checks a certificate by its number and its holder's name; nothing else is ever answered (SPEC 9.5).

Whatever isn't both right gets one and the same answer, and the page never repeats what was typed.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_http_methods

from certificates import numbering
from certificates.queries.checks import LONGEST_NUMBER, Found, find
from skilleval.core.shell import fill
from skilleval.core.throttling import too_many

TEMPLATE, ANSWER = "certificates/check.html", "certificates/_check_answer.html"
MOST_A_MINUTE = 30  # an office that checks a pile of papers stays below, a machine that guesses doesn't
SPAN = 60


@require_http_methods(["GET", "HEAD", "POST"])
def certificate_check(request: HttpRequest) -> HttpResponse:
    """The form, its number filled in from the QR code; the answer beneath it, or alone for HTMX."""
    if request.method == "POST":
        response = _answered(request)
    else:
        number = numbering.normalise(request.GET.get("number", "")[:LONGEST_NUMBER])
        response = fill(request, TEMPLATE, {"number": number, "answer": ""})
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "private, no-store"
    return response


def _answered(request: HttpRequest) -> HttpResponse:
    in_place = bool(getattr(request, "htmx", False))
    if too_many(request, "certificate-check", at_most=MOST_A_MINUTE, seconds=SPAN):
        answer = _words(None, throttled=True)
        status = 200 if in_place else 429  # HTMX puts only good answers in their place
    else:
        answer, status = _words(find(request.POST.get("number", ""), request.POST.get("name", ""))), 200
    if in_place:
        return HttpResponse(answer)
    return fill(request, TEMPLATE, {"number": "", "answer": answer}, status=status)


def _words(found: Found | None, *, throttled: bool = False) -> SafeString:
    return mark_safe(render_to_string(ANSWER, {"found": found, "throttled": throttled}))  # noqa: S308 - a template's
