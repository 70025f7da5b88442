"""What stands on the first sheet: the ask, its worth, the list and its line, the bridge, and what would change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from reports import charts, point_value, sentences
from reports.appendix_against import case_in_a_line
from reports.edition import CashModel, Edition
from reports.figures import cell_of_twenty, money
from reports.records import Row, label, number, records, text
from reports.sections import Table
from reports.sentences_gates import dial_sentence
from reports.ties import brackets, group_of, tied

ROWS = 6
FEWEST_ROWS = 3
WORDS = 400
# Headings and labels of the charts, which stand in the template; and the tags of a run not fit for use.
WORDS_AROUND = 62
WORDS_OF_TAGS = 34
CALIBRATION_SENTENCES = 5
BREAK_EVENS = 2
FAILED_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstSheet:
    """Everything on the first sheet, as text and finished SVG; empty where it does not apply."""

    headline: str
    answer: sentences.Answer
    failed: tuple[Row, ...]
    notices: tuple[str, ...]
    missing: tuple[str, ...]
    worth: str
    dots: str
    list_title: str
    list_note: str
    listed: Table
    bridge_title: str
    bridge: str
    change: tuple[str, ...]
    calibration: tuple[str, ...]
    checks: str
    against: str = ""
    approval: str = ""


def first_sheet(edition: Edition) -> FirstSheet:
    """The first sheet of an edition: as many rows of its list as keep it within 400 words, the case against last."""
    room = WORDS - WORDS_AROUND - (WORDS_OF_TAGS if edition.fitness != "fit" else 0)
    for rows in range(ROWS, FEWEST_ROWS, -1):
        sheet = _sheet(edition, rows)
        if _count_words(sheet) <= room:
            return _with_case(sheet, edition, room)
    return _with_case(_sheet(edition, FEWEST_ROWS), edition, room)


def _with_case(sheet: FirstSheet, edition: Edition, room: int) -> FirstSheet:
    """The sheet with a line on the case against, the longest there is room for."""
    left = room - _count_words(sheet)
    line = next((line for line in case_in_a_line(edition) if len(line.split()) <= left), "")
    return replace(sheet, against=line)


def _count_words(sheet: FirstSheet) -> int:
    lines = (sheet.headline, sheet.worth, sheet.list_title, sheet.list_note, sheet.bridge_title, sheet.checks)
    failed = (f"{row.get('check')} {row.get('text')}" for row in sheet.failed)
    cells = (cell for row in (sheet.listed.headings, *sheet.listed.rows) for cell in row)
    spoken = (
        *lines,
        sheet.approval,
        *failed,
        *sheet.notices,
        *sheet.missing,
        *sheet.change,
        *sheet.calibration,
        *cells,
    )
    return sum(len(line.split()) for line in spoken)


def _sheet(edition: Edition, rows: int) -> FirstSheet:
    kind = sentences.answer(edition)
    priced = edition.cash is not None and edition.worth is not None and edition.money_word == "margin"
    title, drawn = _bridge(edition) if priced else ("", "")
    showing = edition.worth if priced and sentences.chosen_ids(edition) else None
    return FirstSheet(
        headline=sentences.headline(edition),
        answer=kind,
        failed=tuple(sentences.with_status(edition, "fail"))[:FAILED_SHOWN],
        notices=_notices(edition),
        missing=sentences.missing(edition),
        worth=sentences.worth(edition, showing) if showing else "",
        dots=charts.dotplot(showing.dots, edition.currency) if showing and showing.dots else "",
        list_title=_list_title(edition) if priced else _pain_title(edition),
        list_note=_list_note(edition, rows) if priced else "",
        listed=ranking(edition, rows) if priced else _pains(edition, rows),
        bridge_title=title,
        bridge=drawn,
        change=_what_would_change(edition),
        calibration=point_value.calibration(edition)[:CALIBRATION_SENTENCES],
        checks=sentences.checks(edition),
        approval=sentences.approval(edition),
    )


def _notices(edition: Edition) -> tuple[str, ...]:
    """The notices, without those that only repeat a failed check, which stand in the band above."""
    told = [text(row, "text") for row in sentences.with_status(edition, "fail")[:FAILED_SHOWN]]
    return tuple(notice for notice in edition.notices if not any(words and words in notice for words in told))


def _list_title(edition: Edition) -> str:
    return f"Initiatives / NPV in {edition.currency} / {sentences.horizon(edition)} after {edition.as_of}"


def _pain_title(edition: Edition) -> str:
    return f"Pain points / {edition.money_name} at stake in {edition.currency} / {sentences.horizon(edition)}"


def _list_note(edition: Edition, rows: int) -> str:
    hidden = len(records(edition, "initiatives")) - rows
    more = f" {hidden} more in the appendix." if hidden > 0 else ""
    return f"{sentences.portfolio(edition)}{more}"


def ranking(edition: Edition, rows: int) -> Table:
    """The ranked initiatives, the chosen above the line, at most so many rows."""
    picked = sentences.chosen(edition)
    ids = {text(row, "initiative") for row in picked}
    rest = [row for row in sentences.ranked(edition) if text(row, "initiative") not in ids]
    shown = [*picked, *rest][:rows]
    ties = tied([*picked, *rest])
    return Table(
        headings=("Rank", "Initiative", "Owner", "One-off", "Low", "Expected", "High", "Pays back", "Verdict"),
        rows=tuple(_ranked_row(row, ties) for row in shown),
        words=3,
        strong=min(len(picked), rows),
        ties=brackets(shown) if ties else (),
    )


def _ranked_row(row: Row, ties: frozenset[str]) -> tuple[str, ...]:
    rank = number(row, "rank")
    figures = (money(number(row, column)) for column in ("cost", "npv_p05", "npv", "npv_p95"))
    return (
        "" if rank is None else f"{rank:.0f}" + ("=" if group_of(row) in ties else ""),
        label(row, "initiative"),
        text(row, "owner"),
        *figures,
        cell_of_twenty(number(row, "p_npv_positive")),
        text(row, "verdict"),
    )


def _pains(edition: Edition, shown: int) -> Table:
    rows = sorted(records(edition, "pain_points"), key=lambda row: -(number(row, "value") or 0.0))[:shown]
    return Table(
        headings=("Pain point", "Owner", "Low", "Expected", "High"),
        rows=tuple(
            (
                label(row, "pain_point"),
                text(row, "owner"),
                *(money(number(row, column)) for column in ("value_p05", "value", "value_p95")),
            )
            for row in rows
        ),
        words=2,
    )


def bridge_steps(edition: Edition) -> tuple[str, list[tuple[str, float]], float]:
    """What is bridged, its discounted steps and their total: of the chosen set, or of the best candidate.

    Expected values. For the set, `overlap` is what its initiatives would count twice alone.
    """
    cash, worth = edition.cash, edition.worth
    if cash is None or worth is None:
        return "", [], 0.0
    picked = sentences.chosen_ids(edition)
    if picked:
        steps = _steps(cash, picked)
        overlap = worth.mean - sum(value for _, value in steps)
        return "the chosen set", _with_overlap(steps, overlap), worth.mean
    best = sentences.best_candidate(edition)
    if best is None:
        return "", [], 0.0
    steps = _steps(cash, [str(best.get("initiative"))])
    return label(best, "initiative"), steps, sum(value for _, value in steps)


def _steps(cash: CashModel, picked: Sequence[str]) -> list[tuple[str, float]]:
    """Discounted benefits and cost of the picked initiatives, each alone, summed.

    Source: the NPV formula of `CashModel`.
    """
    rows = [place for place, item in enumerate(cash.initiatives) if item in picked]
    periods = np.arange(1, len(cash.periods) + 1)
    factors = (1 + cash.discount_rate) ** (-(periods - 0.5) / cash.periods_a_year)
    cost = cash.overrun[:, None] * (cash.cost[:, None] * cash.cost_share + cash.capex_extra) + cash.opex
    parts = (
        ("retention", cash.retention),
        ("spend", cash.spend),
        ("service", cash.service_saving),
        ("other", cash.other_benefit),
        ("cost", -cost),
    )
    steps = [(name, float((array[rows] @ factors).sum())) for name, array in parts]
    return [(name, value) for name, value in steps if value != 0 or name == "cost"]


def _with_overlap(steps: list[tuple[str, float]], overlap: float) -> list[tuple[str, float]]:
    largest = max(abs(value) for _, value in steps)
    return steps if abs(overlap) <= 1e-9 * largest else [*steps[:-1], ("overlap", overlap), steps[-1]]


def _bridge(edition: Edition) -> tuple[str, str]:
    of, steps, total = bridge_steps(edition)
    if not steps:
        return "", ""
    return (
        f"Bridge of {of} / expected, discounted, {edition.currency}",
        charts.bridge(steps, ("NPV", total), edition.currency),
    )


def _what_would_change(edition: Edition) -> tuple[str, ...]:
    """For a funded set where its thinnest initiatives stop paying; else what the best candidate lacks."""
    if edition.money_word == "revenue":
        return ()
    rows = {str(row.get("initiative")): row for row in records(edition, "break_even")}
    picked = [str(row.get("initiative")) for row in sentences.chosen(edition)]
    if picked:
        thin = sorted((rows[item] for item in picked if item in rows), key=lambda row: -(_demand(row)))
        said = [sentences.stops_paying(row) for row in thin]
        face = [row for row in records(edition, "face_value") if not text(row, "initiative")]
        whole = [sentences.at_face_value(row) for row in face]
        dial = (dial_sentence(edition),) if records(edition, "dial_marks") else ()
        return (*whole, *tuple(sentence for sentence in said if sentence)[:BREAK_EVENS], *dial)
    best = sentences.best_candidate(edition)
    item = str(best.get("initiative")) if best else ""
    if item:
        said = [sentences.would_have_to_be_true(edition, item)]
        said += [sentences.would_pay(rows[item])] if item in rows else []
        return tuple(sentence for sentence in said if sentence)
    return tuple(sentences.would_pay(row) for row in list(rows.values())[:BREAK_EVENS])


def _demand(row: Row) -> float:
    return max(number(row, "credibility") or 0.0, number(row, "effectiveness") or 0.0)
