"""A ledger within one year costs a fifth of what is kept of an effect, and says so."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from impact.cells import SitePanel
from impact.study import Study, load_study
from models.history import history_checks, kept_share
from tests.tiny_study import write_tiny_study


def cells_over(periods: int) -> SitePanel:
    money = pd.DataFrame({"t": range(8_100, 8_100 + periods)})
    return SitePanel(controls=(), size=None, panel=pd.DataFrame(), coverage=pd.DataFrame(), money=money)


def study(folder: Path, credibility: str) -> Study:
    return load_study(write_tiny_study(folder), [f"model.credibility={credibility}"])


@pytest.mark.parametrize(
    ("credibility", "kept"),
    [("[4,3]", (3.2, 3.8)), ("0.5", 0.4), ("1.0", 1.0)],
)
def test_within_a_year_the_mean_share_kept_is_a_fifth_lower(
    tmp_path: Path, credibility: str, kept: tuple[float, float] | float
) -> None:
    assert kept_share(cells_over(4), study(tmp_path, credibility)) == pytest.approx(kept)


def test_over_more_than_a_year_the_studys_own_prior_holds(tmp_path: Path) -> None:
    own = study(tmp_path, "[4,3]")
    assert kept_share(cells_over(5), own) == (4.0, 3.0)
    assert history_checks(cells_over(5), own) == ()


def test_a_short_ledger_is_a_review_that_says_what_it_costs(tmp_path: Path) -> None:
    (found,) = history_checks(cells_over(4), study(tmp_path, "[4,3]"))
    assert (found.code, found.status, found.found) == ("C106", "review", "4 quarters")
    assert found.text.endswith("The share of effects that is kept is lowered by a fifth.")
    (face,) = history_checks(cells_over(1), study(tmp_path, "1.0"))
    assert (face.found, face.text.endswith("Effects stay at face value, as the study asks.")) == ("1 quarter", True)
