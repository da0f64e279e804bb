"""Accounts. What an account may do is asked of its memberships."""

from __future__ import annotations

import uuid
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from skilleval.accounts.enums import ADMIN_ROLES, STAFF_ROLES, InstitutionState
from skilleval.catalogue.models import Provider
from skilleval.core.crypto import blind_index
from skilleval.core.fields import BlindIndexField, EncryptedTextField

if TYPE_CHECKING:
    from skilleval.accounts.models.institutions import Institution
    from skilleval.accounts.models.memberships import Membership


class UserManager(BaseUserManager["User"]):
    def create_user(
        self, *, email: str | None = None, phone: str | None = None, password: str | None = None, name: str = ""
    ) -> User:
        """Make an account reached by e-mail, by phone (E.164), or both."""
        user = self.model(email=self.normalize_email(email).lower() if email else None, name=name)
        user.phone = phone or ""
        user.set_password(password)
        user.save(using=self._db)
        return user

    def by_phone(self, phone: str) -> models.QuerySet[User]:
        """Accounts that hold this phone number (E.164); at most one."""
        return self.filter(phone_index=blind_index(phone))


class User(AbstractBaseUser):
    """An account. There is no superuser: the administrator is a role like the others."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField("电子邮箱", unique=True, null=True, blank=True)
    phone_cipher = EncryptedTextField("手机号码", blank=True)
    phone_index = BlindIndexField(source="phone_cipher", unique=True)
    phone_verified = models.BooleanField("手机已验证", default=False)
    name = models.CharField("称呼", max_length=50, blank=True)
    is_active = models.BooleanField("可登录", default=True)
    date_joined = models.DateTimeField("注册时间", auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    is_superuser = False

    class Meta:
        verbose_name = verbose_name_plural = "账号"

    def __str__(self) -> str:
        return self.label

    def save(self, *args: Any, **kwargs: Any) -> None:
        """No address is NULL, never empty: empty ones would be each other's duplicates."""
        self.email = self.email or None
        super().save(*args, **kwargs)

    @property
    def phone(self) -> str:
        """The phone number in E.164, decrypted; empty when there is none."""
        return self.phone_cipher or ""

    @phone.setter
    def phone(self, value: str) -> None:
        self.phone_cipher = value or ""

    @property
    def label(self) -> str:
        """How logs name the account: never a phone or an ID number."""
        return self.name or f"用户 {self.pk}"

    # --- roles: the protocol that core's policy sees ---------------------------------------------------------
    @cached_property
    def memberships_now(self) -> tuple[Membership, ...]:
        """This account's memberships, read once per request."""
        return tuple(self.memberships.select_related("provider", "institution"))

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(m.role for m in self.memberships_now)

    def roles_in(self, scope: Any) -> frozenset[str]:
        """The roles held over `scope`: a provider, an institution, or None for portal-wide roles."""
        return frozenset(m.role for m in self.memberships_now if m.covers(scope))

    def acts_for(self, institution: Institution | None) -> bool:
        """Whether this account is an institution's officer, approved or suspended: who decides about it must not be."""
        return institution is not None and any(m.institution_id == institution.pk for m in self.memberships_now)

    @property
    def scopes(self) -> tuple[Provider, ...]:
        """The providers this account works for; the scoped admin asks for its roles in each."""
        return tuple({m.provider_id: m.provider for m in self.memberships_now if m.provider}.values())

    @property
    def provider_ids(self) -> frozenset[int]:
        """Providers this account works for."""
        return frozenset(m.provider_id for m in self.memberships_now if m.provider_id)

    @property
    def institution_ids(self) -> frozenset[int]:
        """Approved institutions whose officer this account is."""
        held = (m for m in self.memberships_now if m.institution and m.institution.state == InstitutionState.APPROVED)
        return frozenset(m.institution_id for m in held if m.institution_id)

    @property
    def is_staff(self) -> bool:
        """Django's admin asks this: whether the account works in the admin."""
        return any(role in ADMIN_ROLES for role in self.roles)

    @property
    def needs_second_factor(self) -> bool:
        return any(role in STAFF_ROLES for role in self.roles)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Django's model permissions aren't used; core.policy decides (scoped admin)."""
        return False

    def has_perms(self, perm_list: list[str], obj: Any = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff
