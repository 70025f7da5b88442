"""Simulated companies written as runnable studies, for every test that needs one."""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from models.simulate import Company, CompanySpec, simulate_company

MAKE = Path(__file__).resolve().parent.parent / "examples" / "subscription" / "make.py"
SMALL = CompanySpec(seed=7, customers=2_000, periods=6, stages=4, personas=2, pain_points=5, initiatives=4)


def _load_make() -> ModuleType:
    specification = importlib.util.spec_from_file_location("subscription_make", MAKE)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def small_company() -> Company:
    """A company of 2,000 customers, five pain points and four initiatives."""
    return simulate_company(SMALL)


@pytest.fixture(scope="session")
def company_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Company], Path]:
    """Writes a simulated company to a new folder as a runnable study, and gives the folder."""
    make = _load_make()
    number = itertools.count()

    def write(company: Company) -> Path:
        folder = tmp_path_factory.mktemp(f"company{next(number)}")
        path: Path = make.write_company(company, folder, "Simulated company")
        return path

    return write


@pytest.fixture
def small_company_folder(company_folder: Callable[[Company], Path], small_company: Company) -> Path:
    """A fresh study folder of the small company, free to be changed by one test."""
    return company_folder(small_company)
