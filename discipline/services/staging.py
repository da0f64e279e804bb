"""Evidence that waits while another field of its form is mended: nobody films an incident twice.

What was accepted is kept under the form's key, for its sender alone, and goes with the form's saving; what never was
saved is removed after a week.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from discipline.models import CaseEvidence
from discipline.services.reporting import Shown
from skilleval.accounts.models import User
from skilleval.core import files
from skilleval.core.enums import FileKind
from skilleval.core.errors import Refused
from skilleval.core.models import StoredFile

LABEL = "staged:"
KEPT_FOR = timedelta(days=7)


@transaction.atomic
def stage(uploads: Iterable[File[Any]], *, key: UUID, by: User) -> list[str]:
    """Keep what is acceptable of some uploads; what isn't is told in words, each with the file's name."""
    faults = []
    for upload in uploads:
        try:
            files.store(upload, kind=FileKind.EVIDENCE, by=by, owner_label=f"{LABEL}{key}")
        except Refused as refused:
            faults.append(f"{upload.name}：{refused.message}")
    return faults


def staged(key: UUID, *, by: User) -> QuerySet[StoredFile]:
    """What somebody has sent with a form so far, in the order it came."""
    return StoredFile.objects.filter(owner_label=f"{LABEL}{key}", uploaded_by_id=by.pk).order_by("pk")


def shown(waiting: Iterable[StoredFile], opened: ExitStack) -> list[Shown]:
    """Staged files as evidence to save, the same content once; they stay open until the stack is left."""
    once = {one.sha256: one for one in waiting}
    return [
        Shown(one.original_name, File(opened.enter_context(files.open_file(one)), name=one.original_name))
        for one in once.values()
    ]


@transaction.atomic
def unstage(waiting: Sequence[StoredFile]) -> None:
    """Remove staged files: they were saved with their form, or taken off it."""
    for one in waiting:
        files.remove(one)


def drop_forgotten(on: date) -> int:
    """Remove what forms left behind a week ago; how many."""
    saved = CaseEvidence.objects.filter(file=OuterRef("pk"))
    old = StoredFile.objects.filter(~Exists(saved), owner_label__startswith=LABEL, created_at__date__lt=on - KEPT_FOR)
    found = list(old)
    unstage(found)
    return len(found)
