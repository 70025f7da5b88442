"""A study small enough to read: 20 customers, 4 quarters, two stages, two pain points, two initiatives."""

from __future__ import annotations

from pathlib import Path

QUARTERS = ("2025Q4", "2026Q1", "2026Q2", "2026Q3")
CUSTOMERS = tuple(f"{number:04d}" for number in range(1, 21))

STUDY = """\
[study]
name = "Tiny"
currency = "EUR"
as_of = "2026Q3"
margin_rate = 0.4
[data]
responses = "responses.csv"
customers = "customers.csv"
ledger = "ledger.csv"
incidents = "incidents.csv"
[plan]
stages = "stages.csv"
personas = "personas.csv"
pain_points = "pain_points.csv"
initiatives = "initiatives.csv"
fixes = "fixes.csv"
[portfolio]
budget = 1000
"""

STAGES = "stage,name,owner\nbuy,Buying,Ann\nuse,Using,Bo\n"
PERSONAS = "persona,name\nhome,Homes\nfirm,Firms\n"
PAIN_POINTS = "pain_point,stage,name,source\nslow,buy,Slow delivery,operations\nbroken,use,Broken part,survey\n"
INITIATIVES = "initiative,name,cost,duration,capacity_engineering\nfleet,More vans,500,2,3\nspares,Spare parts,300,1,\n"
FIXES = "initiative,pain_point,low,likely,high\nfleet,slow,0.2,0.4,0.6\nspares,broken,0.1,0.2,0.3\n"


def _ledger() -> str:
    rows = ["customer_id,period,revenue,retained"]
    for place, customer in enumerate(CUSTOMERS):
        last = 2 if place % 5 == 0 else len(QUARTERS)
        for number, quarter in enumerate(QUARTERS[:last], start=1):
            retained = "" if quarter == QUARTERS[-1] else int(number < last)
            rows.append(f"{customer},{quarter},{100 + place},{retained}")
    return "\n".join(rows) + "\n"


def _responses() -> str:
    rows = ["customer_id,responded_at,stage,score,metric,pain_points"]
    for place, customer in enumerate(CUSTOMERS):
        for stage in ("buy", "use", "overall"):
            pains = "broken" if stage == "use" and place % 4 == 0 else ""
            rows.append(f"{customer},2026-02-{place % 28 + 1:02d},{stage},{place % 5 + 1},csat,{pains}")
    return "\n".join(rows) + "\n"


def _customers() -> str:
    rows = [f"{customer},{'home' if place % 2 else 'firm'},2024-05-01" for place, customer in enumerate(CUSTOMERS)]
    return "\n".join(["customer_id,persona,joined_at", *rows]) + "\n"


def _incidents() -> str:
    rows = [f"{customer},2026-05-03 10:15:00,slow" for customer in CUSTOMERS[::3]]
    return "\n".join(["customer_id,occurred_at,pain_point", *rows]) + "\n"


FILES = {
    "study.toml": STUDY,
    "stages.csv": STAGES,
    "personas.csv": PERSONAS,
    "pain_points.csv": PAIN_POINTS,
    "initiatives.csv": INITIATIVES,
    "fixes.csv": FIXES,
    "ledger.csv": _ledger(),
    "responses.csv": _responses(),
    "customers.csv": _customers(),
    "incidents.csv": _incidents(),
}


def write_tiny_study(folder: Path) -> Path:
    """The folder with a study that has no fault."""
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def edit(folder: Path, file: str, old: str, new: str) -> Path:
    """The folder after one text of a file was replaced, which must be there."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file}"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return folder


def append(folder: Path, file: str, line: str) -> Path:
    """The folder after a line was added to a file."""
    path = folder / file
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    return folder
