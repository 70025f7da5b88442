"""The page of check: faults, stakes and rows in one file that runs nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from impact.__main__ import main
from impact.check_outcome import CheckOutcome, check_outcome
from impact.errors import InputError
from impact.intake import inspect_study
from reports.check_page import check_html, plain_table, rows_table
from reports.deliver import refuse_foreign
from tests.tiny_study import CUSTOMERS, append, edit, write_tiny_study

MARKUP = "<script>alert(1)</script>"


def outcome(folder: Path) -> CheckOutcome:
    return check_outcome(inspect_study(folder), folder)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> CheckOutcome:
    """What check says of a study with faults, one of them markup, and rows set aside."""
    folder = write_tiny_study(tmp_path_factory.mktemp("faulty"))
    for customer in CUSTOMERS[:6]:
        append(folder, "responses.csv", f"{customer},2026-04-01,{MARKUP},4,csat,")
        append(folder, "responses.csv", f"{customer},2027-04-01,buy,4,csat,")
    return outcome(folder)


class Tags(HTMLParser):
    """The tags of a page, and whether each that opens is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Count a tag."""
        self.seen.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the last tag, which must be of this name."""
        assert self.open.pop() == tag


def test_the_page_runs_nothing_reaches_nowhere_and_closes_its_tags(faulty: CheckOutcome) -> None:
    page = check_html(faulty)
    tags = Tags()
    tags.feed(page)
    assert (tags.open, tags.seen & {"script", "iframe", "object", "link", "img", "form"}) == ([], set())
    assert MARKUP not in page and "&lt;script&gt;" in page
    assert "Content-Security-Policy" in page and "default-src 'none'" in page
    assert re.findall(r"(?:https?:)?//[a-z]", page) == []
    assert re.findall(r"\son\w+=", page) == []


def test_the_page_says_the_verdict_the_fault_its_stake_and_who_mends_it(faulty: CheckOutcome) -> None:
    page = check_html(faulty)
    assert "<h1>Not to be run: 1 fault to mend first.</h1>" in page
    assert "D307" in page and "6 rows" in page
    assert "owner of the responses export" in page
    assert "set aside: after as_of" in page


def test_a_sound_study_has_a_page_without_faults(tmp_path: Path) -> None:
    page = check_html(outcome(write_tiny_study(tmp_path)))
    assert "<h1>Ready to run.</h1>" in page
    assert 'id="faults"' not in page and 'id="stakes"' not in page and 'id="rows"' in page


def test_rows_in_are_rows_used_and_set_aside_on_the_page(faulty: CheckOutcome) -> None:
    table = rows_table(faulty.rows)
    assert ("responses", "after as_of", "72", "66", "6") in table.rows
    assert ("ledger", "none set aside", "72", "72", "0") in table.rows


def test_further_tables_stand_on_the_page_with_their_titles(faulty: CheckOutcome) -> None:
    coverage = pd.DataFrame({"stage": ["buy"], "customers": [1234], "share": [0.25]})
    page = check_html(replace(faulty, sections=(("How far the journey is covered", coverage),)))
    assert "<h2>How far the journey is covered</h2>" in page and "1,234" in page
    assert plain_table(coverage).words == 1


def test_check_writes_page_answer_and_rejects_and_takes_away_those_mended(tmp_path: Path) -> None:
    folder, out = write_tiny_study(tmp_path), tmp_path / "out"
    append(folder, "ledger.csv", "0001,2026Q3,x,")
    append(folder, "responses.csv", "0001,2026-04-01,bui,4,csat,")
    assert main(["check", str(folder), "--out", str(out)]) == 2
    assert sorted(file.name for file in (out / "rejects").iterdir()) == ["ledger.csv", "responses.csv"]
    head, row = (out / "rejects" / "ledger.csv").read_text(encoding="utf-8").splitlines()
    assert head == "source_row,customer_id,code,column,value,reason"
    assert row == "73,0001,D303,revenue,x,revenue cannot be read"
    edit(folder, "ledger.csv", "0001,2026Q3,x,\n", "")
    edit(folder, "responses.csv", "0001,2026-04-01,bui,4,csat,\n", "")
    assert main(["check", str(folder), "--out", str(out)]) == 0
    assert sorted(file.name for file in out.iterdir()) == ["check.html", "check.json"]


def test_check_leaves_the_rejects_of_a_run_as_they_are(tmp_path: Path) -> None:
    folder, out = write_tiny_study(tmp_path), tmp_path / "out"
    (out / "rejects").mkdir(parents=True)
    (out / "run.json").write_text("{}", encoding="utf-8")
    (out / "rejects" / "ledger.csv").write_text("as it was", encoding="utf-8")
    append(folder, "ledger.csv", "0001,2026Q3,x,")
    assert main(["check", str(folder), "--out", str(out)]) == 2
    assert (out / "rejects" / "ledger.csv").read_text(encoding="utf-8") == "as it was"
    assert (out / "check-rejects" / "ledger.csv").is_file()


def test_a_run_may_replace_what_check_wrote_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["check", str(write_tiny_study(tmp_path)), "--out", str(out)]) == 0
    refuse_foreign(out)
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError):
        refuse_foreign(out)
