"""Links that other apps put on the door's page: they stand to the right of this one and aren't named here.

An app offers its maker when it starts; the page asks each for the ticket in hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scheduling.models import AdmissionTicket
from skilleval.accounts.models import User


@dataclass(frozen=True)
class DoorLink:
    """A link beneath the buttons: its words, where it leads, and an icon of the sprite."""

    label: str
    url: str
    icon: str = "exclamation-triangle"


Maker = Callable[[AdmissionTicket, User], DoorLink | None]
_makers: dict[str, Maker] = {}


def offer(name: str, maker: Maker) -> None:
    """Have a maker asked for every ticket that staff look at; it answers None to whom it has nothing to offer."""
    _makers[name] = maker


def links_for(ticket: AdmissionTicket, user: User) -> list[DoorLink]:
    """What is offered to somebody who looks at a ticket, in the order of the names."""
    made = (_makers[name](ticket, user) for name in sorted(_makers))
    return [link for link in made if link]
