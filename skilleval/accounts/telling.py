"""Telling an account: always in the portal, and by SMS or else by e-mail, once for each cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from skilleval.accounts.enums import Role
from skilleval.accounts.members import holders
from skilleval.accounts.models import Institution, User
from skilleval.accounts.wording import Worded, own_words, worded
from skilleval.catalogue.models import Provider
from skilleval.core import outbox
from skilleval.core.enums import Channel
from skilleval.core.policy import Actor
from skilleval.core.templates import Template


def tell(
    users: Iterable[User],
    *,
    cause: str,
    subject: str = "",
    body: str = "",
    link: str = "",
    template: Template | None = None,
    values: Mapping[str, str] | None = None,
    provider: Provider | None = None,
) -> None:
    """Tell some accounts of one cause, in the caller's transaction; who was told before is passed over.

    The words are `subject` and `body`, or a template's with `values`: those of `provider`, where it has its own, which
    may also keep the message back. None of them names a person or a document number: a message may be read over
    somebody's shoulder.
    """
    found = list(users)
    text = _text(template, values or {}, provider) if template and found else Worded(subject=subject, body=body)
    outbox.send_all([message for user in found for message in _messages(user, cause, text, link)])


def tell_officers(
    institution: Institution,
    *,
    cause: str,
    subject: str = "",
    body: str = "",
    link: str = "",
    template: Template | None = None,
    values: Mapping[str, str] | None = None,
    provider: Provider | None = None,
) -> None:
    """Tell an institution's officers of one cause, in the caller's transaction, as `tell` does."""
    held = {"memberships__institution": institution, "memberships__role": Role.OFFICER}
    tell(
        User.objects.filter(is_active=True, **held),
        cause=cause,
        subject=subject,
        body=body,
        link=link,
        template=template,
        values=values,
        provider=provider,
    )


def tell_staff(
    provider: Provider, role: str, *, cause: str, subject: str, body: str, link: str, but: Actor | None = None
) -> None:
    """Tell whoever holds a role at a provider of one cause, in the portal alone, in the caller's transaction.

    `but` did it themself and needn't be told.
    """
    outbox.send_all(
        outbox.Message(
            key=f"{cause}:{user_id}",
            channel=Channel.PORTAL,
            recipient_id=user_id,
            subject=subject,
            body=body,
            link=link,
        )
        for user_id in holders([provider], role)[provider.pk]
        if but is None or user_id != but.id
    )


def tell_administrators(*, cause: str, subject: str, body: str, link: str = "") -> None:
    """Tell the portal's administrators of one cause, in the caller's transaction, as `tell` does."""
    held = {"memberships__role": Role.ADMINISTRATOR}
    tell(User.objects.filter(is_active=True, **held).distinct(), cause=cause, subject=subject, body=body, link=link)


def _text(template: Template, values: Mapping[str, str], provider: Provider | None) -> Worded:
    provider_id = provider.pk if provider else None
    return worded(template, values, provider_id=provider_id, own=own_words([(provider_id, template)]))


def _messages(user: User, cause: str, text: Worded, link: str) -> Iterable[outbox.Message]:
    yield _message(user, cause, Channel.PORTAL, "", text, text.body, link)
    away = outbox.away_text(text.body, link)
    if user.phone:
        yield _message(user, cause, Channel.SMS, user.phone, text, away, link)
    elif user.email:
        yield _message(user, cause, Channel.EMAIL, user.email, text, away, link)


def _message(user: User, cause: str, channel: str, address: str, text: Worded, body: str, link: str) -> outbox.Message:
    return outbox.Message(
        key=f"{cause}:{channel}:user:{user.pk}",
        channel=channel,
        recipient_id=user.pk,
        address=address,
        subject=text.subject,
        body=body,
        link=link,
        kind=text.kind,
        owner_id=text.owner_id,
        held=text.held,
    )
