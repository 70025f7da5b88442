"""Texts of tables read alike on every engine: without blanks around them, and as the numbers they say."""

from __future__ import annotations

from typing import Any

import ibis

# What a text of this shape says lies between 1e-300 and 1e308 or is 0: every engine holds it, and none raises.
NUMBER = (
    r"^[+-]?(([0-9]{1,100}([.][0-9]{0,100})?|[.][0-9]{1,100})([eE][+-]?([0-9]{1,2}|1[0-9]{2}))?"
    r"|[0-9]([.][0-9]{0,20})?[eE][+]?(2[0-9]{2}|30[0-7]))$"
)
_BLANKS_AROUND = r"^[ \t\n\x0B\f\r]+|[ \t\n\x0B\f\r]+$"


def without_blanks(text: Any) -> Any:  # noqa: ANN401
    """The text without blanks around it."""
    # Spark reads the \f of a literal as f, so that a plain strip would take letters off an id.
    if text.get_backend().name == "pyspark":
        return text.re_replace(_BLANKS_AROUND, "")
    return text.strip()


def as_number(text: Any) -> Any:  # noqa: ANN401
    """The number that a text says, null where it says none that every engine can hold."""
    return text.re_search(NUMBER).ifelse(text, ibis.null("string")).cast("float64")
