"""Cells that a spreadsheet would take for a formula, made plain text and back (RELIABILITY 9).

Pure. The apostrophe stands in the cell: it survives a detour through csv, which a cell's format doesn't.
"""

FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
APOSTROPHE = "'"


def escaped(text: str) -> str:
    """Text that no spreadsheet calculates: what begins like a formula gets an apostrophe in front."""
    begins = text.lstrip()
    plain = begins.lstrip(APOSTROPHE)
    return APOSTROPHE + begins if plain.startswith(FORMULA_STARTS) else text


def unescaped(text: str) -> str:
    """What `escaped` was given."""
    behind = text.removeprefix(APOSTROPHE)
    return behind if behind.lstrip(APOSTROPHE).startswith(FORMULA_STARTS) else text
