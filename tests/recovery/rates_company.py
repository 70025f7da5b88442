"""A simulated company of rates as a study, and what the value of its points comes out at beside the truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from impact.cells import CustomerCells, summarise
from impact.checks import Check
from impact.coverage import measure_coverage
from impact.intake import Intake, take_in
from impact.journey import OVERALL
from impact.periods import period_label
from models.base import build_base
from models.calibration.calibrate import calibrate
from models.calibration.near import near_checks
from models.calibration.slopes import Calibration, Slope
from models.points import PointValue, find_point, value_points
from models.reduce import reduce_cells
from models.sensitivity.answers import Doubt
from models.sensitivity.roll_up import doubt_rates, flags
from models.simulate_rates import RatesCompany, simulate_rates
from models.simulate_rates_spec import STAGES, RatesSpec
from models.simulate_rates_truth import RatesTruth, rates_truth
from models.value import ValueBase, base_path

DRAWS = 1000
SHOWN = ("retention", "spend", "total")
# Reviews beside the flags that see a hidden cause: what lasts about customers (leaving), what drifts (spend).
SEES = {"retention": "C412", "spend": "C503"}

STUDY = """\
[study]
name = "Simulated rates"
currency = "EUR"
as_of = "{as_of}"
period = "quarter"
horizon_quarters = {horizon}
discount_rate = {discount_rate}
relationship = "contract"
seed = {seed}

[data]
responses = "responses.parquet"
customers = "customers.parquet"
ledger = "ledger.parquet"
incidents = "incidents.parquet"

[model]
controls = ["tenure", "tariff"]
reliability = {reliability:.4f}

[plan]
stages = "stages.csv"
pain_points = "pain_points.csv"
initiatives = "initiatives.csv"
fixes = "fixes.csv"

[portfolio]
budget = 1000
"""


def write_rates(company: RatesCompany, folder: Path) -> Path:
    """The folder, now a runnable study of the company."""
    spec = company.spec
    folder.mkdir(parents=True, exist_ok=True)
    text = STUDY.format(
        as_of=period_label(spec.as_of, "quarter"),
        horizon=spec.horizon,
        discount_rate=spec.discount_rate,
        seed=spec.seed,
        reliability=spec.reliability,
    )
    (folder / "study.toml").write_text(text, encoding="utf-8")
    for table in ("responses", "customers", "ledger", "incidents"):
        getattr(company, table).to_parquet(folder / f"{table}.parquet", index=False)
    plan = {
        "stages": "stage,name,owner\n" + "".join(f"{stage},{stage.title()},Ann\n" for stage in STAGES),
        "pain_points": f"pain_point,stage,name,source\nlate,{STAGES[0]},Late,operations\n",
        "initiatives": "initiative,name,cost,duration\nvans,More vans,500,2\n",
        "fixes": "initiative,pain_point,low,likely,high\nvans,late,0.2,0.4,0.6\n",
    }
    for name, rows in plan.items():
        (folder / f"{name}.csv").write_text(rows, encoding="utf-8")
    return folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """What the engine makes of a company, as far as the value of a point goes, and its truth."""

    company: RatesCompany
    truth: RatesTruth
    intake: Intake
    cells: CustomerCells
    calibration: Calibration
    base: ValueBase
    point: PointValue
    checks: tuple[Check, ...]
    doubts: tuple[Doubt, ...]


def estimate(spec: RatesSpec, folder: Path) -> Estimated:
    """The company of a specification taken in, summarised and calibrated; nothing is sampled."""
    company = simulate_rates(spec)
    intake = take_in(write_rates(company, folder))
    study, journey = intake.study, intake.case.journey
    cells = summarise(intake.source, journey, study)
    assert isinstance(cells, CustomerCells)
    calibration = calibrate(cells, journey, study.model.reliability)
    forms = reduce_cells(cells, journey)
    base = build_base(cells, journey, study, forms, DRAWS)
    point = find_point(value_points(base, calibration, cells, study))
    assert point is not None
    return Estimated(
        company=company,
        truth=rates_truth(company),
        intake=intake,
        cells=cells,
        calibration=calibration,
        base=base,
        point=point,
        checks=(*calibration.checks, *near_checks(cells, calibration)),
        doubts=doubt_rates(calibration, cells, journey, study, forms, measure_coverage(intake.source, journey, study)),
    )


def draws_of(found: Estimated, part: str) -> np.ndarray:
    """Draws of a part of a point's value, or of the total `(draw,)`."""
    return found.point.total() if part == "total" else found.point.parts[part]


def covered(found: Estimated, part: str) -> bool:
    """Whether the true value of a part, or of the total, lies in its 90% range."""
    low, high = np.percentile(draws_of(found, part), [5, 95])
    return bool(low <= found.truth.money[part] <= high)


def ratio(found: Estimated, part: str) -> float:
    """Expected over true value of a part; 1 where both are nothing."""
    true = found.truth.money[part]
    return float(draws_of(found, part).mean()) / true if true else 1.0


def markdown_rows(found: tuple[Estimated, ...]) -> list[str]:
    """A row a company, as `docs/accuracy.md` shows them: value over truth by part, `!` where out of range."""
    rows = []
    for one in found:
        told = [
            f"{ratio(one, part):.2f}{'' if covered(one, part) else ' !'}" for part in ("retention", "spend", "total")
        ]
        base = float(base_path(one.base)["margin"].mean(axis=0) @ one.base.discount) / one.truth.base
        rows.append("| " + " | ".join([f"rates {one.company.spec.seed}", *told, f"{base:.3f}"]) + " |")
    return rows


def rate_of(found: Estimated, part: str) -> Slope:
    """The slope behind a part: leaving, or revenue within customers whichever slope of money is the headline."""
    calibration = found.calibration
    slope = calibration.headline(part) if part == "retention" else calibration.find("log_revenue", OVERALL, "within")
    assert slope is not None
    return slope


def off_by(found: Estimated, part: str) -> float:
    """How many times its truth a slope comes out, retention or spend; nan where the truth is nothing."""
    true = found.truth.leaving if part == "retention" else found.truth.spend
    return rate_of(found, part).estimate / true if true else float("nan")


def doubted(found: Estimated, part: str) -> frozenset[str]:
    """What a reader sees against the rate of a part: questions answered no, and the review that sees a hidden cause."""
    mine = {slope.outcome for slope in found.point.rests_on if (slope.outcome == "retention") == (part == "retention")}
    asked = {question for outcome, term, question in flags(found.doubts) if outcome in mine and term == OVERALL}
    reviews = {check.code for check in found.checks if check.status == "review"}
    return frozenset(asked | (reviews & {SEES[part]}))
