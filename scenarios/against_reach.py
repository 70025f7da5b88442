"""Against the choice: where it goes beyond what was seen, and how little it rests on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from models.seen import Seen
from scenarios.against import Ground, Point, Standing, percent

# Up to a quarter of the gain from later periods than were ever seen still leaves the choice to what was seen.
LATE = 0.25
# One account above a tenth of a value is named: whoever loses it loses that much.
ONE_ACCOUNT = 0.1
# Above half of all that pain points explain, the rest of the journey would have to stand still.
CLAIMED = 0.5


def beyond_what_was_seen(standing: Standing, ground: Ground) -> Iterator[Point]:
    """The pain point that would have to become rarer than any period or group has shown, by the most money."""
    rows = [(_beyond(standing, seen), seen) for seen in ground.seen if seen.pain_point in standing.rests]
    if not rows:
        return
    beyond, seen = max(rows, key=lambda row: row[0] * standing.share(standing.rests[row[1].pain_point]))
    if beyond <= 0:
        yield Point(
            point="beyond what was seen",
            initiatives=(),
            found="within it",
            compared_with="the best period or group",
            weight="note",
            stake=0.0,
            sentence=f"No fix makes a pain point rarer than its best period or group was: {len(rows)} were compared.",
        )
        return
    draws = standing.rests[seen.pain_point]
    after = seen.today * (1 - standing.removed(seen.pain_point))
    low, high = np.percentile(after, [5, 95])
    yield Point(
        point="beyond what was seen",
        initiatives=standing.fixing(seen.pain_point),
        found=percent(float(after.mean())),
        compared_with=f"{percent(seen.lowest)} in the best period or group",
        weight="review",
        stake=beyond * standing.share(draws),
        sentence=f"{ground.name(seen.pain_point)} would have to fall from {percent(seen.today)} of customers to "
        f"{percent(float(after.mean()))} (range {percent(float(low))} to {percent(float(high))}); the best of "
        f"{ground.periods(seen.periods)} and {seen.groups} group{'s' if seen.groups > 1 else ''} had "
        f"{percent(seen.lowest)}, so that {percent(beyond)} of what is removed was never seen removed.",
    )


def _beyond(standing: Standing, seen: Seen) -> float:
    """Share of what is removed that lies below the lowest ever seen."""
    after = seen.today * (1 - float(standing.removed(seen.pain_point).mean()))
    removed = seen.today - after
    return float(np.clip((min(seen.lowest, seen.today) - after) / removed, 0, 1)) if removed > 0 else 0.0


def further_than_history(standing: Standing, ground: Ground) -> Iterator[Point]:
    """How much of the gain comes in periods further ahead than as many as were seen."""
    horizon = len(standing.by_period)
    late = standing.by_period[ground.history :]
    whole = float(standing.by_period.sum())
    share = float(np.clip(late.sum() / whole, 0, 1)) if whole > 0 else 0.0
    yield Point(
        point="horizon against history",
        initiatives=(),
        found=percent(share),
        compared_with=f"{LATE:.0%} of the gain",
        weight="review" if share > LATE else "note",
        stake=share,
        sentence=f"{ground.periods(ground.history)} were seen and {ground.periods(horizon)} are counted: "
        f"{percent(share)} of the gain, {ground.money(float(late.sum()))}, comes later than as far ahead as was ever "
        "looked back."
        if horizon > ground.history
        else f"{ground.periods(ground.history)} were seen and {ground.periods(horizon)} are counted: none of the gain "
        "comes later than as far ahead as was looked back.",
    )


def one_account(ground: Ground) -> Iterator[Point]:
    """Every account that carries more than a tenth of a value by itself."""
    for one in sorted(ground.concentrated, key=lambda row: -row.share):
        if one.share <= ONE_ACCOUNT:
            continue
        yield Point(
            point="one account",
            initiatives=(),
            found=percent(one.share) if one.unit else f"above {ONE_ACCOUNT:.0%}",
            compared_with=f"{ONE_ACCOUNT:.0%} of a value",
            weight="review",
            stake=one.share,
            sentence=f"{one.unit} alone carries {percent(one.share)} of {one.of}: were it lost, that would be too."
            if one.unit
            else f"One customer carries more than {ONE_ACCOUNT:.0%} of {one.of}: were it lost, that would be too.",
        )


def claimed_of_all(standing: Standing, ground: Ground) -> Iterator[Point]:
    """How much of all that pain points explain the choice claims to bring back."""
    whole = float(ground.cap.mean())
    if whole <= 0:
        return
    share = float(standing.gain.mean()) / whole
    yield Point(
        point="share of all there is",
        initiatives=(),
        found=percent(share),
        compared_with=f"{CLAIMED:.0%} of all that pain points explain",
        weight="review" if share > CLAIMED else "note",
        stake=share if share > CLAIMED else 0.0,
        sentence=f"The choice claims {percent(share)} of all that pain points explain: "
        f"{ground.money(standing.gain.mean())} ({ground.money_range(standing.gain)}) of {ground.money(whole)} "
        f"({ground.money_range(ground.cap)}).",
    )


def published(ground: Ground) -> Iterator[Point]:
    """Every rate beside what was published of it."""
    for claim in ground.claims:
        name = claim.outcome.replace("_", " ")
        yield Point(
            point="published range",
            initiatives=(),
            found=f"{name} {claim.rate:+.3g}",
            compared_with=f"published {claim.low:+.3g} to {claim.high:+.3g}",
            weight="review" if claim.outside else "note",
            stake=0.0,
            sentence=f"The rate of {name}, {claim.rate:+.3g} a point (log), lies outside the published range of "
            f"{claim.low:+.3g} to {claim.high:+.3g}. {claim.outside}"
            if claim.outside
            else f"The rate of {name}, {claim.rate:+.3g} a point (log), lies within the published range of "
            f"{claim.low:+.3g} to {claim.high:+.3g} ({claim.source}), which compares "
            "different customers and is an upper limit.",
        )
