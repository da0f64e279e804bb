"""The officer's pages as a browser asks for them."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client
from django.urls import reverse

from registration.models import Group, RosterRow
from tests.factories import at

NOON = at(2026, 3, 10)
HTMX = {"HTTP_HX_REQUEST": "true"}


def url(name: str, group: Group, *more: Any) -> str:
    return reverse(name, args=[group.uuid, *more])


def of_row(name: str, row: RosterRow, *more: Any) -> str:
    return reverse(name, args=[row.group.uuid, row.uuid, *more])


def text(response: Any) -> str:
    return str(response.content.decode())


def words(response: Any) -> str:
    """The page's main part as somebody reads it: without tags, on one line."""
    page = text(response)
    main = page.partition("<main")[2].partition("</main>")[0] or page
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def get(tab: Client, page: str, group: Group, *more: Any, **query: str) -> Any:
    return tab.get(url(page, group, *more), query)
