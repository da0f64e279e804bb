"""What every request passes: personal pages are never cached, staff need a second factor, refusals are pages."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from skilleval.core.db import BUSY, lost_a_race
from skilleval.core.errors import Conflict, Refused

Next = Callable[[HttpRequest], HttpResponse]

SET_UP_SECOND_FACTOR = "mfa_activate_totp"
WITHOUT_SECOND_FACTOR = {
    SET_UP_SECOND_FACTOR,
    "mfa_generate_recovery_codes",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "account_reauthenticate",
    "account_logout",
}


class NoStoreMiddleware:
    """Whoever has a session gets pages that no browser or proxy keeps."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        if (has_session or settings.SESSION_COOKIE_NAME in response.cookies) and "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        return response


class StaffMfaMiddleware:
    """Staff without a second factor reach its set-up page and the way out, nothing else; STAFF_MFA=off for the demo."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Runs when the address is known, so that the way out can be recognised by its name."""
        match = request.resolver_match
        if settings.STAFF_MFA == "off" or (match and match.url_name in WITHOUT_SECOND_FACTOR):
            return None
        return redirect(SET_UP_SECOND_FACTOR) if _lacks_second_factor(request.user) else None


class RefusedMiddleware:
    """A refusal that no view answered becomes a page with its message; so does a race lost in the database."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer refusals; anything else goes on as the error it is."""
        refusal = Conflict(BUSY) if lost_a_race(exception) else exception
        if not isinstance(refusal, Refused):
            return None
        context = {"refusal": refusal, "back": _way_back(request)}
        return render(request, "refused.html", context, status=refusal.status)


def _lacks_second_factor(user: Any) -> bool:
    if not (user.is_authenticated and user.needs_second_factor):
        return False
    from allauth.mfa.utils import is_mfa_enabled

    return not is_mfa_enabled(user)


def _way_back(request: HttpRequest) -> str:
    """The page the request came from, when it is one of ours, else the front page."""
    came_from = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    return came_from if ours else "/"
