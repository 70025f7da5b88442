"""What stands behind the first sheet: every table a reader may ask for, in reading order."""

from __future__ import annotations

from collections.abc import Callable

from reports.appendix_across import levers, regrets, tornado
from reports.appendix_against import case_against
from reports.appendix_cash import cash, ongoing
from reports.appendix_choice import break_even, initiatives, portfolio, ranking_more
from reports.appendix_coverage import coverage, ways, who_answers
from reports.appendix_drivers import drivers
from reports.appendix_evidence import evidence, haircut
from reports.appendix_excellence import excellence
from reports.appendix_gates import dial, dial_pain_points, priors, told_apart
from reports.appendix_learning import information, naive
from reports.appendix_lifetime import lifetime, revenue_kept
from reports.appendix_over_time import journey_over_time, monitoring
from reports.appendix_predictive import predictive
from reports.appendix_prices import delay, frontier, prices
from reports.appendix_refresh import plan_changes, refresh
from reports.appendix_scenarios import quarters, years
from reports.appendix_segments import by_segment, largest_customers
from reports.appendix_walk import walk
from reports.edition import Edition
from reports.figures import cell_of_twenty, money, money_range, p_value, percent, plain, signed_percent, whole
from reports.journey_map import journey_map_svg
from reports.records import Row, is_on, label, number, records, text
from reports.sections import Section, Table, figures_of, horizon_title

GLOSSARY = (
    ("Chance", "Futures of 20, drawn from what is known, in which something happens."),
    ("Drop-off", "Share of the customers seen in a stage who are never seen further on afterwards."),
    ("Fair share", "What an initiative adds to the joint value, averaged over every order of adding them."),
    (
        "Grade",
        "How a number was found: experimental, within-unit, cross-section, expert, survey-only, "
        "not told apart from placebo.",
    ),
    ("Haircut", "The share of an observed effect that is not counted, as the observation may overstate the cause."),
    ("Importance", "Share of explained variation in a score; not an effect."),
    ("Leaving rate", "Share of active customers who leave in a period."),
    ("NPV", "Net present value: discounted benefits less discounted cost, over the horizon."),
    ("One decision", "Initiatives whose order the data cannot tell; decide on them together, or by something else."),
    ("Placebo", "A number that cannot have been caused, such as a later score; an effect must differ from it."),
    ("Price of delay", "What the chosen set loses when an initiative starts later, all else as it is."),
    ("Range", "90%: 9 of 10 futures lie between its low (p05) and high (p95) end."),
    ("Value at stake", "What the horizon would gain if a pain point never happened again."),
    ("Verdict", "Fund: chosen and pays back in 16 of 20 futures or more. Pilot: learning more pays. Park: neither."),
)


def appendix(edition: Edition) -> tuple[Section, ...]:
    """The sections that this edition has anything to say in."""
    makers: tuple[Callable[[Edition], Section | None], ...] = (
        refresh,
        plan_changes,
        initiatives,
        ranking_more,
        portfolio,
        case_against,
        frontier,
        prices,
        delay,
        regrets,
        tornado,
        levers,
        information,
        naive,
        _pain_points,
        _journey,
        journey_over_time,
        monitoring,
        drivers,
        excellence,
        _calibration,
        quarters,
        years,
        by_segment,
        largest_customers,
        cash,
        ongoing,
        break_even,
        haircut,
        evidence,
        walk,
        dial,
        dial_pain_points,
        priors,
        told_apart,
        lifetime,
        revenue_kept,
        predictive,
        coverage,
        who_answers,
        ways,
        _truth,
    )
    return tuple(section for make in makers if (section := make(edition)) is not None)


def _pain_points(edition: Edition) -> Section | None:
    rows = sorted(records(edition, "pain_points"), key=lambda row: -(number(row, "value") or 0.0))
    if not rows:
        return None
    word = edition.money_name
    return Section(
        anchor="pain-points",
        title=f"Pain points / {word} at stake / {horizon_title(edition)}",
        note="Effects are for each customer and period in which it happens. Seen: share of active "
        "customers a period, or the mean amount; where sites differ in level, effects are for its mean. Last in: worth "
        "when all others are fixed. Own rows: by its own data alone. Face: without haircut.",
        table=Table(
            headings=(
                *("Pain point", "Owner", "Grade", "Seen", "Score", "Retention", "Spend"),
                *("Low", "Expected", "High", "Chance > 0", "Last in", "Own rows", "Face"),
            ),
            rows=tuple(
                (
                    label(row, "pain_point"),
                    text(row, "owner"),
                    text(row, "grade"),
                    percent(number(row, "prevalence")),
                    plain(number(row, "satisfaction_effect"), 2),
                    signed_percent(number(row, "retention_effect")),
                    signed_percent(number(row, "spend_effect")),
                    *figures_of(row, "value_p05", "value", "value_p95"),
                    cell_of_twenty(number(row, "p_positive")),
                    *(money(number(row, name)) for name in ("value_marginal", "value_unpooled", "value_face")),
                )
                for row in rows
            ),
            words=3,
        ),
    )


def _journey(edition: Edition) -> Section | None:
    if not edition.journey.stages:
        return None
    return Section(
        anchor="journey",
        title=f"The journey / score, {edition.money_name} at stake, {edition.currency} / periods to {edition.as_of}",
        note="A stage without a score is shown as not measured; ◇ is the benchmark. The area of a circle is its money.",
        charts=(journey_map_svg(edition),),
        table=Table(
            headings=("Stage", "Owner", "Answers", "Score", "Low", "High", "Emotion", "Benchmark", "At stake"),
            rows=tuple(
                (
                    label(row, "stage"),
                    text(row, "owner"),
                    whole(number(row, "responses")),
                    *(plain(number(row, name)) for name in ("score", "score_low", "score_high")),
                    _emotion(row),
                    plain(number(row, "benchmark")),
                    money(number(row, "value_at_stake")),
                )
                for row in records(edition, "journey")
            ),
            words=2,
        ),
    )


def _emotion(row: Row) -> str:
    emotion = number(row, "emotion")
    return "not measured" if emotion is None else f"{emotion:+.1f}"


def _calibration(edition: Edition) -> Section | None:
    rows = records(edition, "calibration")
    if not rows:
        return None
    return Section(
        anchor="calibration",
        title="Calibration / what a point goes with / 90% range",
        note="Estimates of log outcomes are log changes a point; hazard is the log leaving rate. "
        f"A point is {edition.point}. * carries the headline.",
        table=Table(
            headings=("Outcome", "Term", "Method", "Grade", "Estimate", "Low", "High", "p", "n"),
            rows=tuple(
                (
                    text(row, "outcome").replace("_", " ") + (" *" if is_on(row, "headline") else ""),
                    text(row, "term"),
                    text(row, "method").replace("_", " "),
                    text(row, "grade"),
                    *_estimates(row),
                    p_value(number(row, "p")),
                    whole(number(row, "n")),
                )
                for row in rows
            ),
            words=4,
        ),
    )


def _estimates(row: Row) -> tuple[str, ...]:
    write = money if text(row, "outcome").startswith("money") else plain
    return tuple(write(number(row, column)) for column in ("estimate", "low", "high"))


def _truth(edition: Edition) -> Section | None:
    if edition.truth is None:
        return None
    rows: list[Row] = [{str(key): value for key, value in row.items()} for row in edition.truth.to_dict("records")]
    held = sum(_holds(row) == "yes" for row in rows)
    return Section(
        anchor="truth",
        title=f"Estimate beside truth / {horizon_title(edition)}",
        note=f"Simulated data: the truth is known. The range holds it in {held} of {len(rows)}.",
        table=Table(
            headings=("Pain point or initiative", "Truth", "Estimate", "Range", "Truth in range"),
            rows=tuple(
                (
                    label(row, "item"),
                    *figures_of(row, "value_true", "value"),
                    money_range(number(row, "value_p05"), number(row, "value_p95")),
                    _holds(row),
                )
                for row in rows
            ),
        ),
    )


def _holds(row: Row) -> str:
    low, true, high = (number(row, name) for name in ("value_p05", "value_true", "value_p95"))
    if low is None or true is None or high is None:
        return "n/a"
    return "yes" if low <= true <= high else "no"
