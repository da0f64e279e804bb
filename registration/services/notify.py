"""Telling a candidate: always in the portal, and by SMS or e-mail, once for each cause.

No subject and no body names a person or a document number: a message may be read over somebody's shoulder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from registration.models import Application, Candidate, Group
from registration.services import stated_phones
from skilleval.accounts.wording import Own, Worded, own_words, worded
from skilleval.catalogue.models import Provider
from skilleval.core import outbox
from skilleval.core.enums import Channel
from skilleval.core.templates import Template


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What to tell whom. `cause` names what happened to which record: the same cause is told once.

    The words are a template's with `values`, as the provider words them (the application's, unless `provider` names
    one), or else `subject` and `body`. People without account are told of an application (`about`) at the phone that
    its row states; else, at that of their record, which may be an earlier one's.
    """

    candidate: Candidate
    cause: str
    subject: str = ""
    body: str = ""
    link: str = ""
    about: Application | None = None
    template: Template | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    provider: Provider | None = None

    @property
    def provider_id(self) -> int | None:
        """Whose words it has, and who may keep it back."""
        if self.provider:
            return self.provider.pk
        return self.about.offering.provider_id if self.about else None


def tell(
    candidate: Candidate,
    *,
    cause: str,
    subject: str = "",
    body: str = "",
    link: str = "",
    about: Application | None = None,
    template: Template | None = None,
    values: Mapping[str, str] | None = None,
    provider: Provider | None = None,
    own: Own | None = None,
    at: datetime,
) -> None:
    """Tell one candidate of one cause, in the caller's transaction; a cause told before is passed over.

    People without an account (from a roster) get an SMS, see Notice. `own` are the provider's words, where the caller
    has read them. `at` is when it happened: every verb passes it on, but it makes no second cause of a first (what can
    happen twice says so in its `cause`).
    """
    notice = Notice(
        candidate=candidate,
        cause=cause,
        subject=subject,
        body=body,
        link=link,
        about=about,
        template=template,
        values=values or {},
        provider=provider,
    )
    tell_all([notice], own=own)


def tell_all(notices: Iterable[Notice], *, own: Own | None = None) -> None:
    """Tell many people at once, in a handful of statements; `own` as for one."""
    found = list(notices)
    entered = {one.about.pk for one in found if one.about and one.about.group_id and not one.candidate.user_id}
    stated = stated_phones.of_applications(entered) if entered else {}
    if own is None:
        own = own_words((one.provider_id, one.template) for one in found if one.template)
    outbox.send_all([message for one in found for message in _messages(one, _text(one, own), stated)])


def page_of(subject: Application | Group) -> str:
    """The address of an application's or a group's page; the root says where that is (ABSOLUTE_URL_OVERRIDES)."""
    return str(subject.get_absolute_url())  # type: ignore[union-attr]


def _text(notice: Notice, own: Own) -> Worded:
    if notice.template is None:
        return Worded(subject=notice.subject, body=notice.body)
    return worded(notice.template, notice.values, provider_id=notice.provider_id, own=own)


def _messages(notice: Notice, text: Worded, stated: Mapping[int, str]) -> Iterable[outbox.Message]:
    user = notice.candidate.user
    if user:
        yield _message(notice, text, Channel.PORTAL, "")
    of_row = stated.get(notice.about.pk) if notice.about else None
    if phone := user.phone if user else of_row or notice.candidate.phone:
        yield _message(notice, text, Channel.SMS, phone)
    elif user and user.email:
        yield _message(notice, text, Channel.EMAIL, user.email)


def _message(notice: Notice, text: Worded, channel: str, address: str) -> outbox.Message:
    body = text.body if channel == Channel.PORTAL else outbox.away_text(text.body, notice.link)
    return outbox.Message(
        key=f"{notice.cause}:{channel}:{notice.candidate.pk}",
        channel=channel,
        recipient_id=notice.candidate.user_id,
        address=address,
        subject=text.subject,
        body=body,
        link=notice.link,
        kind=text.kind,
        owner_id=text.owner_id,
        held=text.held,
    )
