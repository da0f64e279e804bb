"""Browsers for the people of a scene, and what a report's form sends."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from discipline.models import Case
from skilleval.accounts.models import User


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))  # fresh: roles are read once
    return client


def page(name: str, case: Case) -> str:
    return reverse(name, args=[case.uuid])


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def report_body(**fields: Any) -> dict[str, Any]:
    """A report from the room that nothing is wrong with."""
    return {
        "key": str(uuid4()),
        "found": "room",
        "subject": "theory",
        "happened_at": "2026-04-25T09:20",
        "place": "",
        "clauses": ["M-3.1"],
        "severity": "",
        "facts": "考试中使用手机拍摄试题，当场制止。",
        "witness_1_user": "",
        "witness_1_name": "见证一",
        "witness_2_user": "",
        "witness_2_name": "见证二",
    } | fields
