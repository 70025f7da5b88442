"""How an id looks where it leaves: as it is, or as a hash under a key that only the study's owner has."""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import TYPE_CHECKING

from impact.errors import Finding

if TYPE_CHECKING:
    from impact.study import Study

# The 128 bits that a key should hold at the least, written as text.
# Source: NIST SP 800-107r1, section 5.3.
LEAST_KEY = 16
HASH_DIGITS = 16
HIDDEN = "(hidden)"
LONGEST_VALUE = 80  # letters of a cell that are printed: enough to find it by, too few to be a text of its own


def shown_id(customer_id: object, study: Study) -> str:
    """The id as it may leave: itself, or where `[data] id_key` is set its HMAC-SHA256, 16 hex digits.

    Made here and not on the engine, because a key in the text of a query would end in the engine's log.
    Hidden where the key is asked for and not there; a blank stays blank.
    """
    text = "" if customer_id is None or customer_id != customer_id else str(customer_id)
    name = study.data.id_key
    if name is None or not text:
        return cut(text)
    key = os.environ.get(name, "")
    if len(key) < LEAST_KEY:
        return HIDDEN
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()[:HASH_DIGITS]


def cut(text: str, most: int = LONGEST_VALUE) -> str:
    """The text, one of more than `most` letters cut short."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def key_faults(study: Study) -> list[Finding]:
    """A finding where the environment variable that holds the key is not set or its text too short to be one."""
    name = study.data.id_key
    if name is None or len(os.environ.get(name, "")) >= LEAST_KEY:
        return []
    there = bool(os.environ.get(name))
    return [
        Finding(
            code="D393",
            place="study.toml: [data].id_key",
            found=f"the environment variable {name} {'holds too short a key' if there else 'is not set'}",
            allowed=f"a secret text of {LEAST_KEY} characters or more in that variable",
            remedy=f"set {name} before the command is started, or take id_key out to show ids as they are",
        )
    ]
