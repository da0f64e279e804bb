"""Who holds which role where."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from skilleval.accounts.enums import PROVIDER_ROLES, InstitutionState, Role
from skilleval.accounts.models.institutions import Institution
from skilleval.accounts.models.users import User
from skilleval.catalogue.models import Provider


class Membership(models.Model):
    """A role somebody holds: at a provider, at an institution, or portal-wide."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name="账号")
    role = models.CharField("角色", max_length=14, choices=Role)
    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="+", verbose_name="评价机构", null=True, blank=True
    )
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="memberships", verbose_name="院校/培训机构", null=True, blank=True
    )
    granted_by_label = models.CharField("授予人", max_length=100, blank=True)
    granted_at = models.DateTimeField("授予时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "角色"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "provider", "institution"], name="membership_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=(
                    Q(role__in=PROVIDER_ROLES, provider__isnull=False, institution=None)
                    | Q(role=Role.OFFICER, provider=None, institution__isnull=False)
                    | (~Q(role__in=[*PROVIDER_ROLES, Role.OFFICER]) & Q(provider=None, institution=None))
                ),
                name="membership_scope",
                violation_error_message="机构角色须选评价机构，经办人须选院校/培训机构，其他角色都不选",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()}"

    def covers(self, scope: Any) -> bool:
        """Whether this membership holds over a provider, an approved institution or (None) the portal."""
        if isinstance(scope, Provider):
            return self.provider_id == scope.pk
        if isinstance(scope, Institution):
            return self.institution_id == scope.pk and scope.state == InstitutionState.APPROVED
        return scope is None and self.provider_id is None and self.institution_id is None
