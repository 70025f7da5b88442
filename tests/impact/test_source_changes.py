"""Changes of the survey over time: joined by an estimated shift, set aside, or only told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pytest

from impact.event import Event
from impact.source_answers import as_expressed
from impact.source_changes import SurveyChanges, joined_scores, survey_changes, without_superseded
from impact.study import Study, load_study
from tests.tiny_study import write_tiny_study

FIRST = 8100
ANSWERS = 200
PLANTED = 0.6
# Three standard errors: one seed in four hundred would miss it.
SURE = 3


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    quarter = FIRST + 7
    return load_study(
        write_tiny_study(tmp_path_factory.mktemp("changes")), [f"study.as_of={quarter // 4}Q{quarter % 4 + 1}"]
    )


def answers(**columns: list[Any]) -> ibis.Table:
    """200 answers a period over 8 periods on 1-5; a column is given by its value in each period."""
    rng = np.random.default_rng(5)
    plain: dict[str, list[Any]] = {
        "stage": ["buy"] * 8,
        "scale_min": [1.0] * 8,
        "scale_max": [5.0] * 8,
        "metric": ["csat"] * 8,
        "channel": ["web"] * 8,
        "level": [3.0] * 8,
    }
    frame = pd.DataFrame(plain | columns).assign(t=range(FIRST, FIRST + 8))
    rows = frame.loc[frame.index.repeat(ANSWERS)].reset_index(drop=True)
    rows["score"] = rows.level + rng.normal(0, 0.5, len(rows))
    return as_expressed(ibis.memtable(rows.assign(n=1.0, weight=1.0, sd=np.nan)), "mean")


def change(first: int, last: int, **more: Any) -> Event:  # noqa: ANN401
    plain: dict[str, Any] = {"event": "new form", "kind": "survey_change", "treat": "control"}
    return Event(**(plain | more), first=FIRST + first, last=FIRST + last)


def means(table: ibis.Table, changes: SurveyChanges) -> list[float]:
    found = joined_scores(table, changes).execute()
    return [float(mean) for mean in found.groupby("t").score.mean()]


def test_a_shift_brings_earlier_scores_to_the_level_of_today(study: Study) -> None:
    table = answers(level=[3.0] * 4 + [3.0 + PLANTED] * 4)
    found = survey_changes(table, [change(4, 99)], study)
    (shift,) = found.shifts
    assert not shift.inside
    assert abs(shift.points - PLANTED) < SURE * shift.se
    assert means(table, found) == pytest.approx([3.0 + PLANTED] * 8, abs=SURE * shift.se)


def test_a_change_that_was_taken_back_shifts_its_own_periods(study: Study) -> None:
    table = answers(level=[3.0, 3.0, 3.0, 3.6, 3.6, 3.0, 3.0, 3.0])
    found = survey_changes(table, [change(3, 4)], study)
    (shift,) = found.shifts
    assert shift.inside
    assert means(table, found) == pytest.approx([3.0] * 8, abs=SURE * shift.se)


def test_a_series_that_drifts_makes_its_shift_less_sure(study: Study) -> None:
    still = survey_changes(answers(), [change(4, 99)], study).shifts[0]
    drifting = survey_changes(answers(level=[2, 3, 2, 3, 2, 3, 2, 3]), [change(4, 99)], study).shifts[0]
    assert still.se < 0.2 < drifting.se


def test_a_scale_that_changed_with_an_event_is_joined_on_the_later_scale(study: Study) -> None:
    table = answers(scale_max=[5.0] * 4 + [7.0] * 4, level=[3.0] * 4 + [5.0] * 4)
    found = survey_changes(table, [change(4, 99)], study)
    assert (found.joined, found.superseded) == ({"buy": (1.0, 7.0)}, ())
    assert means(table, found) == pytest.approx([5.0] * 8, abs=0.2)
    assert set(joined_scores(table, found).execute().scale_max) == {7.0}


def test_a_scale_that_changed_without_an_event_loses_its_earlier_rows(study: Study) -> None:
    table = answers(scale_max=[5.0] * 4 + [7.0] * 4).mutate(set_aside=ibis.null("string"))
    found = survey_changes(table, [], study)
    assert found.superseded == (("buy", 1.0, 5.0),)
    aside = without_superseded(table, found).execute()
    assert list(aside.set_aside.notna()) == list(aside.t < FIRST + 4)


def test_scales_that_stand_side_by_side_or_are_a_slip_are_left_to_their_finding(study: Study) -> None:
    mixed = answers(scale_max=[5.0, 7.0] * 4)
    assert survey_changes(mixed, [], study).superseded == ()
    table = answers()
    slip = table.filter(table.t == FIRST + 7).limit(5).mutate(scale_max=7.0, asked_max=7.0)
    assert survey_changes(ibis.union(table, slip), [], study).superseded == ()


@pytest.mark.parametrize(
    ("columns", "what", "said"),
    [
        ({"channel": ["web"] * 4 + ["phone"] * 4}, "channel", "phone: 0% to 100% of the answers"),
        ({"channel": [None] * 4 + ["web"] * 4}, "channel", "none stated: 100% to 0% of the answers"),
        ({"metric": ["CSAT"] * 4 + ["rating"] * 4}, "metric", "csat to rating"),
    ],
)
def test_a_change_without_its_event_is_told_once_and_an_event_explains_it(
    study: Study, columns: dict[str, list[Any]], what: str, said: str
) -> None:
    (found,) = survey_changes(answers(**columns), [], study).found
    assert (found.what, found.t, found.found) == (what, FIRST + 4, said)
    assert survey_changes(answers(**columns), [change(4, 99)], study).found == ()


def test_a_share_that_moves_little_is_not_told(study: Study) -> None:
    def channels() -> Iterator[ibis.Table]:
        yield answers(channel=["web"] * 8)
        yield answers(channel=["web"] * 8).mutate(
            weight=ibis.literal(0.2), n=ibis.literal(0.3), channel=ibis.literal("app")
        )

    table = ibis.union(*channels())
    assert survey_changes(table, [], study).found == ()


def test_an_event_of_some_rows_moves_only_them(study: Study) -> None:
    table = answers(level=[3.0] * 4 + [3.0 + PLANTED] * 4)
    both = ibis.union(table, answers().mutate(channel=ibis.literal("app")))
    found = survey_changes(both, [change(4, 99, column="channel", value="web")], study)
    moved = joined_scores(both, found).execute()
    level = moved[moved.t < FIRST + 4].groupby("channel").score.mean()
    assert level["app"] == pytest.approx(3.0, abs=0.1)
    assert level["web"] == pytest.approx(3.0 + PLANTED, abs=0.2)


def test_nothing_is_joined_where_one_side_was_never_asked(study: Study) -> None:
    assert survey_changes(answers(), [change(0, 99)], study).shifts == ()
