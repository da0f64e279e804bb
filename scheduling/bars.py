"""What other apps have made of a session: with marks opened or a case from its rooms it stays as it is (SPEC 7.8).

They stand to the right of this app and aren't named here: each offers its question when it starts, as for the door.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

#: Given sessions by their ids, why they can't be changed any more, in words; empty where nothing stands in the way.
Question = Callable[[Collection[int]], str]
_questions: dict[str, Question] = {}


def offer(name: str, question: Question) -> None:
    """Have a question asked, under the locks, before published sessions are changed."""
    _questions[name] = question


def reasons(sessions: Collection[int]) -> list[str]:
    """What stands in the way, in the order of the names."""
    found = (_questions[name](sessions) for name in sorted(_questions))
    return [reason for reason in found if reason]
