"""The same list as the admin pages it by itself: everything counted, and a page found by its number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.contrib import admin
from django.test import Client

from registration.models import Application


def by_offset(client: Client, address: str, page: int) -> Callable[[], None]:
    """Ask for a page of a tab by its number."""

    def ask() -> None:
        with _plain_paging():
            answer = client.get(address, {"queue": "everything", "p": str(page)})
        assert answer.status_code == 200, answer.status_code

    return ask


@contextmanager
def _plain_paging() -> Iterator[None]:
    kept = admin.site._registry[Application]
    kept.keyed = False  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del kept.keyed  # type: ignore[attr-defined]
