"""Who asks."""

from typing import cast

from django.http import HttpRequest

from skilleval.accounts.models import User


def person(request: HttpRequest) -> User:
    """The account behind a request of a view that asks for log-in."""
    return cast(User, request.user)
