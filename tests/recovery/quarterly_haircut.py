"""The haircut of a company whose observation overstates by two, before and after its own rollouts were measured."""

from __future__ import annotations

from pathlib import Path

from quarterly_company import END, Row, simulated, with_rollouts, write_cut

from impact.cells import Cells, summarise
from impact.coverage import measure_coverage
from impact.estimate import draw_posterior, pose
from impact.intake import Intake, take_in
from impact.measure_study import evidence_table, measure_initiatives
from impact.progress import SilentProgress
from models.evidence_learnt import Learnt
from models.rated import rate
from models.simulate import CauseSpec, CompanySpec
from models.uplift import UpliftPosterior

STARTS = (5, 5, 6)
MEASURED = "measured.csv"
# Half of the customers meet every pain point five times as often and leave five times as fast, and no table tells
# which half: what is seen of a pain point's effect on leaving is about twice what a fix would do.
TRAIT = CauseSpec(trait_exposure=5.0, trait_leaving=5.0)


def overstating_spec(seed: int, customers: int) -> CompanySpec:
    """A company with a hidden trait, and rollouts that ran long enough to be told."""
    spec = CompanySpec(
        seed=seed,
        customers=customers,
        periods=END + 1,
        leaving_rate=0.08,
        null_share=0.0,
        direct_share=1.0,
        causes=TRAIT,
        stages=4,
        personas=1,
        pain_points=6,
        initiatives=4,
    )
    return with_rollouts(spec, STARTS)


def haircut_held(seed: int, folder: Path, customers: int, prior: tuple[int, int] = (9, 1)) -> Row:
    """The share kept before and after what was measured, beside the share that is true; means and 90% ranges."""
    spec = overstating_spec(seed, customers)
    company = simulated(spec)
    write_cut(company, END, folder, f"credibility = [{prior[0]}, {prior[1]}]")
    intake = take_in(folder)
    cells = summarise(intake.source, intake.case.journey, intake.study)
    _, seen = _learnt(intake, cells)
    measured = measure_initiatives(intake, cells)
    evidence_table(measured).to_csv(folder / MEASURED, index=False)
    after, _ = _learnt(take_in(folder, (f'plan.measured="{MEASURED}"',)), cells)
    pains = [one.pain_point for one in spec.rollouts]
    true = company.truth.set_index("pain_point").loc[pains, "tau"].to_numpy()
    observed = seen.leaving.mean(axis=(0, 1))[[seen.pain_points.index(pain) for pain in pains]]
    (move,) = after.moves
    return {
        "seed": seed,
        "customers": customers,
        "true": [round(float(one), 4) for one in true],
        "observed": [round(float(one), 4) for one in observed],
        "share": round(float(true.sum() / observed.sum()), 3),
        "prior": [round(one, 3) for one in move.prior],
        "posterior": [round(one, 3) for one in move.posterior],
        "teaching": after.teaching,
        "grade": move.grade,
    }


def _learnt(intake: Intake, cells: Cells) -> tuple[Learnt, UpliftPosterior]:
    """What a run learns of the haircut, and its effects at face value."""
    journey, study = intake.case.journey, intake.study
    rated = rate(cells, journey, study, measure_coverage(intake.source, journey, study))
    question = pose(rated.forms, intake, cells, frozenset())
    sampled = draw_posterior(question, intake, cells, "quick", SilentProgress())
    return sampled.learnt, sampled.posterior
