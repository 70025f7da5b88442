"""The report page: one inert file, its first sheet in order and within 400 words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from impact.journey import Journey, PainPoint, Stage
from reports import sentences
from reports.charts import dotplot
from reports.edition import Edition
from reports.first_sheet import bridge_steps, first_sheet
from reports.page import page_html

# The engine's NPV and the page's come from the same numbers in another order of summing.
SUM_TOLERANCE = 1e-9
HOSTILE = '"><script>alert(1)</script><img src="http://evil.example/x" onerror="a()">{{ 7*7 }}'
MOST_WORDS = 400


class FirstSheetWords(HTMLParser):
    """Counts the visible words of the first sheet."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.inside = False
        self.title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Enter the first sheet."""
        self.inside = self.inside or (tag == "section" and ("id", "first") in attrs)
        self.title = tag == "title"

    def handle_endtag(self, tag: str) -> None:
        """Leave it."""
        self.inside = self.inside and tag != "section"
        self.title = False

    def handle_data(self, data: str) -> None:
        """Keep what is visible."""
        if self.inside and not self.title:
            self.words += data.split()


def words_of(html: str) -> list[str]:
    parser = FirstSheetWords()
    parser.feed(html)
    return parser.words


def with_tables(edition: Edition, **tables: pd.DataFrame) -> Edition:
    return replace(edition, tables={**edition.tables, **tables})


def failed(edition: Edition) -> Edition:
    checks = edition.tables["checks"].assign(status=["fail", "review"])
    return replace(with_tables(edition, checks=checks), fitness="not fit for use")


def revenue_only(edition: Edition) -> Edition:
    columns = ["npv", "npv_p05", "npv_p50", "npv_p95", "p_npv_positive", "max_cost"]
    bare = edition.tables["initiatives"].assign(**dict.fromkeys(columns, np.nan))
    tables = {"initiatives": bare, "portfolio": edition.tables["portfolio"].iloc[:0]}
    return replace(with_tables(edition, **tables), money_word="revenue", cash=None, worth=None)


def too_thin(edition: Edition) -> Edition:
    kept = ("journey", "break_even", "checks")
    tables = {name: frame if name in kept else frame.iloc[:0] for name, frame in edition.tables.items()}
    return replace(failed(replace(edition, tables=tables)), cash=None, worth=None, truth=None)


def funding_nothing(edition: Edition) -> Edition:
    return with_tables(edition, portfolio=edition.tables["portfolio"].assign(chosen=0))


EDITIONS: dict[str, Callable[[Edition], Edition]] = {
    "usual": lambda edition: edition,
    "funding nothing": funding_nothing,
    "not fit": failed,
    "revenue only": revenue_only,
    "too thin": too_thin,
}


@pytest.mark.parametrize("kind", EDITIONS)
def test_the_page_has_a_policy_and_no_script_or_outside_resource(edition: Edition, kind: str) -> None:
    html = page_html(EDITIONS[kind](edition))
    assert (
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'; img-src data:\">" in html
    )
    assert not re.search(r"<script|<link|<iframe|<img|@import|javascript:|\son\w+=", html, re.IGNORECASE)
    assert set(re.findall(r"(?:https?:)?//[\w./-]+", html)) <= {"http://www.w3.org/2000/svg"}
    assert set(re.findall(r'(?:href|src)="([^"]*)"', html)) <= {"#checks"}
    assert set(re.findall(r"url\(([^)]*)\)", html)) <= {"#hatch-gain", "#hatch-loss"}


@pytest.mark.parametrize("kind", EDITIONS)
def test_the_first_sheet_holds_the_headline_of_the_terminal_within_400_words(edition: Edition, kind: str) -> None:
    one = EDITIONS[kind](edition)
    words = words_of(page_html(one))
    assert 0 < len(words) <= MOST_WORDS
    assert sentences.headline(one) in " ".join(words)


def test_many_initiatives_with_long_names_still_fit_within_400_words(make_edition: Callable[..., Edition]) -> None:
    many = make_edition(count=9)
    long = many.tables["initiatives"].assign(
        name=lambda rows: "One rather long name of an initiative, number " + rows["initiative"],
        owner="Director of the emergency services",
    )
    one = with_tables(many, initiatives=long)
    assert len(words_of(page_html(one))) <= MOST_WORDS
    assert first_sheet(one).list_note.endswith("more in the appendix.")


def test_the_first_sheet_reads_ask_worth_list_bridge_change_and_point_in_this_order(edition: Edition) -> None:
    said = " ".join(words_of(page_html(edition)))
    order = [
        "Simulated data",
        "Fund ",
        "Worth",
        "Initiatives / NPV",
        "Bridge of",
        "What would change",
        "What a",
    ]
    places = [said.index(words) for words in order]
    assert places == sorted(places)


def test_hostile_names_are_inert_everywhere_on_the_page(edition: Edition) -> None:
    tables = {
        name: frame.assign(**{column: HOSTILE for column in ("name", "owner", "check", "text") if column in frame})
        for name, frame in edition.tables.items()
    }
    journey = Journey(
        stages=tuple(replace(stage, name=HOSTILE, owner=HOSTILE) for stage in edition.journey.stages),
        pain_points=tuple(replace(pain, name=HOSTILE) for pain in edition.journey.pain_points),
    )
    hostile = replace(edition, name=HOSTILE, currency=HOSTILE, notices=(HOSTILE,), tables=tables, journey=journey)
    html = page_html(hostile)
    assert "<script" not in html
    assert "<img" not in html
    assert "{{ 7*7 }}" in html
    assert "&lt;script&gt;" in html


def test_control_characters_never_reach_the_page(edition: Edition) -> None:
    names = pd.Series(["Bill\x00\x1b\ud800\u202e on"] * 5, dtype=object)
    html = page_html(with_tables(edition, initiatives=edition.tables["initiatives"].assign(name=names)))
    assert not re.search("[\x00-\x08\x0b-\x1f\ud800-\udfff\u202e]", html)
    assert "Bill on" in html


def test_the_dotplot_has_twenty_dots_and_fills_those_that_pay_back(edition: Edition) -> None:
    dots = tuple(float(value) for value in np.linspace(-3e5, 1.6e6, 20))
    svg = dotplot(dots, "EUR")
    assert svg.count('class="gain"') == sum(value > 0 for value in dots)
    assert svg.count("<circle") == 20


@pytest.mark.parametrize("dots", [(0.0,) * 20, (5.0,) * 20, tuple(np.linspace(-9e9, -8.99e9, 20))])
def test_dots_of_one_value_or_far_from_zero_stay_on_the_picture(dots: tuple[float, ...]) -> None:
    svg = dotplot(dots, "EUR")
    places = [float(x) for x in re.findall(r'cx="([-\d.]+)"', svg)]
    assert all(0 <= x <= 360 for x in places)
    assert svg.count("<circle") == 20


def test_dots_that_pay_back_lie_right_of_zero(edition: Edition) -> None:
    svg = dotplot((-2.0, -1.0, 0.0, 1.0, 1e-9), "EUR")
    zero = float(re.findall(r'class="zero" x1="([\d.]+)"', svg)[0])
    found = re.findall(r'class="(gain|loss)" cx="([\d.]+)"', svg)
    assert sorted(kind for kind, _ in found) == ["gain"] * 2 + ["loss"] * 3
    assert all((float(x) > zero) == (kind == "gain") for kind, x in found)


def test_the_bridge_of_the_chosen_set_sums_to_its_joint_value(edition: Edition) -> None:
    of, steps, total = bridge_steps(edition)
    assert edition.worth is not None
    assert of == "the chosen set"
    assert total == edition.worth.mean
    assert sum(value for _, value in steps) == pytest.approx(total, rel=SUM_TOLERANCE)


def test_overlap_is_a_step_of_the_bridge_where_initiatives_share_a_pain_point(edition: Edition) -> None:
    cash = edition.cash
    assert cash is not None
    portfolio = edition.tables["portfolio"].assign(chosen=[0, 1, 1, 0, 0])
    _, steps, total = bridge_steps(with_tables(edition, portfolio=portfolio))
    assert "overlap" in dict(steps)
    assert sum(value for _, value in steps) == pytest.approx(total, rel=SUM_TOLERANCE)


def test_funding_nothing_bridges_the_best_candidate_to_its_npv(edition: Edition) -> None:
    one = funding_nothing(edition)
    best = sentences.best_candidate(one)
    assert best is not None
    of, _, total = bridge_steps(one)
    assert of == best["name"]
    assert total == pytest.approx(best["npv"], rel=SUM_TOLERANCE)
    html = page_html(one)
    assert "Fund nothing now" in html
    assert f"What would have to be true of {best['name']}:" in html


def test_a_run_not_fit_for_use_is_loud_first_and_marks_every_money_section(edition: Edition) -> None:
    html = page_html(failed(edition))
    assert html.index("NOT FIT FOR USE") < html.index("<h1>")
    sections = re.findall(r'<section id="[\w-]+" class="money">\s*<h2>(.*?)</h2>', html)
    assert len(sections) > 5
    assert all("not fit for use" in title for title in sections)
    assert "<h1>Fund" not in html


def test_a_notice_that_repeats_a_failed_check_is_shown_once(edition: Edition) -> None:
    words = "Every answer lies on its scale."
    one = failed(replace(edition, notices=(f"Not fit for use. {words} Nothing to do.", "Simulated data.")))
    assert " ".join(words_of(page_html(one))).count(words) == 1
    assert first_sheet(one).notices == ("Simulated data.",)


def test_a_study_without_margin_says_revenue_and_claims_no_npv(edition: Edition) -> None:
    first = " ".join(words_of(page_html(revenue_only(edition))))
    assert "revenue at stake" in first
    assert "margin_rate" in first
    assert "NPV in" not in first


def test_a_thin_run_still_shows_journey_break_even_and_checks(edition: Edition) -> None:
    html = page_html(too_thin(edition))
    assert re.findall(r'<section id="([\w-]+)"', html) == ["journey", "break-even", "checks", "glossary"]


def test_every_check_that_is_not_passed_is_printed_with_its_remedy(edition: Edition) -> None:
    html = page_html(edition)
    assert "Run a pilot, or add two more years of the ledger." in html
    assert html.index("To review") < html.index("<summary>Passed: 1</summary>")


def test_the_truth_stands_beside_the_estimate_where_it_is_known(edition: Edition) -> None:
    assert "Estimate beside truth" in page_html(edition)
    assert "Estimate beside truth" not in page_html(replace(edition, truth=None))


def test_no_estimate_is_drawn_as_a_bar_with_a_range(edition: Edition) -> None:
    for svg in re.findall(r"<svg class=\"chart\".*?</svg>", page_html(edition), re.DOTALL):
        assert not ("<rect" in svg and 'class="range"' in svg)


def test_the_prevalence_of_a_measured_level_is_the_share_exposed(edition: Edition) -> None:
    pains = tuple(replace(pain, measure="level", unit="minutes") for pain in edition.journey.pain_points)
    journey = replace(edition.journey, pain_points=pains)
    table = edition.tables["pain_points"].assign(prevalence=0.87)
    assert "87%" in page_html(replace(with_tables(edition, pain_points=table), journey=journey))


def test_a_page_of_a_journey_with_nothing_in_it_is_still_a_page(edition: Edition) -> None:
    stage, pain = Stage(stage="a", name="A", order=0), PainPoint(pain_point="p", stage="a", name="P")
    bare = replace(edition, journey=Journey(stages=(stage,), pain_points=(pain,)), tables={}, cash=None, worth=None)
    assert "No initiative: nothing can be ranked." in page_html(replace(bare, truth=None))
