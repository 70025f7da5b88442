"""A study of anonymous answers: 12 units of region and plan, 8 quarters, one pain point that moves score and money."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np

QUARTERS = tuple(f"{2024 + place // 4}Q{place % 4 + 1}" for place in range(8))
UNITS = tuple(product(("north", "south", "east", "west"), ("basic", "plus", "pro")))
PEOPLE = 10
ANSWERS = 5

STUDY = """\
[study]
name = "Anonymous"
currency = "EUR"
as_of = "2025Q4"
margin_rate = 0.4
[data]
responses = "responses.csv"
ledger = "ledger.csv"
incidents = "incidents.csv"
unit = ["region", "plan"]
[plan]
stages = "stages.csv"
pain_points = "pain_points.csv"
initiatives = "initiatives.csv"
fixes = "fixes.csv"
[portfolio]
budget = 100000
"""
STAGES = "stage,name\nbuy,Buying\nuse,Using\n"
PAIN_POINTS = "pain_point,stage,name,source\nslow,buy,Slow delivery,operations\nbroken,use,Broken part,survey\n"
INITIATIVES = "initiative,name,cost\nfleet,More vans,500\nspares,Spare parts,300\n"
FIXES = "initiative,pain_point,low,likely,high\nfleet,slow,0.2,0.4,0.6\nspares,broken,0.1,0.2,0.3\n"


def write_anonymous_study(folder: Path) -> Path:
    """The folder with a study whose answers and incidents carry no customer."""
    rng = np.random.default_rng(11)
    ledger, answers = ["customer_id,period,region,plan,revenue"], ["responded_at,region,plan,stage,score,pain_points"]
    incidents = ["occurred_at,region,plan,pain_point"]
    for number, (region, plan) in enumerate(UNITS):
        slow = rng.integers(0, 6, len(QUARTERS))
        for t, quarter in enumerate(QUARTERS):
            before = slow[t - 1] if t else 2
            for person in range(PEOPLE):
                revenue = 100 + 5 * number - 2 * before + rng.normal(0, 1)
                ledger.append(f"{number}-{person},{quarter},{region},{plan},{revenue:.2f}")
            incidents += [f"{quarter},{region},{plan},slow"] * slow[t]
            for _ in range(ANSWERS):
                broken = "broken" if rng.random() < 0.3 else ""
                use = 3 if broken else 4
                overall = int(np.clip(round(4.5 - 0.4 * slow[t] + rng.normal(0, 0.3)), 1, 5))
                for stage, score in (("buy", overall), ("use", use), ("overall", overall)):
                    named = broken if stage == "use" else ""
                    answers.append(f"{quarter},{region},{plan},{stage},{score},{named}")
    files = {
        "study.toml": STUDY,
        "stages.csv": STAGES,
        "pain_points.csv": PAIN_POINTS,
        "initiatives.csv": INITIATIVES,
        "fixes.csv": FIXES,
        "ledger.csv": "\n".join(ledger) + "\n",
        "responses.csv": "\n".join(answers) + "\n",
        "incidents.csv": "\n".join(incidents) + "\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def write_counted_study(folder: Path) -> Path:
    """The same units known by one id, their answers as counts of promoters, passives and detractors."""
    write_anonymous_study(folder)
    rng = np.random.default_rng(12)
    answers = ["customer_id,responded_at,stage,promoters,passives,detractors"]
    ledger = ["customer_id,period,revenue"]
    for region, plan in UNITS:
        for t, quarter in enumerate(QUARTERS):
            unit = f"{region}-{plan}"
            ledger.append(f"{unit},{quarter},{1000 + 10 * t + rng.normal(0, 20):.2f}")
            for stage in ("buy", "overall"):
                promoters, passives = rng.integers(2, 20, 2)
                answers.append(f"{unit},{quarter},{stage},{promoters},{passives},{rng.integers(2, 20)}")
    incidents = [f"{region}-{plan},{QUARTERS[t]},slow" for region, plan in UNITS for t in rng.integers(0, 8, 3)]
    (folder / "responses.csv").write_text("\n".join(answers) + "\n", encoding="utf-8")
    (folder / "ledger.csv").write_text("\n".join(ledger) + "\n", encoding="utf-8")
    rows = "\n".join(["customer_id,occurred_at,pain_point", *incidents])
    (folder / "incidents.csv").write_text(rows + "\n", encoding="utf-8")
    toml = STUDY.replace('unit = ["region", "plan"]\n', "")
    (folder / "study.toml").write_text(toml, encoding="utf-8")
    return folder
