"""Files without a row and rows without a file, found both ways and mended where that is safe."""

import logging
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from django.conf import settings

from skilleval.core import files
from skilleval.core.due import due
from skilleval.core.models import StoredFile

logger = logging.getLogger(__name__)

UNCLAIMED_SECONDS = 24 * 3600


@dataclass
class Orphans:
    """What was found: files named late, files removed, and the numbers of rows whose content is gone."""

    settled: int
    removed: int
    missing: list[int]


@due("core.collect_orphans")
def collect_due(on: date) -> int:
    """Collect orphans, whatever the day, and return how many files were named or removed."""
    found = collect_orphans()
    if found.missing:
        logger.error("stored files without content: %s", found.missing)
    return found.settled + found.removed


def collect_orphans() -> Orphans:
    """Name files whose row is committed, remove day-old ones without a row, and list rows without content."""
    settled = removed = 0
    for path in _files(Path(settings.MEDIA_ROOT)):
        stored = StoredFile.objects.filter(uuid=uuid).first() if (uuid := _uuid(path)) else None
        if stored and path.parent.name == files.INCOMING:
            files.settle(stored)
            settled += 1
        elif not stored and time.time() - path.stat().st_mtime > UNCLAIMED_SECONDS:
            path.unlink(missing_ok=True)
            removed += 1
    rows = StoredFile.objects.order_by("id").iterator()
    return Orphans(settled, removed, [row.pk for row in rows if not files.path_of(row).exists()])


def _files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def _uuid(path: Path) -> UUID | None:
    try:
        return UUID(path.stem)
    except ValueError:
        return None
