"""The delivery of `design`: what pilots could see, what to register, and where they are asked for, the lists."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reports.charts_power import Curve, power_curves
from reports.deliver import put_whole
from reports.figures import money, percent
from reports.part import Part, part_html, refuse_other
from reports.sections import Section, Table
from reports.tables_design import said_effect, said_outcome, said_range, suggestion
from reports.tables_out import write_tables
from scenarios.pilot_design import best_seen

if TYPE_CHECKING:
    import pandas as pd

    from reports.edition import Edition
    from scenarios.pilot_design import Sight

PILOTS = Part(
    called="design",
    record="design.json",
    page="design.html",
    tables=(),
    sections=(),
    not_asked="Not asked here: what is best to fund; a whole run says it.",
)
LISTS = "assignments_*.csv"
STEPS = 12  # points of a curve


def design_sections(
    pilots: Sequence[tuple[str, Sequence[Sight]]], registration: pd.DataFrame, costs: Mapping[str, float]
) -> tuple[Section, ...]:
    """A section an initiative, and the sheets to be registered."""
    own = tuple(_section(name, sights, costs) for name, sights in pilots)
    return (*own, _registration(registration)) if len(registration) else own


def design_html(edition: Edition, sections: Sequence[Section]) -> str:
    """The page: every initiative's outcomes with power curves, then the registration sheets; every text escaped."""
    return part_html(PILOTS, edition, {"designs": tuple(sections)})


def deliver_design(
    page: str,
    record: Mapping[str, object],
    tables: Mapping[str, pd.DataFrame],
    lists: Mapping[str, pd.DataFrame],
    out: Path,
) -> tuple[Path, ...]:
    """The paths of what was written to `out` in one move; lists that were drawn before stay.

    Raises:
        InputError: `out` holds something else.
    """
    refuse_other(PILOTS, out)

    def write(draft: Path) -> None:
        write_tables(tables, draft / "tables")
        (draft / PILOTS.page).write_text(page, encoding="utf-8")
        said = json.dumps(record, indent=1, allow_nan=False)
        (draft / PILOTS.record).write_text(said + "\n", encoding="utf-8")
        for path in sorted(out.glob(LISTS)):
            shutil.copy2(path, draft / path.name)
        for name, rows in lists.items():
            # ids as they came in, to be read back: no mark before what a spreadsheet would take for a formula
            rows.to_csv(draft / name, index=False, lineterminator="\n")

    return put_whole(out, write)


def _section(name: str, sights: Sequence[Sight], costs: Mapping[str, float]) -> Section:
    best = best_seen(sights)
    told = sorted((one for one in sights if one.told), key=lambda one: one is not best)
    drawn = [one for one in told if one.expected != 0]
    cost = f" Its pilot is priced at {money(costs[name])}." if name in costs else ""
    charts = (_by_number(drawn), _by_time(drawn)) if drawn else ()
    return Section(
        anchor=f"pilot-{name}",
        title=f"Pilot of {name}",
        note="Effect: what is expected of those who get it, with its range (9 of 10 futures). Least effect: what is "
        f"found with {told[0].ask.power:.0%} chance with all who are there, half of them in each arm. Power is of the "
        f"expected effect; assurance averages it over all that the effect may be. Above the line: to register.{cost}"
        if told
        else "None of its outcomes can be measured in this study.",
        charts=charts,
        captions=("Assurance by how many take part", "Assurance by how long it lasts")[: len(charts)],
        table=Table(
            headings=("Outcome", "Suggestion", "Expected", "Range", "Least effect", "Power", "Assurance"),
            rows=tuple(_cells(one) for one in told),
            words=2,
            strong=int(best is not None),
        )
        if told
        else None,
        holds_money=False,
    )


def _cells(one: Sight) -> tuple[str, ...]:
    return (
        said_outcome(one),
        suggestion(one),
        said_effect(one, one.expected),
        said_range(one),
        said_effect(one, one.least(), signed=False),
        percent(one.power),
        percent(one.assurance(one.ask.periods)),
    )


def _by_number(sights: Sequence[Sight]) -> str:
    ask = sights[0].ask
    shares = [(step + 1) / STEPS for step in range(STEPS)]
    curves = [
        Curve(
            name=said_outcome(one),
            points=[(ask.there * share / 2, one.assurance(ask.periods, share)) for share in shares],
        )
        for one in sights
    ]
    each = (f"{ask.there * shares[0] / 2:,.0f} {ask.unit} an arm", f"{ask.there / 2:,.0f}")
    return power_curves(curves, each, f"Chance that an improvement is found in {ask.periods} periods, by {ask.unit}")


def _by_time(sights: Sequence[Sight]) -> str:
    ask = sights[0].ask
    curves = [
        Curve(name=said_outcome(one), points=[(float(n), one.assurance(n)) for n in ask.spans if one.errors.get(n)])
        for one in sights
    ]
    ends = (f"{ask.spans[0]} period" + "s" * (ask.spans[0] != 1), f"{ask.spans[-1]} periods")
    return power_curves(curves, ends, f"Chance that an improvement is found with all {ask.there} {ask.unit}, by time")


def _registration(table: pd.DataFrame) -> Section:
    return Section(
        anchor="registration",
        title="To be registered before a pilot begins",
        note=f"{table['stop_rule'].iloc[0]} Analysis: {table['analysis'].iloc[0]}.",
        table=Table(
            headings=("Initiative", "Metric", "Unit", "An arm", "From", "To", "Least effect", "Assurance"),
            rows=tuple(
                (
                    str(row.initiative),
                    f"{row.metric} {row.improvement}",
                    str(row.metric_unit),
                    f"{row.n_per_arm:,.0f} {row.unit}",
                    str(row.begins),
                    str(row.ends),
                    f"{row.mde:.3g}",
                    percent(float(str(row.assurance))),
                )
                for row in table.itertuples(index=False)
            ),
            words=3,
        ),
        holds_money=False,
    )
