"""Files without a row and rows without a file, found both ways once a day and mended where that is safe."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from skilleval.core import files, jobs
from skilleval.core.due import due
from skilleval.core.leases import Lease
from skilleval.core.models import Job, StoredFile

logger = logging.getLogger(__name__)

UNCLAIMED_SECONDS = 24 * 3600
ROWS_A_CHUNK = 1000


@dataclass
class Orphans:
    """What was found: files named late, files removed, and the numbers of rows whose content is gone."""

    settled: int = 0
    removed: int = 0
    missing: list[int] = field(default_factory=list)


@due("core.collect_orphans")
def collect_due(on: date) -> int:
    """Have orphans collected once for a day."""
    key = f"core.collect_orphans:{on}"
    if Job.objects.filter(key=key).exists():
        return 0
    jobs.enqueue("core.collect_orphans", key=key)
    return 1


@jobs.job("core.collect_orphans", chunked=True)
def collect_job(job: Job, lease: Lease) -> None:
    """Collect them, and tell whoever reads the log of content that is gone."""

    def renew() -> None:
        with transaction.atomic():
            lease.renew()

    found = collect_orphans(renew)
    if found.missing:
        logger.error("stored files without content: %s", found.missing)


def collect_orphans(pause: Callable[[], None] = lambda: None, unclaimed_seconds: float = UNCLAIMED_SECONDS) -> Orphans:
    """Name files whose row is committed, remove day-old ones without a row, and list rows without content.

    ``pause`` is called between chunks of work; a file without a row is left ``unclaimed_seconds`` to be claimed.
    """
    found = Orphans()
    root = Path(settings.MEDIA_ROOT)
    for folder in [root, *(path for path in root.rglob("*") if path.is_dir())]:
        _collect_folder(folder, found, unclaimed_seconds)
        pause()
    for number, row in enumerate(StoredFile.objects.order_by("id").iterator(ROWS_A_CHUNK)):
        if not files.path_of(row).exists():
            found.missing.append(row.pk)
        if number % ROWS_A_CHUNK == 0:
            pause()
    return found


def _collect_folder(folder: Path, found: Orphans, unclaimed_seconds: float) -> None:
    paths = [path for path in folder.glob("*") if path.is_file()]
    uuids = [uuid for uuid in map(_uuid, paths) if uuid]
    rows = {row.uuid: row for row in StoredFile.objects.filter(uuid__in=uuids)}
    for path in paths:
        uuid = _uuid(path)
        stored = rows.get(uuid) if uuid else None
        if stored and folder.name == files.INCOMING:
            files.settle(stored)
            found.settled += 1
        elif not stored and _is_older(path, unclaimed_seconds):
            path.unlink(missing_ok=True)
            found.removed += 1


def _is_older(path: Path, seconds: float) -> bool:
    try:
        return time.time() - path.stat().st_mtime > seconds
    except FileNotFoundError:  # it has just been given its name
        return False


def _uuid(path: Path) -> UUID | None:
    try:
        return UUID(path.stem)
    except ValueError:
        return None
