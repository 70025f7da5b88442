"""Cell formats of the workbook, each made once and named by what it says about the cell."""

from __future__ import annotations

from typing import Any

import xlsxwriter
from xlsxwriter.format import Format

from reports import style

_BASE: dict[str, Any] = {"font_name": "Arial", "font_size": 10, "font_color": style.INK, "valign": "top"}
_LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14, "font_color": style.ACCENT},
    "lead": {"font_color": style.MUTED},
    "notice": {"bold": True, "font_color": style.REVIEW, "bg_color": style.REVIEW_FILL},
    "alarm": {"bold": True, "font_size": 12, "font_color": style.BAD, "bg_color": style.BAD_FILL},
    "headline": {"bold": True, "font_size": 12},
    "heading": {"bold": True, "font_color": style.ACCENT},
    "header": {
        "bold": True,
        "font_color": style.PAPER,
        "bg_color": style.ACCENT,
        "text_wrap": True,
        "valign": "vcenter",
    },
    "label": {"bold": True},
    "right": {"align": "right"},
    "centre": {"align": "center"},
    "wrap": {"text_wrap": True},
    "indent": {"align": "left", "indent": 1},
    "input": {
        "font_color": style.INPUT_INK,
        "bg_color": style.INPUT_FILL,
        "border": 1,
        "border_color": style.LINE,
    },
    "unlocked": {"locked": False},
    "given": {"bg_color": style.PANEL},
    "total": {"bold": True, "top": 1, "top_color": style.ACCENT},
    "factor": {"num_format": "0.0000"},
    "precise": {"num_format": "0.0E+00"},
    "cents": {"num_format": "#,##0.00;-#,##0.00;0.00"},
}
_KINDS: dict[str, dict[str, Any]] = {
    kind: {"num_format": code} for kind, code in style.NUMBER_FORMATS.items() if kind != "text"
}
_PARTS = _LOOKS | _KINDS


class Styles:
    """Formats by name; names given together are laid over each other, later over earlier."""

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[str, ...], Format] = {}

    def of(self, *names: str) -> Format:
        """The format that carries all the named properties."""
        if names not in self._made:
            properties = dict(_BASE)
            for name in names:
                properties |= _PARTS.get(name, {})
            self._made[names] = self._workbook.add_format(properties)
        return self._made[names]
