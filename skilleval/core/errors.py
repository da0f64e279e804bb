"""Refusals a person can read: every rule that stops somebody raises one of these, never a bare error."""

from datetime import date


class Refused(Exception):
    """A request that a rule turns down.

    ``message`` is Chinese and names the cure. ``field`` is the form field it belongs to, ``source`` the clause it
    rests on, ``from_on`` the first day on which the same request would be granted.
    """

    status = 400

    def __init__(
        self, message: str, *, field: str | None = None, source: str | None = None, from_on: date | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.source = source
        self.from_on = from_on


class Conflict(Refused):
    """Somebody else was quicker: the record is no longer in the state the request was made for."""

    status = 409

    def __init__(self, message: str = "该记录刚被他人处理，请刷新后再试", *, field: str | None = None) -> None:
        super().__init__(message, field=field)


class NotAllowed(Refused):
    """The person is known, the record is theirs to see, but their role doesn't give them this action."""

    status = 403

    def __init__(self, message: str = "您的角色没有此项权限，请联系本单位管理员", *, field: str | None = None) -> None:
        super().__init__(message, field=field)
