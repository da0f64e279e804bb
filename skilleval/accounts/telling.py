"""Telling an account: always in the portal, and by SMS or else by e-mail, once for each cause."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from skilleval.accounts.enums import Role
from skilleval.accounts.models import Institution, User
from skilleval.core import outbox
from skilleval.core.enums import Channel


def tell(users: Iterable[User], *, cause: str, subject: str, body: str, link: str = "") -> None:
    """Tell some accounts of one cause, in the caller's transaction; who was told before is passed over.

    No subject and no body names a person or a document number: a message may be read over somebody's shoulder.
    """
    outbox.send_all([message for user in users for message in _messages(user, cause, subject, body, link)])


def tell_officers(institution: Institution, *, cause: str, subject: str, body: str, link: str = "") -> None:
    """Tell an institution's officers of one cause, in the caller's transaction, as `tell` does."""
    held = {"memberships__institution": institution, "memberships__role": Role.OFFICER}
    tell(User.objects.filter(is_active=True, **held), cause=cause, subject=subject, body=body, link=link)


def tell_administrators(*, cause: str, subject: str, body: str, link: str = "") -> None:
    """Tell the portal's administrators of one cause, in the caller's transaction, as `tell` does."""
    held = {"memberships__role": Role.ADMINISTRATOR}
    tell(User.objects.filter(is_active=True, **held).distinct(), cause=cause, subject=subject, body=body, link=link)


def _messages(user: User, cause: str, subject: str, body: str, link: str) -> Iterable[outbox.Message]:
    yield _message(user, cause, Channel.PORTAL, "", subject, body, link)
    away = f"{body}\n详情请登录查看：{settings.SITE_URL}{link}" if link else body
    if user.phone:
        yield _message(user, cause, Channel.SMS, user.phone, subject, away, link)
    elif user.email:
        yield _message(user, cause, Channel.EMAIL, user.email, subject, away, link)


def _message(user: User, cause: str, channel: str, address: str, subject: str, body: str, link: str) -> outbox.Message:
    return outbox.Message(
        key=f"{cause}:{channel}:user:{user.pk}",
        channel=channel,
        recipient_id=user.pk,
        address=address,
        subject=subject,
        body=body,
        link=link,
    )
