"""The sentences of a delivery: the same words on the terminal, on the page and in the workbook."""

from __future__ import annotations

from typing import Literal

from reports.edition import Edition, Worth
from reports.figures import money, money_range, of_twenty, percent
from reports.records import Row, is_on, label, listing, number, printable, records, text
from scenarios.verdicts import FUND_CHANCE

Answer = Literal["not fit", "too few units", "revenue only", "nothing priced", "fund nothing", "fund"]

NAMES_IN_A_HEADLINE = 4
FEW_UNITS, ONE_PERIOD = "C105", "D332"
SEEN_ONCE, ESTIMATED = "C446", "D450"
NOTICED = (FEW_UNITS, ONE_PERIOD, SEEN_ONCE, ESTIMATED)


def answer(edition: Edition) -> Answer:
    """The kind of answer this edition gives; every page and the headline follow it."""
    if edition.fitness != "fit":
        return "not fit"
    if too_few_units(edition):
        return "too few units"
    if edition.money_word == "revenue":
        return "revenue only"
    if edition.cash is None or edition.worth is None:
        return "nothing priced"
    return "fund" if chosen_ids(edition) else "fund nothing"


def headline(edition: Edition) -> str:
    """The ask in one sentence, with what it costs and what it is worth."""
    match answer(edition):
        case "not fit":
            return _not_fit(edition)
        case "too few units":
            return f"No net value is claimed and nothing is chosen: {_few_units(edition)}"
        case "revenue only":
            return f"No net value is claimed, because the study has no margin. {largest_pain(edition)}"
        case "nothing priced":
            return f"Nothing can be chosen, because no initiative is priced. {largest_pain(edition)}"
        case "fund nothing":
            return funding_nothing(edition)
        case "fund":
            return _fund(edition)


def _not_fit(edition: Edition) -> str:
    failed = [printable(str(row.get("check", ""))) for row in with_status(edition, "fail")]
    if not failed:
        return "Not fit for use: this run carries no recommendation."
    several = f"{len(failed)} checks" if len(failed) > 1 else "a check"
    more = " and others" if len(failed) > 3 else ""
    reason = f"because {several} failed: {listing(failed[:3])}{more}"
    return f"Not fit for use: this run carries no recommendation, {reason}."


def too_few_units(edition: Edition) -> bool:
    """Whether no effect was estimated because the study has too few units."""
    return any(row.get("code") == FEW_UNITS for row in with_status(edition, "review"))


def _few_units(edition: Edition) -> str:
    row = next(row for row in with_status(edition, "review") if row.get("code") == FEW_UNITS)
    return f"{text(row, 'found')}, and at least {text(row, 'limit')} are needed. {_break_even_first(edition)}"


def _break_even_first(edition: Edition) -> str:
    rows = records(edition, "break_even")
    if not rows:
        return "No break-even is given, because no initiative has a cost against a margin."
    return would_pay(rows[0])


def _fund(edition: Edition) -> str:
    picked, first = chosen(edition), _learnt_first(edition)
    if not picked:
        return f"Fund nothing outright; {first}, and decide by what it shows: {_gain(edition)}."
    also = f", and {first}" if first else ""
    sure = [row for row in picked if (number(row, "p_npv_positive") or 0.0) >= FUND_CHANCE]
    gain = _gain(edition)
    if sure:
        unsure = [row for row in picked if (number(row, "p_npv_positive") or 0.0) < FUND_CHANCE]
        belong = "belongs" if len(unsure) == 1 else "belong"
        with_them = f"; {_names(unsure)} {belong} to the best set but not surely enough alone" if unsure else ""
        return f"Fund {_names(sure)}{with_them}{also}: {gain}."
    several = "each pays" if len(picked) > 1 else "it pays"
    return (
        f"No initiative is sure enough to fund outright; the best use of the money is {_names(picked)}{also}: {gain}, "
        f"but {several} back alone in fewer than 16 of 20 futures."
    )


def _learnt_first(edition: Edition) -> str:
    """Which pilots and surveys are chosen, as something to do; empty where none is."""
    rows = [row for row in _chosen_rows(edition) if not _is_initiative(row)]
    return f"learn first by {_names(rows)}" if rows else ""


def _gain(edition: Edition) -> str:
    value = edition.worth
    if value is None:
        return "not valued"
    return (
        f"{money(value.cost, edition.currency)} to spend, {money(value.mean, edition.currency)} net "
        f"(range {money_range(value.p05, value.p95)}) over {horizon(edition)}"
    )


def _names(rows: list[Row]) -> str:
    names = [label(row, "initiative") for row in rows]
    if len(names) <= NAMES_IN_A_HEADLINE:
        return listing(names)
    return f"{len(names)} initiatives, first {listing(names[: NAMES_IN_A_HEADLINE - 1])}"


def worth(edition: Edition, value: Worth) -> str:
    """What the chosen set is worth: net value, its range, and in how many of 20 futures it pays back."""
    return (
        f"Expected net value {money(value.mean, edition.currency)}; 9 of 10 futures lie between "
        f"{money(value.p05, edition.currency)} and {money(value.p95)}. "
        f"The set pays back in {of_twenty(value.p_positive)} futures."
    )


def funding_nothing(edition: Edition) -> str:
    """That nothing is worth funding now, and which initiative comes nearest."""
    best = best_candidate(edition)
    if best is None:
        return "Fund nothing now: the plan holds no initiative to choose from."
    low, high = number(best, "npv_p05"), number(best, "npv_p95")
    fitting = " that its limits and its aim allow" if (number(best, "npv") or 0.0) > 0 else ""
    return (
        f"Fund nothing now: over {horizon(edition)} no initiative{fitting} is expected to return more than it costs. "
        f"The nearest, {label(best, 'initiative')}, has an expected net value of "
        f"{money(number(best, 'npv'), edition.currency)} (range {money_range(low, high)})."
    )


def would_have_to_be_true(edition: Edition, initiative: str) -> str:
    """What would have to be true for an initiative to be funded; empty where the run does not say."""
    for row in records(edition, "portfolio"):
        if str(row.get("initiative")) == initiative and row.get("kind", "initiative") == "initiative":
            needed = text(row, "what_would_have_to_be_true").rstrip(".")
            return f"What would have to be true of {label(row, 'initiative')}: {needed}." if needed else ""
    return ""


def stops_paying(row: Row) -> str:
    """From a break-even row: where an initiative that pays today stops paying, each condition by itself."""
    parts = []
    effectiveness, kept = number(row, "effectiveness"), number(row, "credibility")
    if effectiveness is not None and effectiveness <= 1:
        parts.append(f"if it removes less than {percent(effectiveness)} of the occurrences")
    if kept is not None and kept <= 1:
        parts.append(f"if the haircut is above {percent(1 - kept)}")
    return f"{label(row, 'initiative')} stops paying {', or '.join(parts)}." if parts else ""


def at_face_value(row: Row) -> str:
    """From a face-value row: its worth with no haircut, and the haircut it bears."""
    worth, most = number(row, "npv_face_value"), number(row, "break_even_haircut")
    if worth is None:
        return ""
    name = text(row, "name")
    said = f"At face value {name} is worth {money(worth)}"
    if most is None or most < 0:
        return f"{said}: it does not pay even so."
    return f"{said}; it pays {'whatever the haircut' if most >= 1 else f'up to a haircut of {percent(most)}'}."


def would_pay(row: Row) -> str:
    """From a break-even row: where an initiative would start to pay, each condition by itself."""
    effectiveness, kept = number(row, "effectiveness"), number(row, "credibility")
    parts = []
    if effectiveness is not None and effectiveness <= 1:
        parts.append(f"if it removed {percent(effectiveness)} of the occurrences")
    if kept is not None and kept <= 1:
        parts.append(f"if the haircut were at most {percent(1 - kept)}")
    if not parts and effectiveness is None and kept is None:
        parts = _in_money(row)
    name = label(row, "initiative")
    if not parts:
        return f"{name} would not pay if it removed every occurrence, nor with no haircut: it costs too much."
    return f"{name} would pay {', or '.join(parts)}."


def _in_money(row: Row) -> list[str]:
    fewer, more = number(row, "retention_points"), number(row, "spend_relative")
    leaving = [] if fewer is None else [f"if the leaving rate fell by {percent(fewer).rstrip('%')} points a period"]
    return leaving + ([] if more is None else [f"if customers spent {percent(more)} more"])


def initiative(edition: Edition, row: Row) -> str:
    """One initiative in a sentence: cost, net value with its range, chance and verdict."""
    low, high = number(row, "npv_p05"), number(row, "npv_p95")
    name, cost = label(row, "initiative"), money(number(row, "cost"), edition.currency)
    if number(row, "npv") is None:
        most = number(row, "max_cost")
        limit = f"; it may cost at most {money(most, edition.currency)}" if most is not None else ""
        return f"{name} has no net value{limit}."
    return (
        f"{name} costs {cost} and is expected to return {money(number(row, 'npv'), edition.currency)} net "
        f"(range {money_range(low, high)}), paying back in {of_twenty(number(row, 'p_npv_positive'))} futures: "
        f"{row.get('verdict') or 'no verdict'}."
    )


def portfolio(edition: Edition) -> str:
    """How many initiatives are chosen, what they use of the budget, and which of them are not sure alone."""
    picked, every = chosen(edition), records(edition, "initiatives")
    if not every:
        return "The plan holds no initiative."
    first = _learnt_first(edition)
    cost = sum(number(row, "cost") or 0.0 for row in picked)
    if first and edition.worth is not None:
        cost = edition.worth.cost
    budget = edition.cash.budget if edition.cash else None
    of_budget = f" of a budget of {money(budget, edition.currency)}" if budget is not None else ""
    also = f"; {first}" if first else ""
    said = f"{len(picked)} of {len(every)} initiatives chosen, using {money(cost, edition.currency)}{of_budget}{also}."
    unsure = [label(row, "initiative") for row in picked if (number(row, "p_npv_positive") or 0.0) < FUND_CHANCE]
    if not unsure:
        return said
    verb = "pays" if len(unsure) == 1 else "pay"
    return f"{said} {_few(unsure)} {verb} back alone in fewer than 16 of 20 futures."


def _few(names: list[str]) -> str:
    return listing(names) if len(names) <= NAMES_IN_A_HEADLINE else f"{len(names)} of them"


def largest_pain(edition: Edition) -> str:
    """The pain point that costs most, with the range of what it costs."""
    rows = [row for row in records(edition, "pain_points") if number(row, "value") is not None]
    if not rows:
        return "No pain point has a value."
    row = max(rows, key=lambda item: number(item, "value") or 0.0)
    return (
        f"Largest {edition.money_name} at stake: {label(row, 'pain_point')}, "
        f"{money(number(row, 'value'), edition.currency)} "
        f"(range {money_range(number(row, 'value_p05'), number(row, 'value_p95'))}) over {horizon(edition)}."
    )


def missing(edition: Edition) -> tuple[str, ...]:
    """What the study lacks for a net value, and how to supply it."""
    lacks = []
    if edition.money_word == "revenue":
        lacks.append(
            "No margin: figures are revenue and no NPV is claimed. Add a margin column to the ledger, "
            "or margin_rate to [study]."
        )
    lacks += _unpriced(edition)
    return tuple(lacks)


def _unpriced(edition: Edition) -> list[str]:
    rows = records(edition, "initiatives")
    if too_few_units(edition):
        return ["Too few units: no effect is estimated, and break-even figures stand in for values."]
    if edition.fitness != "fit" and edition.worth is None:
        return ["No value was estimated: the failed checks say why and what data would be enough."]
    if not rows:
        return ["No initiative: nothing can be ranked. Add an initiatives table to [plan], with a cost for each."]
    if all(number(row, "cost") is None for row in rows):
        return [
            "No cost: NPV and portfolio are left out, and max_cost is the most an initiative may cost. "
            "Give each initiative its cost in the initiatives table."
        ]
    unchosen = edition.worth is None and edition.money_word == "margin"
    return ["No portfolio was chosen: the checks say why."] if unchosen else []


def checks(edition: Edition) -> str:
    """How many checks failed, ask for review and passed."""
    fails, reviews = len(with_status(edition, "fail")), len(with_status(edition, "review"))
    passes = len(with_status(edition, "pass"))
    return f"Checks: {fails} failed, {reviews} to review, {passes} passed."


def importance_note() -> str:
    """What driver importance is and is not."""
    return (
        "Importance is the share of explained variation in the score. It is not an effect: it ignores how often "
        "things go wrong, what a fix costs and what causes what, and never enters a money figure."
    )


def with_status(edition: Edition, status: Literal["pass", "review", "fail"]) -> list[Row]:
    """The checks of one status."""
    return [row for row in records(edition, "checks") if row.get("status") == status]


def ranked(edition: Edition) -> list[Row]:
    """The initiatives by rank, those without one last."""
    return sorted(records(edition, "initiatives"), key=lambda row: number(row, "rank") or float("inf"))


def approval(edition: Edition) -> str:
    """Where the chosen portfolio stands with those who sign; empty where there is none to sign."""
    return f"Portfolio {edition.approval}." if edition.approval else ""


def chosen(edition: Edition) -> list[Row]:
    """The chosen initiatives, by rank."""
    ids = {str(row.get("initiative")) for row in _chosen_rows(edition) if _is_initiative(row)}
    return [row for row in ranked(edition) if str(row.get("initiative")) in ids]


def chosen_ids(edition: Edition) -> list[str]:
    """Ids of all that is chosen: initiatives, pilots and surveys."""
    return [str(row.get("initiative")) for row in _chosen_rows(edition)]


def _chosen_rows(edition: Edition) -> list[Row]:
    return [row for row in records(edition, "portfolio") if is_on(row, "chosen")]


def _is_initiative(row: Row) -> bool:
    return bool(row.get("kind", "initiative") == "initiative")


def best_candidate(edition: Edition) -> Row | None:
    """The initiative with the highest expected net value; None where none has one."""
    rows = [row for row in records(edition, "initiatives") if number(row, "npv") is not None]
    return max(rows, key=lambda row: number(row, "npv") or 0.0, default=None)


def horizon(edition: Edition) -> str:
    """The horizon in words: `12 quarters`, `1 year`."""
    count = len(edition.horizon)
    return f"{count} {edition.period_kind}{'s' if count != 1 else ''}"
