"""Invented numbers that are right in form and belong to nobody."""

from stdnum.cn import uscc


def credit_code(serial: int) -> str:
    """A 统一社会信用代码 of a Shanghai body that no office has given."""
    first = f"91310000MA{serial:07d}"
    return first + uscc.calc_check_digit(first)
