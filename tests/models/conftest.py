"""The small simulated company taken in and summarised once, for every test of an instrument."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from impact.cells import CustomerCells, SitePanel, summarise
from impact.intake import Intake, take_in
from models.simulate import Company

HOSPITALS = Path(__file__).parents[2] / "examples" / "hospitals"


@pytest.fixture(scope="session")
def small_intake(company_folder: Callable[[Company], Path], small_company: Company) -> Intake:
    """The small company as a study without faults."""
    return take_in(company_folder(small_company))


@pytest.fixture(scope="session")
def small_cells(small_intake: Intake) -> CustomerCells:
    """What leaves the engine of the small company."""
    found = summarise(small_intake.source, small_intake.case.journey, small_intake.study)
    assert isinstance(found, CustomerCells)
    return found


@pytest.fixture(scope="session")
def hospitals_intake() -> Intake:
    """The shipped study of hospitals."""
    return take_in(HOSPITALS)


@pytest.fixture(scope="session")
def hospitals_panel(hospitals_intake: Intake) -> SitePanel:
    """What leaves the engine of the hospitals."""
    found = summarise(hospitals_intake.source, hospitals_intake.case.journey, hospitals_intake.study)
    assert isinstance(found, SitePanel)
    return found
