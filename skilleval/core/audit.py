"""The audit trail: actions, exports and looks at personal data, told in numbers and field names only."""

from typing import Any

from django.db import models

from skilleval.core.models import AuditEvent
from skilleval.core.policy import Actor

SYSTEM = "系统"


def record(action: str, *, by: Actor | None, obj: models.Model, **details: Any) -> AuditEvent:
    """Write what was done, in the caller's transaction; ``by`` is None for what the portal does by itself.

    ``details`` hold ids, counts, dates and field names, never a person's data: events outlive erasure.
    """
    return AuditEvent.objects.create(
        actor_id=by.id if by else None,
        actor_label=by.label if by else SYSTEM,
        action=action,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        details=details,
    )
