"""Sealing everything anew under the current key, so that an older one can be taken out of the ring."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models, transaction

from skilleval.core import crypto, startup
from skilleval.core.fields import EncryptedTextField, Sealed
from skilleval.core.models import KeyCheck

AT_ONCE = 500


def rotate() -> int:
    """Seal every value under the current key, and return how many were under another.

    May be stopped and run again. Restart the portal with the new ring first: what a running process writes under
    the old key while this runs would need the old key still. Raises crypto.Unreadable at a value no key opens.
    """
    startup.verify()
    current = crypto.key_ids()[0]
    count = sum(_rotate_column(model, field, current) for model, field in sealed_columns())
    KeyCheck.objects.exclude(name__in=[current, startup.INDEX_NAME]).delete()
    return count


def sealed_columns() -> Iterator[tuple[type[models.Model], EncryptedTextField]]:
    """Every model and field that holds sealed values."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, EncryptedTextField):
                yield model, field


def _rotate_column(model: Any, field: EncryptedTextField, current: str) -> int:
    count, last = 0, 0
    rows = model._base_manager.order_by("pk").values_list("pk", "uuid", field.name)
    while chunk := list(rows.filter(pk__gt=last)[:AT_ONCE]):
        last = chunk[-1][0]
        with transaction.atomic():
            count += sum(_rotate_value(model, field, current, *row) for row in chunk)
    return count


def _rotate_value(model: Any, field: EncryptedTextField, current: str, pk: Any, uuid: Any, old: Sealed | None) -> int:
    """Seal one value anew, unless somebody has just changed it; it then has the current key already."""
    if not old or crypto.key_id_of(old) == current:
        return 0
    new = Sealed(field.seal(field.unseal(old, uuid), uuid) or b"")
    unchanged = model._base_manager.filter(pk=pk, **{field.name: old})
    return int(unchanged.update(**{field.name: new}))
