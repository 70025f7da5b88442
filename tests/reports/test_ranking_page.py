"""The page of `rank`: the ask, the list with its line, the frontier, and what was not asked."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from choice_tables import whole_choice

from impact.errors import InputError
from reports.edition import Edition
from reports.findings import Findings
from reports.make_edition import make_edition
from reports.ranking_page import NOT_ASKED, TABLES, deliver_ranking, ranking_html
from tests.quick_study import quick_starter

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """What a run of the starter study found, without what `rank` does not ask."""
    found = quick_starter(tmp_path_factory).found
    return replace(found, gates=None, walks=(), lifetimes=None)


def test_the_page_has_the_list_the_line_the_frontier_and_no_network(edition: Edition) -> None:
    page = ranking_html(whole_choice(edition))
    assert POLICY in page and "<script" not in page and not re.search(r'(?:src|href)="http', page)
    assert all(f'id="{anchor}"' in page for anchor in ("initiatives", "portfolio", "frontier", "prices", "delay"))
    assert 'class="chosen line' in page and "own budget EUR 200k" in page and NOT_ASKED in page
    assert 'id="journey"' not in page and 'id="case-against"' not in page


def test_a_name_is_never_markup(edition: Edition) -> None:
    named = edition.tables["initiatives"].assign(name="<i>x</i>")
    page = ranking_html(replace(edition, tables={**edition.tables, "initiatives": named}))
    assert "<i>x" not in page and "&lt;i&gt;x" in page


def test_a_ranking_not_fit_for_use_says_so_on_top(edition: Edition) -> None:
    page = ranking_html(replace(edition, fitness="not fit for use"))
    assert page.index("NOT FIT FOR USE") < page.index("<h1>") and 'class="tag"' in page


def test_it_delivers_tables_page_and_record_and_replaces_only_its_own(findings: Findings, tmp_path: Path) -> None:
    edition, out = make_edition(findings), tmp_path / "ranking"
    for _ in range(2):
        files = deliver_ranking(edition, findings, out)
    assert {path.name for path in out.iterdir()} == {"tables", "ranking.html", "rank.json"}
    written = {path.stem for path in files if path.suffix == ".csv"}
    assert {"initiatives", "portfolio", "cashflow", "frontier", "checks"} <= written <= set(TABLES)
    record = json.loads((out / "rank.json").read_text(encoding="utf-8"))
    chosen = pd.read_csv(out / "tables" / "portfolio.csv").query("chosen == 1")["initiative"].tolist()
    assert (record["chosen"], record["run_id"]) == (chosen, edition.run_id)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "x.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="U008"):
        deliver_ranking(edition, findings, tmp_path / "mine")
