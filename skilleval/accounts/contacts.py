"""Telephones and e-mail addresses as ways to reach a person: shown masked, and who has proved that one is theirs."""

from allauth.account.models import EmailAddress

from skilleval.accounts.models import User
from skilleval.core.enums import Channel
from skilleval.core.identity import mask_phone


def channel_of(address: str) -> str:
    """How an address is reached: SMS for a telephone (E.164), else e-mail."""
    return Channel.EMAIL if "@" in address else Channel.SMS


def masked(address: str) -> str:
    """138****5678, z***@example.com: enough for its owner to know it by."""
    if channel_of(address) == Channel.SMS:
        return mask_phone(address)
    name, _, domain = address.partition("@")
    return f"{name[:1]}***@{domain}"


def holder_of(address: str) -> User | None:
    """The account that has verified the telephone (E.164) or e-mail address (lower case), if any."""
    if channel_of(address) == Channel.SMS:
        return User.objects.by_phone(address).filter(phone_verified=True).first()
    return User.objects.filter(emailaddress__email=address, emailaddress__verified=True).first()


def holds(user: User, address: str) -> bool:
    """Whether an account has verified the telephone or e-mail address."""
    if channel_of(address) == Channel.SMS:
        return bool(user.phone_verified and user.phone == address)
    return bool(EmailAddress.objects.filter(user=user, email=address, verified=True).exists())
