"""The certificate's guilloche: waves and rosettes as SVG paths, drawn once and the same on every certificate."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import lru_cache
from math import cos, sin, tau

Point = tuple[float, float]

WIDTH, HEIGHT = 297, 210  # A4 landscape, millimetres
EDGE, DEPTH = 9.0, 9.0  # where the band begins, how deep it is
CORNER = 10.5  # radius of the corners' rosettes
BRONZE, PALE, FAINT = "#9a7b3f", "#cdb988", "#f3ecdc"


@lru_cache(maxsize=1)
def frame() -> str:
    """The frame and the pale rosette in its middle, as a data URI for the ``src`` of a picture."""
    middle = EDGE + DEPTH / 2
    parts = [_rosette(WIDTH / 2, HEIGHT / 2 + 8, 62, FAINT, 0.25, petals=12, count=8, depth=0.3)]
    for colour, width, amplitude, length, phases in (
        (PALE, 0.14, 3.7, 9.0, 5),
        (BRONZE, 0.15, 2.5, 18.0, 6),
        (BRONZE, 0.13, 1.1, 6.0, 2),
    ):
        for phase in range(phases):
            line = phase / phases
            parts.append(_stroke(_band(middle, amplitude, length, line), colour, width))
    for x in (middle, WIDTH - middle):
        for y in (middle, HEIGHT - middle):
            parts.append(f'<circle cx="{x}" cy="{y}" r="{CORNER - 2.6}" fill="#fff"/>')
            parts.append(_rosette(x, y, CORNER - 2.4, BRONZE, 0.12, petals=12, count=6, depth=0.24))
            parts.append(_rosette(x, y, CORNER - 5.4, BRONZE, 0.12, petals=8, count=4, depth=0.34))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}mm" height="{HEIGHT}mm"'
        f' viewBox="0 0 {WIDTH} {HEIGHT}">{"".join(parts)}</svg>'
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _band(middle: float, amplitude: float, length: float, phase: float) -> str:
    """A wave along all four sides, between the corners' rosettes."""
    start, right, bottom = middle + CORNER - 3, WIDTH - middle, HEIGHT - middle
    across, down = WIDTH - 2 * start, HEIGHT - 2 * start
    waves = [_wave(across, amplitude, length, phase), _wave(down, amplitude, length, phase)]
    level = [_path([(start + along, side + off) for along, off in waves[0]]) for side in (middle, bottom)]
    upright = [_path([(side + off, start + along) for along, off in waves[1]]) for side in (middle, right)]
    return "".join(level + upright)


def _wave(distance: float, amplitude: float, length: float, phase: float) -> list[Point]:
    """A cosine as cubic curves, a whole number of waves to the side, four curves to the wave."""
    steps = round(distance / length) * 4
    step = distance / steps

    def at(number: int) -> tuple[Point, Point]:
        angle = tau * (number / 4 + phase)
        return (number * step, amplitude * cos(angle)), (step, -amplitude * sin(angle) * tau / 4)

    return _curve(at, steps)


def _rosette(x: float, y: float, radius: float, colour: str, width: float, **flower: float) -> str:
    """Flowers of one size turned against each other."""
    count = int(flower.pop("count"))
    return "".join(
        _stroke(_flower(x, y, radius, turn=number / count, **flower), colour, width) for number in range(count)
    )


def _flower(x: float, y: float, radius: float, *, petals: float, depth: float, turn: float) -> str:
    """A closed curve whose distance from the middle swells `petals` times."""
    steps = int(petals) * 4

    def at(number: int) -> tuple[Point, Point]:
        angle = tau * number / steps
        reach = radius * (1 - depth + depth * cos(petals * angle + tau * turn))
        grows = -radius * depth * petals * sin(petals * angle + tau * turn)
        place = (x + reach * cos(angle), y + reach * sin(angle))
        slope = (grows * cos(angle) - reach * sin(angle), grows * sin(angle) + reach * cos(angle))
        return place, (slope[0] * tau / steps, slope[1] * tau / steps)

    return _path(_curve(at, steps))


def _curve(at: Callable[[int], tuple[Point, Point]], steps: int) -> list[Point]:
    """Cubic curves through a function's places, with handles by its slopes (Hermite to Bézier)."""
    points: list[Point] = []
    for number in range(steps + 1):
        (x, y), (dx, dy) = at(number)
        around = [(x - dx / 3, y - dy / 3), (x, y), (x + dx / 3, y + dy / 3)]
        points += around[1 if number == 0 else 0 : 2 if number == steps else 3]
    return points


def _path(points: list[Point]) -> str:
    first, *rest = (f"{x:.2f} {y:.2f}" for x, y in points)
    return f"M{first}C{' '.join(rest)}"


def _stroke(path: str, colour: str, width: float) -> str:
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
