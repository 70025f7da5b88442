"""The journey map: one scale of area, gaps where nothing was measured, and text that stays text."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from impact.initiative import Fix
from impact.journey import Journey, PainPoint, Stage, Touchpoint
from reports.edition import Edition
from reports.journey_map import journey_map_svg, write_journey_map

SVG = "{http://www.w3.org/2000/svg}"
# Radii are written with two decimals.
RADIUS_TOLERANCE = 0.01
HOSTILE = '</text><script>alert("1")</script> & \x00\x1b[31m \ud800 \u202e' + "W" * 60


def parts(svg: str, kind: str, name: str) -> list[ElementTree.Element]:
    return [item for item in ElementTree.fromstring(svg).iter(SVG + kind) if item.get("class") == name]


def spoken(svg: str) -> str:
    return " ".join(item.text or "" for item in ElementTree.fromstring(svg).iter(SVG + "tspan"))


def unmeasured(edition: Edition, stage: str) -> Edition:
    table = edition.tables["journey"].copy()
    table.loc[table["stage"] == stage, ["score", "score_low", "score_high", "emotion"]] = np.nan
    return replace(edition, tables={**edition.tables, "journey": table})


def test_the_map_is_standalone_xml_with_title_description_and_no_outside_link(edition: Edition, tmp_path: Path) -> None:
    write_journey_map(edition, tmp_path / "journey.svg")
    content = (tmp_path / "journey.svg").read_text("utf-8")
    root = ElementTree.fromstring(content)
    assert root.find(f"{SVG}title") is not None
    assert root.find(f"{SVG}desc") is not None
    assert re.findall(r"https?://[^\"]*", content) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"<(script|image|use|foreignObject)|href|url\(", content)


def test_every_measured_stage_has_one_dot_and_neighbours_are_joined_straight(edition: Edition) -> None:
    svg = journey_map_svg(edition)
    assert len(parts(svg, "circle", "score")) == 4
    assert len(parts(svg, "line", "emotion")) == 3
    assert not parts(svg, "path", "emotion")


def test_an_unmeasured_stage_is_a_gap_that_says_no_data(edition: Edition) -> None:
    svg = journey_map_svg(unmeasured(edition, "join"))
    assert len(parts(svg, "circle", "score")) == 3
    assert len(parts(svg, "line", "emotion")) == 1
    assert spoken(svg).count("not measured") == 1


def test_the_area_of_a_circle_is_proportional_to_its_money(edition: Edition) -> None:
    values = edition.tables["pain_points"].set_index("pain_point")["value"]
    radii = sorted(float(circle.get("r") or 0) for circle in parts(journey_map_svg(edition), "circle", "pain"))
    expected = sorted(radii[-1] * math.sqrt(value / values.max()) for value in values)
    assert radii == pytest.approx(expected, abs=RADIUS_TOLERANCE)


def test_the_initiatives_that_act_in_a_stage_stand_in_its_column(edition: Edition) -> None:
    assert "Initiatives" not in spoken(journey_map_svg(edition))
    fix = Fix(initiative="i1", pain_point="late_bill", low=0.2, likely=0.4, high=0.6)
    said = spoken(journey_map_svg(replace(edition, fixes=(fix, fix))))
    assert said.count("Bill on time") == 1


def test_hostile_names_stay_text_and_the_file_stays_xml(edition: Edition) -> None:
    stages = tuple(Stage(stage=f"s{place}", name=HOSTILE, order=place, owner=HOSTILE) for place in range(3))
    pains = (PainPoint(pain_point="p", stage="s0", name=HOSTILE),)
    touchpoints = (Touchpoint(touchpoint="t", stage="s1", name=HOSTILE, channel=HOSTILE),)
    journey = Journey(stages=stages, pain_points=pains, touchpoints=touchpoints)
    svg = journey_map_svg(replace(edition, name=HOSTILE, journey=journey))
    assert ElementTree.fromstring(svg.encode("utf-8")) is not None
    assert "<script" not in svg
    assert "</text>&lt;" not in svg
    assert "\x1b" not in svg


def test_twelve_stages_with_long_names_stay_inside_their_columns(edition: Edition) -> None:
    stages = tuple(
        Stage(stage=f"s{place}", name=f"A rather long name of stage {place} of the journey", order=place)
        for place in range(12)
    )
    table = pd.DataFrame({"stage": [stage.stage for stage in stages], "emotion": 0.5, "score": 3.5})
    wide = replace(edition, journey=Journey(stages=stages, pain_points=()), tables={"journey": table})
    root = ElementTree.fromstring(journey_map_svg(wide))
    assert len(root.findall(f"{SVG}polygon")) == 12
    assert float(root.get("width") or 0) < 1_700
    longest = max(len(item.text or "") for item in root.iter(SVG + "tspan") if "rather" in (item.text or ""))
    assert longest <= 16


def test_a_journey_without_stages_or_scores_is_still_a_map(edition: Edition) -> None:
    bare = replace(edition, journey=Journey(stages=(), pain_points=()), tables={})
    assert ElementTree.fromstring(journey_map_svg(bare)).tag == f"{SVG}svg"


def test_a_run_not_fit_for_use_says_so_on_the_map(edition: Edition) -> None:
    assert "NOT FIT FOR USE" in spoken(journey_map_svg(replace(edition, fitness="not fit for use")))
