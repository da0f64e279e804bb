"""What a reviewer's reason is made of: maintained ones (models.ReviewReason) and words of their own."""

from collections.abc import Iterable


def compose(chosen: Iterable[str], words: str = "") -> str:
    """One text of the reasons chosen and the reviewer's own words; empty if there are neither."""
    return "；".join(part for part in (*(reason.strip() for reason in chosen), words.strip()) if part)
