"""The delivery of `calibrate`: the tables and pages of the rates, and nothing about money to spend."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from impact.checks import Check
from impact.fingerprint import input_hashes, run_of
from models.calibration.slopes import Calibration
from models.certificate import Certified
from reports.certificate_words import plan_notices
from reports.deliver import SCHEMA, not_ours, put_whole
from reports.make_edition import versions
from reports.page import write_rate_pages
from reports.rate_page import NOT_SAMPLED, Heading, RatePage, rate_pages
from reports.tables import CALIBRATION, checks_table, drivers_frame, slope_rows
from reports.tables_certificate import certificate_table, triangulation_table
from reports.tables_doubts import doubts_table
from reports.tables_out import write_tables

if TYPE_CHECKING:
    from impact.journey import Journey
    from impact.study import Study
    from models.drivers import Drivers
    from models.planning import RatePlan

RECORD = "calibrate.json"
NO_SLOPES = Calibration(slopes=())
NOTHING = Certified(certificates=(), triangulations=(), doubts=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What a calibration found; without rates where the data are too thin or the units too few."""

    study: Study
    journey: Journey
    sites: bool
    checks: tuple[Check, ...]
    calibration: Calibration = NO_SLOPES
    drivers: tuple[Drivers, ...] = ()
    certified: Certified = NOTHING
    plans: tuple[RatePlan, ...] = ()

    @property
    def fit(self) -> bool:
        """Whether no check failed."""
        return all(check.status != "fail" for check in self.checks)

    def checked(self, checks: tuple[Check, ...]) -> Rates:
        """The same with other checks."""
        return replace(self, checks=checks)

    def notices(self) -> tuple[str, ...]:
        """What every page must say."""
        failed = (f"{check.text} {check.remedy}" for check in self.checks if check.status == "fail")
        own = self.study.study.notice
        return (*failed, *(one for plan in self.plans for one in plan_notices(plan)), *((own,) if own else ()))

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables of a calibration by name."""
        slopes = slope_rows(self.calibration, sites=self.sites)
        return {
            "calibration": pd.DataFrame(slopes, columns=list(CALIBRATION)),
            "certificate": certificate_table(self.plans),
            "triangulation": triangulation_table(self.certified),
            "doubts": doubts_table(self.certified.doubts),
            "drivers": drivers_frame(self.drivers, self.journey),
            "checks": checks_table(self.checks),
        }


def deliver_rates(rates: Rates, out: Path) -> tuple[Path, ...]:
    """The paths of what was written to `out` in one move: tables, a page a rate, and the record.

    Raises:
        InputError: `out` holds things that no calibration wrote.
    """
    refuse_other(out)
    hashes = input_hashes(rates.study.path)

    def write(draft: Path) -> None:
        write_tables(rates.tables(), draft / "tables")
        write_rate_pages(_pages(rates, hashes), draft)
        (draft / RECORD).write_text(
            json.dumps(_record(rates, hashes), indent=1, allow_nan=False) + "\n", encoding="utf-8"
        )

    return put_whole(out, write)


def refuse_other(out: Path) -> None:
    """Nothing, where `out` is free, empty, or an earlier calibration's.

    Raises:
        InputError: it holds something else, which the delivery would replace.
    """
    if not out.exists() or (out.is_dir() and ((out / RECORD).is_file() or not any(out.iterdir()))):
        return
    raise not_ours(out, "calibration")


def _pages(rates: Rates, hashes: dict[str, str]) -> tuple[RatePage, ...]:
    study = rates.study
    heading = Heading(
        name=study.study.name,
        currency=study.study.currency,
        period_kind=study.period_kind,
        as_of=study.study.as_of,
        run_id=run_of(study, hashes),
        sites=rates.sites,
        fit=rates.fit,
        notices=rates.notices(),
        estimated=study.finance.revenue_basis == "estimated",
        worth=(NOT_SAMPLED,),
    )
    return rate_pages(heading, rates.calibration, rates.certified, rates.plans)


def _record(rates: Rates, hashes: dict[str, str]) -> dict[str, object]:
    study = rates.study
    return {
        "schema": SCHEMA,
        "run_id": run_of(study, hashes),
        "study": study.study.name,
        "as_of": study.study.as_of,
        "fitness": "fit" if rates.fit else "not fit for use",
        "seed": study.study.seed,
        "versions": versions(),
        "inputs": hashes,
        "checks": [asdict(check) for check in rates.checks],
    }
