"""The table of what would overturn each headline rate: a row a test, with the answer it stands behind."""

from __future__ import annotations

import pandas as pd

from models.sensitivity.answers import Doubt

DOUBTS = ("outcome", "term", "question", "verdict", "test", "found", "limit", "status", "text")
HIDDEN_CAUSE = "hidden cause"


def doubts_table(doubts: tuple[Doubt, ...]) -> pd.DataFrame:
    """A row an answer (its `test` blank), then a row a test behind it; last of each rate its hidden cause in words.

    Rates in their order, overall first.
    """
    rows: list[dict[str, str]] = []
    for doubt in doubts:
        named = {"outcome": doubt.outcome, "term": doubt.term}
        for one in doubt.answers:
            asked = named | {"question": one.question, "verdict": one.verdict}
            rows.append(asked | {"test": "", "found": "", "limit": "", "status": "", "text": one.text})
            rows += [
                asked
                | {"test": each.name, "found": each.found, "limit": each.limit, "status": each.status}
                | {"text": each.text}
                for each in one.tests
            ]
        blank = dict.fromkeys(("verdict", "test", "found", "limit", "status"), "")
        rows.append(named | {"question": HIDDEN_CAUSE} | blank | {"text": doubt.hidden_cause})
    return pd.DataFrame(rows, columns=list(DOUBTS))
