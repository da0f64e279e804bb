"""What an institution hands in, and the people around it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any

from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from skilleval.accounts.enums import Role
from skilleval.accounts.institutions import Particulars, mark_of, refuse, register
from skilleval.accounts.models import Institution, Membership, User
from tests.factories import InstitutionFactory, MembershipFactory, UserFactory, at
from tests.numbers import credit_code

NOW = at(2026, 3, 2)
STATED = Particulars(
    name="测试职业培训学校",
    kind="training",
    credit_code=credit_code(900001),
    contact_name="测试联系人",
    contact_phone="13800009001",
    address="测试路 9 号",
)


def licence(name: str = "licence.png") -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (600, 800), "#dddddd").save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue(), content_type="image/png")


def apply(user: User, *, when: datetime = NOW, **changed: Any) -> Institution:
    """An application as the form hands it in."""
    return register(user, stated=replace(STATED, **changed), licence=licence(), at=when)


def refused(user: User, *, by: User, **changed: Any) -> Institution:
    made = apply(user, **changed)
    return refuse(made, reason="证照不清晰", seen=mark_of(made), by=by, at=NOW)


def administrator(**user: Any) -> User:
    made: Membership = MembershipFactory(user=UserFactory(**user), role=Role.ADMINISTRATOR)
    return made.user


def officer(institution: Institution | None = None, **user: Any) -> User:
    """An officer who has verified the e-mail address of their account, and the telephone if it has one."""
    person = verified(**user)
    MembershipFactory(user=person, role=Role.OFFICER, institution=institution or InstitutionFactory())
    return fresh(person)


def verified(**user: Any) -> User:
    person: User = UserFactory(phone_verified=bool(user.get("phone")), **user)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def fresh(user: User) -> User:
    """The account as the next request reads it."""
    return User.objects.get(pk=user.pk)
