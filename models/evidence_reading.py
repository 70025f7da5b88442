"""Every row of the evidence table read: an effect, effectiveness, an audit of naming, or not used and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from impact.case import Case
from impact.cells import Cells
from impact.errors import Finding, InputError
from impact.evidence import MEASURED, Evidence
from impact.initiative import Fix, Plan
from impact.journey import OVERALL, Journey, PainPoint
from impact.study import Study
from models.base import build_base
from models.evidence import Facts, Reading, Use, facts_of, with_measured
from models.evidence_maps import EFFECT_OF, TYPICAL, Trial, read_linearly, slopes_of
from models.evidence_naming import why_no_naming
from models.evidence_weights import OPINION, TEACHES, aged, error_of, is_capped, share_removed, years_since
from models.evidence_words import in_words
from models.reduced import ReducedForms
from models.uplift import EffectRow

# The standard deviation of the effectiveness that stands in where none is stated: 10% to 50% over 3.29.
EFFECTIVENESS_SD = 0.12
ONE_SHARE = 0.5  # of a share that one customer tells, at its largest
_NO_AGES: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Aim:
    """What a row is about: its pain points by name, and the share of each that is removed with its spread."""

    pains: tuple[str, ...]
    removed: np.ndarray
    spread: np.ndarray
    initiative: bool


def take_evidence(
    case: Case, cells: Cells, study: Study, forms: ReducedForms
) -> tuple[Facts | None, tuple[Reading, ...]]:
    """What stands today, None without any evidence, and what becomes of every row.

    Raises:
        InputError: rows that say more than there is, all at once.
    """
    if not case.plan.evidence:
        return None, ()
    facts = facts_of(build_base(cells, case.journey, study, forms, 1), cells, case.journey, forms)
    ages = {item.evidence: years_since(item.period, study.as_of, study.period_kind) for item in case.plan.evidence}
    return facts, read_evidence(case.plan, case.journey, facts, ages)


def read_evidence(
    plan: Plan, journey: Journey, facts: Facts, ages: Mapping[str, float] = _NO_AGES
) -> tuple[Reading, ...]:
    """What becomes of every row of evidence, in plan order; `ages` in years of rows that say their period.

    What rows say of an initiative's fixes is read first: how much it removed is then known better when another row
    says what that did to leaving or money.

    Raises:
        InputError: rows that say more than there is, all at once.
    """
    aims = {item.evidence: _aim(item, plan, journey, facts) for item in plan.evidence}
    uses = _uses(plan.evidence, aims, journey, facts)
    faults = [
        found
        for item in plan.evidence
        if uses[item.evidence][0] != "none" and (found := _beyond(item, aims[item.evidence], facts))
    ]
    if faults:
        raise InputError(faults)
    alike = _alike(plan.evidence, uses)

    def take(item: Evidence, aim: _Aim) -> Reading:
        use, why = uses[item.evidence]
        plain = Reading(item=item, use=use, why=why, words=in_words(item, journey, plan, facts))
        taken = _taken(plain, aim, facts, (alike.get(item.evidence, 1), ages.get(item.evidence, 0.0)))
        return taken

    told = [take(item, aims[item.evidence]) for item in plan.evidence if uses[item.evidence][0] == "effectiveness"]
    better = with_measured(plan, told)
    return tuple(
        take(item, aims[item.evidence] if item.outcome == "prevalence" else _aim(item, better, journey, facts))
        for item in plan.evidence
    )


def _aim(item: Evidence, plan: Plan, journey: Journey, facts: Facts) -> _Aim:
    pains = {pain.pain_point: pain for pain in journey.pain_points}
    count = len(facts.pain_points)
    removed, spread = np.zeros(count), np.zeros(count)
    fixes: tuple[Fix, ...] = ()
    if item.target in pains:
        names: tuple[str, ...] = (item.target,)
    elif item.target in journey.stage_ids():
        names = tuple(name for name, pain in pains.items() if pain.stage == item.target and pain.kind == "pain")
    else:
        mine = (item.pain_point,) if item.pain_point else tuple(pains)
        fixes = tuple(fix for fix in plan.fixes if fix.initiative == item.target and fix.pain_point in mine)
        names = tuple(dict.fromkeys(fix.pain_point for fix in fixes if fix.pain_point in pains))
    for name in names:
        shares = [share_removed(fix) for fix in fixes if fix.pain_point == name]
        who = [fix.persona for fix in fixes if fix.pain_point == name]
        part = [facts.part.get(one, 0.0) if one else 1.0 for one in who]
        whole = -1.0 if pains[name].kind == "delight" else 1.0
        k = facts.place(name)
        removed[k] = sum(p * share for p, (share, _) in zip(part, shares, strict=True)) if shares else whole
        spread[k] = np.sqrt(sum((p * sd) ** 2 for p, (_, sd) in zip(part, shares, strict=True)))
    return _Aim(pains=names, removed=removed, spread=spread, initiative=bool(fixes))


def _uses(
    items: Sequence[Evidence], aims: Mapping[str, _Aim], journey: Journey, facts: Facts
) -> dict[str, tuple[Use, str]]:
    """How each row is used and, where it is not, why; a row that tells the data of an earlier one again is not."""
    pains = {pain.pain_point: pain for pain in journey.pain_points}
    first: dict[tuple[str, ...], str] = {}
    out: dict[str, tuple[Use, str]] = {}
    for item in items:
        data = (item.source, item.period, item.target, item.outcome)
        twin = first.setdefault(data, item.evidence) if item.source else item.evidence
        if twin != item.evidence:
            out[item.evidence] = "none", f"the same source, period, target and outcome as {twin}"
        else:
            out[item.evidence] = _use(item, aims[item.evidence], pains, facts)
    return out


def _use(item: Evidence, aim: _Aim, pains: Mapping[str, PainPoint], facts: Facts) -> tuple[Use, str]:
    if item.target == OVERALL:
        alone = "of overall, only an experiment on leaving or money is used: it stands beside the rate"
        return ("rate", "") if item.is_rate else ("none", alone)
    if item.outcome == "cost":
        return "none", "what serving a customer costs is not valued in this version"
    if not aim.pains:
        return "none", "no pain point belongs to it"
    if item.outcome == "prevalence":
        return _use_of_prevalence(item, aim, pains, facts)
    if facts.sites and EFFECT_OF[item.outcome] == "leaving":
        return "none", "a study of sites has no leaving"
    if item.exposed_share is None and not (facts.met * aim.removed).any():
        return "none", "no customer meets it today, and exposed_share is blank"
    if _level(item, facts) <= 0:
        return "none", "there is none of this outcome today to change"
    return "effect", ""


def _use_of_prevalence(item: Evidence, aim: _Aim, pains: Mapping[str, PainPoint], facts: Facts) -> tuple[Use, str]:
    if aim.initiative:
        blank = item.unit == "points" and item.exposed_share is None and not facts.prevalence[aim.removed != 0].any()
        return ("none", "no customer meets it today, and exposed_share is blank") if blank else ("effectiveness", "")
    if item.target not in pains:
        return "none", "name the pain point or the initiative that it is about"
    if pains[item.target].source == "operations":
        return "none", "operations count it already; of a change, name the initiative that made it"
    if item.kind not in ("experiment", "walkthrough") or item.unit != "points":
        return "none", "how often something is mentioned is not how often it happens; an audit in points is used"
    if facts.sites:
        return "none", "an audit of naming is used of customers only"
    why = why_no_naming(float(facts.met[facts.place(item.target)]), (item.estimate, item.se))
    return ("none", why) if why else ("naming", "")


def _level(item: Evidence, facts: Facts) -> float:
    """What the outcome's change is a change of."""
    return {"leaving": facts.leaving, "score": facts.score_sd}.get(
        EFFECT_OF[item.outcome], facts.revenue if item.outcome == "revenue" else facts.margin
    )


def _beyond(item: Evidence, aim: _Aim, facts: Facts) -> Finding | None:
    """The fault of a row that says more than there is."""
    low, high, what = -np.inf, np.inf, ""
    if item.unit == "points" and item.outcome in ("churn", "retention") and facts.leaving > 0:
        low, high = -facts.leaving, 1 - facts.leaving
        low, high = (low, high) if item.outcome == "churn" else (-high, -low)
        what = f"{facts.leaving:.2%} of customers leave in a period"
    elif item.unit == "relative" and item.outcome == "retention" and facts.leaving > 0:
        high, what = facts.leaving / (1 - facts.leaving), f"{facts.leaving:.2%} of customers leave in a period"
    elif item.unit == "money_per_customer_period" and item.outcome in ("revenue", "margin"):
        most = _level(item, facts)
        low, high, what = -most, most, f"a customer brings {most:,.2f} of {item.outcome} in a period"
    elif item.unit == "score_points" and np.isfinite(facts.score_width):
        low, high, what = -facts.score_width, facts.score_width, f"the scale is {facts.score_width:g} points wide"
    elif item.outcome == "prevalence" and item.unit == "points" and aim.initiative:
        met = _met_by(item, aim, facts)
        low, what = -met, f"{met:.1%} of customers meet it"
    elif item.outcome == "prevalence" and item.unit == "points":
        low, high, what = 0.0, 1.0, "an audit states the share who meet it"
    if low <= item.estimate <= high:
        return None
    return Finding(
        code="P264",
        place=f"evidence {item.evidence}, estimate",
        found=f"a change of {item.outcome} by {item.estimate:g} {item.unit.replace('_', ' ')}",
        allowed=what,
        remedy="check the unit: points are shares (0.4 points is 0.004), money is for one customer and period",
    )


def _met_by(item: Evidence, aim: _Aim, facts: Facts) -> float:
    """The share of those measured who met what an initiative fixes."""
    return item.exposed_share if item.exposed_share is not None else float(facts.prevalence[aim.removed != 0].max())


def _alike(items: Sequence[Evidence], uses: Mapping[str, tuple[Use, str]]) -> dict[str, int]:
    """How many rows share the weight of one: of one sort, target and effect."""
    sort = {
        item.evidence: (
            "opinion" if item.kind in OPINION else item.kind,
            item.target,
            EFFECT_OF.get(item.outcome, item.outcome),
        )
        for item in items
        if uses[item.evidence][0] not in ("none", "rate")
    }
    return {name: list(sort.values()).count(key) for name, key in sort.items()}


def _taken(plain: Reading, aim: _Aim, facts: Facts, weighed: tuple[int, float]) -> Reading:
    """The reading with the error it is given and what is made of it; `weighed` how many are alike, and its age."""
    item, (alike, age) = plain.item, weighed
    n = np.inf if item.n is None else item.n
    if plain.use == "effectiveness":
        met = 1.0 if item.unit == "relative" else _met_by(item, aim, facts)
        among = EFFECTIVENESS_SD if len(aim.pains) > 1 else 0.0  # which of its pain points fell is not told
        error = error_of(
            item.kind, item.se / met, expected=EFFECTIVENESS_SD, one_customer=ONE_SHARE, alike=alike, n=n
        ) * aged(age)
        told = replace(plain, estimate=-item.estimate / met, se=float(np.hypot(error, among)))
        return replace(told, capped=is_capped(item.kind))
    if plain.use == "naming":
        one = float(np.sqrt(max(item.estimate * (1 - item.estimate), 0.0)))
        error = error_of(item.kind, item.se, expected=0.0, one_customer=one, alike=alike, n=n) * aged(age)
        return replace(plain, estimate=item.estimate, se=error, capped=is_capped(item.kind))
    return _as_effect(plain, aim, facts, weighed) if plain.use == "effect" else plain


def _as_effect(plain: Reading, aim: _Aim, facts: Facts, weighed: tuple[int, float]) -> Reading:
    item, (alike, age) = plain.item, weighed
    trial = Trial(
        outcome=item.outcome,
        unit=item.unit,
        met=_met(item, aim, facts),
        removed=aim.removed,
        level=_level(item, facts),
    )
    slopes = slopes_of(trial, np.zeros(len(aim.removed)))
    typical = TYPICAL[trial.of]
    reach = np.divide(slopes * aim.spread, aim.removed, out=np.zeros(len(slopes)), where=aim.removed != 0)
    error = error_of(
        item.kind,
        item.se,
        expected=typical * float(np.linalg.norm(slopes)),
        one_customer=_one_customer(trial),
        alike=alike,
        n=np.inf if item.n is None else item.n,
    )
    # how much of each pain point an initiative took away is not known either
    error = float(np.hypot(error * aged(age), typical * float(np.linalg.norm(reach))))
    weights, estimate, se = read_linearly(trial, item.estimate, error)
    haircut = item.kind in TEACHES and trial.of != "score"
    row = EffectRow(
        evidence=item.evidence,
        of=trial.of,
        weights=weights,
        estimate=estimate,
        se=se,
        haircut=haircut,
        settles=_settled(weights) if haircut and item.kind == "experiment" else None,
        own=haircut and item.source.startswith(MEASURED),
    )
    return replace(plain, estimate=estimate, se=error, capped=is_capped(item.kind), trial=trial, row=row)


def _settled(weights: np.ndarray) -> int | None:
    """The place of the one pain point that was tried; None where several were at once."""
    tried = np.flatnonzero(weights)
    return int(tried[0]) if len(tried) == 1 else None


def _met(item: Evidence, aim: _Aim, facts: Facts) -> np.ndarray:
    """Mean exposure of those measured `(pain_point,)`: as in the ledger, or scaled to the share who met any of it."""
    mine = np.where(aim.removed != 0, facts.met, 0.0)
    if item.exposed_share is None:
        return mine
    if not mine.any():
        return np.where(aim.removed != 0, item.exposed_share / len(aim.pains), 0.0)
    who = np.where(aim.removed != 0, facts.prevalence, 0.0)
    # met by all alike where prevalence is a matter of degree, as of a level
    return np.asarray(mine * item.exposed_share / max(float(1 - np.prod(1 - np.clip(who, 0, 1))), 1e-9))


def _one_customer(trial: Trial) -> float:
    """The standard deviation, in the row's unit, of what one customer tells.

    Leaves or stays; a score as others give it; money that varies between customers as much as its mean.
    """
    if trial.of != "leaving":
        return 1.0 if trial.unit == "relative" else trial.level
    of = {"churn": trial.level, "retention": 1 - trial.level}[trial.outcome]
    return float(np.sqrt(trial.level * (1 - trial.level)) / (of if trial.unit == "relative" else 1.0))
