"""Pain points that the data cannot tell apart: who meets one meets the other, so that only their sum is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from impact.cells import Cells, SitePanel
from impact.cells.many import ManyCells
from impact.cells.summary import Rows
from impact.checks import Check, make_check
from impact.groups import LEAST_GROUP
from impact.journey import Journey
from models.reduced import ReducedForms
from models.uplift import UpliftPosterior
from models.value import ValueBase, look_at_today, never_again

# Two effects that trade against each other so far share over half of their variance (.7^2): what one draw gives to
# the one it takes from the other.
TRADED = -0.7
# An own standard error twice what it would be with the other effects known: four times the data would be needed to
# say as much of it (a variance inflation of 4, the usual line between "look" and "cannot tell" being 4 to 10).
INFLATED = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TogetherGroup:
    """Pain points that are one decision until more is known.

    `members` are places in plan order; `value` `(draw,)` of never meeting any of them, `single` `(member, draw)` of
    each alone. `apart` customer-periods met one or some of them without the rest, None where that is not counted
    (sites); `correlation` is the strongest trade between two of their effects.
    """

    members: tuple[int, ...]
    value: np.ndarray
    single: np.ndarray
    apart: int | None
    correlation: float

    @property
    def to_halve(self) -> int | None:
        """Further customer-periods that meet one without the rest which would halve the errors: three times as many.

        The error of what sets them apart falls with the root of their number; None where none was seen yet.
        """
        return 3 * self.apart if self.apart else None


def find_together(forms: ReducedForms, posterior: UpliftPosterior) -> tuple[tuple[int, ...], ...]:
    """Groups of pain points whose effects the data cannot separate, places in plan order.

    Two belong together where the posterior correlation of their effects (personas averaged by what is known of
    each) is below `TRADED` and each has a variance inflation above `INFLATED` in its reduced form; a group is all
    that hang together so.
    """
    inflated = variance_inflation(forms) > INFLATED
    correlation = effect_correlation(forms, posterior)
    linked = (correlation < TRADED) & np.outer(inflated, inflated)
    _, label = connected_components(csr_array(linked), directed=False)
    groups = [tuple(int(k) for k in np.flatnonzero(label == one)) for one in np.unique(label)]
    return tuple(group for group in groups if len(group) > 1)


def _told(forms: ReducedForms) -> np.ndarray:
    """Precision of the effects that carry the money, by persona `(persona, pain_point, pain_point)`."""
    return np.array([part.precision for part in (forms.leaving or forms.spend)])


def variance_inflation(forms: ReducedForms) -> np.ndarray:
    """How much larger each effect's variance is than with all others known `(pain_point,)`; 1 where nothing is.

    Personas pooled: the diagonal of the inverse of the summed precision times its own diagonal.
    """
    whole = _told(forms).sum(axis=0)
    told = np.diag(whole) > 0
    out = np.ones(len(whole))
    if told.any():
        inner = whole[np.ix_(told, told)]
        out[told] = np.diag(np.linalg.pinv(inner, hermitian=True)) * np.diag(inner)
    return out


def effect_correlation(forms: ReducedForms, posterior: UpliftPosterior) -> np.ndarray:
    """Posterior correlation of the effects that carry the money `(pain_point, pain_point)`, personas averaged.

    Each persona counts by the precision of its own reduced form.
    """
    effect = posterior.spend if forms.leaving is None else posterior.leaving
    weight = np.diagonal(_told(forms), axis1=1, axis2=2)
    weight = np.where(weight.sum(axis=0) > 0, weight, 1.0)
    mean = (effect * weight).sum(axis=1) / weight.sum(axis=0)
    centred = mean - mean.mean(axis=0)
    size = np.sqrt((centred**2).sum(axis=0))
    inverse = np.divide(1.0, size, out=np.zeros_like(size), where=size > 0)
    return np.asarray((centred * inverse).T @ (centred * inverse))


def group_together(
    cells: Cells, forms: ReducedForms, posterior: UpliftPosterior, base: ValueBase
) -> tuple[TogetherGroup, ...]:
    """Every group that cannot be told apart, with its value beside the single ones and what would separate it."""
    groups = find_together(forms, posterior)
    if not groups:
        return ()
    today = look_at_today(base, posterior)
    correlation = effect_correlation(forms, posterior)

    return tuple(
        TogetherGroup(
            members=group,
            value=never_again(base, today, list(group)),
            single=np.array([never_again(base, today, [k]) for k in group]),
            apart=met_apart(cells, [posterior.pain_points[k] for k in group]),
            correlation=float(correlation[np.ix_(group, group)].min()),
        )
        for group in groups
    )


def met_apart(cells: Cells, pain_points: list[str]) -> int | None:
    """Customer-periods with an outcome that met some of the pain points and not all; None of sites."""
    if isinstance(cells, SitePanel):
        return None
    rows: Rows = cells.leaving
    if cells.answered is not None and not _hold(rows, pain_points):
        rows = cells.answered
    if not _hold(rows, pain_points):
        return None
    if isinstance(rows, ManyCells):
        return int(rows.met_apart(pain_points))
    met = (rows[pain_points].fillna(0).astype(float) > 0).to_numpy().sum(axis=1)
    return int(rows["n"].to_numpy()[(met > 0) & (met < len(pain_points))].sum())


def _hold(rows: Rows, columns: list[str]) -> bool:
    there = rows.table.columns if isinstance(rows, ManyCells) else rows.columns
    return all(column in there for column in columns)


def separation(group: TogetherGroup) -> str:
    """What would tell the members of a group apart, in words."""
    if group.apart is None:
        return "one of them is met without the others more often"
    if group.apart == 0:
        return "some customers meet one without the others; so far none did"
    seen = f"{group.apart:,}" if group.apart >= LEAST_GROUP else f"fewer than {LEAST_GROUP}"
    more = f"some {group.to_halve:,} more" if group.apart >= LEAST_GROUP else "many more"
    return f"{more} customer-periods meet one without the others (so far {seen} did), which would halve their errors"


def together_check(groups: tuple[TogetherGroup, ...], journey: Journey) -> Check:
    """A review that names the pain points which are one decision."""
    names = [pain.name for pain in journey.pain_points]
    told = "; ".join(" and ".join(names[k] for k in group.members) for group in groups)
    until = " ".join(
        f"{' and '.join(names[k] for k in group.members)} are one decision until {separation(group)}."
        for group in groups
    )
    return make_check(
        "C572",
        "Pain points that can be told apart",
        "review" if groups else "pass",
        found=told or "all can",
        limit=f"effects correlated above {TRADED}, or errors under {INFLATED**0.5:.0f} times what they could be",
        text=until or "Every pain point is met without the others often enough.",
        remedy="Read their value together; fix them together, or fix one of them somewhere first." if groups else "",
    )
