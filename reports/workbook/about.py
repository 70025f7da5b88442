"""About: what the workbook is, what it was made from, and how to read it."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from reports.edition import Edition
from reports.sentences import approval
from reports.workbook.book import LINE_HEIGHT, Book, content_top, line_count, open_sheet
from reports.workbook.put import put_text

_GLOSSARY = (
    ("Value at stake", "What a stage or pain point is worth if it never went wrong again, over the horizon."),
    ("Prevalence", "Share of active customers a pain point meets in a period, mean of the last four periods."),
    ("NPV", "Net present value: benefits less all costs, each counted at the middle of its period."),
    ("ROI", "NPV over the present value of all costs."),
    ("Payback", "First quarter after the first spend in which net cash so far is 0 or more, undiscounted."),
    ("90% range", "From the 5th to the 95th of 100 equally likely outcomes; every range here is one."),
    ("Verdict", "fund: chosen and NPV above 0 with a chance of 80% or more; pilot: worth trying small; park: neither."),
    ("Grade", "How an effect was found, from an experiment down to an expert's word."),
)
_WIDTH = 100
_LIVE = (
    "Change Inputs; Calc, Ranking, Sets, Portfolio, Checks and Dashboard follow by formula. All else is as delivered."
)
_FIXED = "No live sheets: the study gives no cost or no margin, so there is no NPV to recompute. All is as delivered."


def write_about(book: Book) -> None:
    """Write two columns: a label and what it says; then colours and terms."""
    sheet = open_sheet(
        book, "About", book.edition.name, "A study of what customer experience is worth: about this workbook."
    )
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, _WIDTH)
    row = content_top(book.edition)
    for label, text in _facts(book.edition, live=book.live is not None):
        put_text(sheet, row, 0, label, book.styles.of("label"))
        put_text(sheet, row, 1, text, book.styles.of("wrap"))
        sheet.set_row(row, LINE_HEIGHT * line_count(text, _WIDTH))
        row += 1
    row = _write_colours(book, sheet, row + 1)
    put_text(sheet, row + 1, 0, "Terms", book.styles.of("heading"))
    for step, (term, meaning) in enumerate(_GLOSSARY, start=row + 2):
        put_text(sheet, step, 0, term, book.styles.of("label"))
        put_text(sheet, step, 1, meaning, book.styles.of("wrap"))
    sheet.repeat_rows(0, content_top(book.edition) - 1)


def _facts(edition: Edition, *, live: bool) -> tuple[tuple[str, str], ...]:
    units = "units seen in every period (sites)" if edition.shape == "sites" else "customers who can leave (customers)"
    horizon = (
        f"{edition.horizon[0]} to {edition.horizon[-1]} ({len(edition.horizon)} periods)" if edition.horizon else "none"
    )
    versions = ", ".join(f"{name} {version}" for name, version in edition.versions.items())
    return (
        ("Purpose", "Says which fixes of the customer journey to fund, what they are worth, and how sure that is."),
        ("How it works", _LIVE if live else _FIXED),
        ("Fitness", edition.fitness),
        *((("Approval", words),) if (words := approval(edition)) else ()),
        ("As of", f"{edition.as_of}, the last period with data; value is counted from the next"),
        ("Horizon", f"{horizon}, a {edition.period_kind} each"),
        ("Kind of study", f"{units}; relationship: {edition.relationship}"),
        ("Currency", f"{edition.currency}; money is {edition.money_name} unless a heading says otherwise"),
        ("Discount rate", f"{edition.discount_rate:.2%} a year, cash counted at the middle of its period"),
        ("One point", edition.point),
        (
            "Signs",
            "Benefits are positive. Costs are entered positive and taken off. A negative effect of a pain point hurts.",
        ),
        *((("Data" if not place else ""), rows) for place, rows in enumerate(edition.rows)),
        ("Run", edition.run_id),
        ("Seed", str(edition.seed)),
        ("Versions", versions),
    )


def _write_colours(book: Book, sheet: Worksheet, row: int) -> int:
    put_text(sheet, row, 0, "Colours", book.styles.of("heading"))
    keys = (
        ("input", "blue on cream", "may be changed, on Inputs only"),
        ("given", "black on grey", "as delivered by the engine; only a new run changes it"),
        ("wrap", "black on white", "formula or text"),
    )
    for step, (look, label, meaning) in enumerate(keys, start=row + 1):
        put_text(sheet, step, 0, label, book.styles.of(look))
        put_text(sheet, step, 1, meaning, book.styles.of("wrap"))
    return row + 1 + len(keys)
