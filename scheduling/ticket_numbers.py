"""The admission ticket's number (SPEC 8): 14 digits.

The last 4 digits of the provider's filing number, year and month of the session (yymm), a serial of 5 digits counted
per provider and month, and a check digit by ISO 7064 MOD 11,10, the standard's scheme for digits checked by one digit:
it finds every single wrong digit and nearly all swapped neighbours.
"""

from datetime import date

SERIALS = 99_999


def series(filing_number: str, held_on: date) -> str:
    """The eight digits that a provider's numbers of a month begin with."""
    return f"{filing_number[-4:]}{held_on:%y%m}"


def number(filing_number: str, held_on: date, serial: int) -> str:
    """The ticket number; raises ValueError for a serial that 5 digits can't hold."""
    if not 1 <= serial <= SERIALS:
        raise ValueError(f"no ticket serial: {serial}")
    digits = f"{series(filing_number, held_on)}{serial:05d}"
    return digits + check_digit(digits)


def is_sound(ticket_number: str) -> bool:
    """Whether a typed number has 14 digits and the right check digit."""
    return (
        len(ticket_number) == 14
        and ticket_number.isascii()
        and ticket_number.isdigit()
        and check_digit(ticket_number[:-1]) == ticket_number[-1]
    )


def check_digit(digits: str) -> str:
    """ISO 7064 MOD 11,10."""
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)
