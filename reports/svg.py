"""Small pieces of SVG: safe text, wrapped text, and a scale from values to places."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from html import escape

from reports.records import printable

# Mean width of a letter of a sans-serif face as a share of its size; wide (East Asian) letters take 1.
LETTER = 0.54


def safe(words: str) -> str:
    """The words as XML character data, printable and escaped."""
    return escape(printable(words), quote=True)


def width_of(words: str, size: float) -> float:
    """Estimated width of the words at a font size, in the same unit."""
    return size * sum(1.0 if unicodedata.east_asian_width(letter) in "WF" else LETTER for letter in words)


def wrap(words: str, width: float, size: float, lines: int) -> list[str]:
    """The words broken to a width, at most so many lines, the last one cut with an ellipsis if need be."""
    rest, broken = printable(words).split(), [""]
    for word in rest:
        for piece in _pieces(word, width, size):
            joined = f"{broken[-1]} {piece}".strip()
            if not broken[-1] or width_of(joined, size) <= width:
                broken[-1] = joined
            else:
                broken.append(piece)
    if len(broken) <= lines:
        return broken
    last = broken[lines - 1]
    while last and width_of(last + "…", size) > width:
        last = last[:-1]
    return [*broken[: lines - 1], last.rstrip() + "…"]


def _pieces(word: str, width: float, size: float) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and width_of(pieces[-1] + letter, size) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def words_at(x: float, y: float, lines: Sequence[str], size: float, attributes: str = "") -> str:
    """A text element with a line for each of the given; `attributes` are set on it as they are."""
    step = size * 1.2
    spans = "".join(
        f'<tspan x="{x:.1f}" y="{y + place * step:.1f}">{safe(line)}</tspan>' for place, line in enumerate(lines)
    )
    return f'<text font-size="{size:g}" {attributes}>{spans}</text>' if lines else ""


def scale(values: Sequence[float], start: float, end: float) -> Callable[[float], float]:
    """A function from a value to its place: the smallest lies at start; a single value in the middle."""
    low, high = min(values), max(values)
    if low == high:
        return lambda value: (start + end) / 2
    return lambda value: start + (value - low) / (high - low) * (end - start)
