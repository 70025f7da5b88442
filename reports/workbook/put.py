"""Writing one cell: text stays text, a number that is none says so, a formula carries its value."""

from __future__ import annotations

import math
import re
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

ABSENT = "n/a"
MAX_TEXT = 32_767
_CUT = " [cut: longer than a cell holds]"
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def cell_text(text: object) -> str:
    """The text as a cell can hold it: no control characters or lone surrogates, cut where it is too long."""
    clean = _UNWRITABLE.sub("", str(text).replace("\r\n", "\n").replace("\r", "\n"))
    return clean if len(clean) <= MAX_TEXT else clean[: MAX_TEXT - len(_CUT)] + _CUT


def put_text(sheet: Worksheet, row: int, column: int, text: object, form: Format) -> None:
    """Write text as text, whatever it begins with."""
    clean = cell_text(text)
    if clean:
        sheet.write_string(row, column, clean, form)
    else:
        sheet.write_blank(row, column, None, form)


def put_number(sheet: Worksheet, row: int, column: int, number: float, form: Format) -> None:
    """Write a finite number; anything else is written as `n/a`, never as an empty cell."""
    value = float(number)
    if math.isfinite(value):
        sheet.write_number(row, column, value, form)
    else:
        sheet.write_string(row, column, ABSENT, form)


def put_value(
    sheet: Worksheet, row: int, column: int, value: float | np.number[Any] | str | None, form: Format
) -> None:
    """Write a table's value: numbers as numbers, all else as text; a missing value reads `n/a`."""
    if isinstance(value, int | float | np.number):
        put_number(sheet, row, column, float(value), form)
    elif pd.isna(value):
        put_text(sheet, row, column, ABSENT, form)
    else:
        put_text(sheet, row, column, value, form)


def put_formula(sheet: Worksheet, row: int, column: int, formula: str, value: object, form: Format) -> None:
    """Write a formula and the value it has now; NaN stands for a formula whose answer is `n/a`."""
    absent = isinstance(value, Real) and not math.isfinite(float(value))
    number = float(value) if isinstance(value, Real) else cell_text(value)
    sheet.write_formula(row, column, formula, form, ABSENT if absent else number)
