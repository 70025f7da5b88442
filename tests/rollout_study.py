"""A simulated company whose initiatives were rolled out: what it met, who left, and how much of that is no cause."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from impact.rng import stream

FIRST = 2023 * 4  # 2023Q1
QUARTERS = 12
AS_OF = FIRST + QUARTERS - 1
START = FIRST + 6


def label(ordinal: int) -> str:
    return f"{ordinal // 4}Q{ordinal % 4 + 1}"


@dataclass(frozen=True, kw_only=True)
class Company:
    """`tau` log hazard of a pain where it is met; `doubt` of it that observation adds and no fix removes.

    Of every pain, half of the regions, by lot, get an initiative from `START` on that removes `removed` of it.
    `kept` is the haircut's prior.
    """

    pains: tuple[str, ...] = ("slow",)
    regions: int = 10
    customers: int = 300
    leaving: float = 0.06
    met: float = 0.3
    tau: float = 0.8
    doubt: float = 0.0
    removed: float = 0.6
    kept: tuple[int, int] = (4, 3)
    seed: int = 1


STUDY = """\
[study]
name = "Rolled out"
currency = "EUR"
as_of = "{as_of}"
margin_rate = 0.4
relationship = "contract"
[data]
ledger = "ledger.csv"
customers = "customers.csv"
incidents = "incidents.csv"
responses = "responses.csv"
[plan]
stages = "stages.csv"
pain_points = "pain_points.csv"
initiatives = "initiatives.csv"
fixes = "fixes.csv"
rollouts = "rollouts.csv"
[model]
credibility = [{kept[0]}, {kept[1]}]
"""


def write_company(folder: Path, company: Company) -> Path:
    """The folder with the company's study."""
    _write(folder, "study.toml", STUDY.format(as_of=label(AS_OF), kept=company.kept))
    pains = company.pains
    _write(folder, "stages.csv", "stage,name\nuse,Use\n")
    _write(folder, "pain_points.csv", "pain_point,stage,name\n" + "".join(f"{p},use,{p}\n" for p in pains))
    header = "initiative,name,cost,status,actual_start\n"
    items = "".join(f"fix_{p},Fix {p},100,live,{label(START)}\n" for p in pains)
    _write(folder, "initiatives.csv", header + items + "more,More,100,proposed,\n")
    fixes = "".join(f"fix_{p},{p},0.4,0.6,0.8\n" for p in pains) + f"more,{pains[0]},0.1,0.2,0.3\n"
    _write(folder, "fixes.csv", "initiative,pain_point,low,likely,high\n" + fixes)
    rows = [
        f"fix_{pain},region,r{region:02d},{label(START)},1\n"
        for k, pain in enumerate(pains)
        for region in range(company.regions)
        if treated(company, k)[region]
    ]
    _write(folder, "rollouts.csv", "initiative,column,value,from,randomised\n" + "".join(rows))
    _tables(folder, company)
    return folder


def treated(company: Company, place: int) -> np.ndarray:
    """Which regions got the initiative against a pain point."""
    order = stream(company.seed, f"regions/{place}").permutation(company.regions)
    return np.asarray(order < company.regions // 2)


def _tables(folder: Path, company: Company) -> None:
    """Ledger, customers, incidents and answers: everybody is there from the first period until leaving."""
    rng = stream(company.seed, "company")
    number = company.regions * company.customers
    region = np.repeat(np.arange(company.regions), company.customers)
    ids = np.array([f"c{i:06d}" for i in range(number)])
    lines = "".join(f"{one},r{of:02d}\n" for one, of in zip(ids, region, strict=True))
    _write(folder, "customers.csv", "customer_id,region\n" + lines)
    base = -np.log1p(-company.leaving) * np.exp(0.15 * rng.standard_normal(company.regions))[region]
    alive = np.ones(number, bool)
    ledger, incidents = ["customer_id,period,revenue\n"], ["customer_id,occurred_at,pain_point\n"]
    answers = ["customer_id,responded_at,stage,score\n"]
    for t in range(FIRST, AS_OF + 1):
        who = np.flatnonzero(alive)
        rate = base[who] * np.exp(0.02 * (t - FIRST))
        mood = np.zeros(len(who))
        for k, pain in enumerate(company.pains):
            would = rng.uniform(size=len(who)) < company.met
            fixed = treated(company, k)[region[who]] & (t >= START) & (rng.uniform(size=len(who)) < company.removed)
            met = would & ~fixed
            # what stands behind the pain raises leaving too, and stays where the pain is fixed
            rate = rate * np.exp(company.tau * met + company.doubt * would)
            mood = mood + met
            incidents += [f"{ids[i]},{label(t)},{pain}\n" for i in who[met]]
        ledger += [f"{ids[i]},{label(t)},{100 + i % 7}\n" for i in who]
        score = np.clip(np.round(4 - 0.8 * mood + 0.7 * rng.standard_normal(len(who))), 1, 5).astype(int)
        asked = rng.uniform(size=len(who)) < 0.2
        answers += [f"{ids[i]},{label(t)},overall,{s}\n" for i, s in zip(who[asked], score[asked], strict=True)]
        gone = rng.uniform(size=len(who)) < -np.expm1(-rate)
        alive[who[gone]] = False
    for name, rows in (("ledger", ledger), ("incidents", incidents), ("responses", answers)):
        _write(folder, f"{name}.csv", "".join(rows))


def _write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
