"""What is due on a day: each app registers its verbs, one run does them all, and a missed run changes nothing."""

import logging
from collections.abc import Callable
from datetime import date

logger = logging.getLogger(__name__)

Verb = Callable[[date], int]

_verbs: dict[str, Verb] = {}


class SomeFailed(Exception):
    """Some verbs failed; the others have run. Names which."""


def due(name: str) -> Callable[[Verb], Verb]:
    """Register a verb that does all that is due by a day, in its own transactions, and returns how much it did."""

    def register(verb: Verb) -> Verb:
        if name in _verbs:
            raise ValueError(f"two verbs named {name}")
        _verbs[name] = verb
        return verb

    return register


def names() -> list[str]:
    """The registered verbs, in the order they run in: that of the apps, upstream first."""
    return list(_verbs)


def run_due(on: date) -> dict[str, int]:
    """Run every verb for a day, and return how much each did; raises SomeFailed after all have run."""
    done, failed = {}, []
    for name, verb in _verbs.items():
        try:
            done[name] = verb(on)
        except Exception:
            logger.exception("due on %s: %s failed", on, name)
            failed.append(name)
    if failed:
        raise SomeFailed(", ".join(failed))
    return done
