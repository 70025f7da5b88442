"""The formats that are read beside the canonical one: which tables each fills, and what each must give."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from impact.errors import Finding, InputError

if TYPE_CHECKING:
    import pyarrow

    from impact.checks import Check
    from impact.settings import ItemSection
    from impact.study import Study

T = TypeVar("T")

CANONICAL = "canonical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format by name: the module that reads it, the tables it can fill (the first by default), file or folder."""

    module: str
    tables: tuple[str, ...]
    folder: bool = False


FORMATS: dict[str, Format] = {
    "qualtrics": Format(module="impact.formats.qualtrics", tables=("responses",)),
    "spss": Format(module="impact.formats.spss", tables=("responses",)),
    "surveymonkey": Format(module="impact.formats.surveymonkey", tables=("responses",)),
    "zendesk": Format(module="impact.formats.zendesk", tables=("responses",), folder=True),
    "stripe": Format(module="impact.formats.stripe", tables=("ledger", "customers"), folder=True),
    "events": Format(module="impact.formats.events", tables=("events",)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What an adapter is asked: which table, from which file or folder, by which study."""

    study: Study
    table: str
    path: Path

    @property
    def file(self) -> str:
        """The file or folder as the study names it."""
        return str(getattr(self.study.data, self.table))

    @property
    def mapping(self) -> Mapping[str, str]:
        """The source's field for a canonical column, where the study says it."""
        return self.study.data.columns.get(self.table, {})  # type: ignore[call-overload, no-any-return]

    @property
    def items(self) -> Mapping[str, ItemSection]:
        """What each question or activity is, by its name at the source."""
        return self.study.data.items


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapted:
    """A table in canonical columns, all text, and what is worth knowing of how it was read.

    Beside them stand `source_row` (whole number, 1 is the first row below the first header) and
    `aside`, the reason a row is not used, null where it is.
    """

    table: pyarrow.Table
    notices: tuple[Check, ...] = ()


class Adapter(Protocol):
    """A module that reads one source's files."""

    def read_table(self, request: Request) -> Adapted:
        """The table asked for.

        Raises:
            InputError: the files are not what the format says, or a setting is missing.
        """


def adapter_of(name: str) -> Adapter:
    """The module that reads a format, loaded when it is asked for."""
    return cast(Adapter, importlib.import_module(FORMATS[name].module))


def attempt(findings: list[Finding], read: Callable[[], T]) -> T | None:
    """What `read` gives, or None after its findings were added, so that one fault does not hide the next."""
    try:
        return read()
    except InputError as error:
        findings += error.findings
        return None


def default_format(asked: str | Mapping[Any, str], table: str) -> str:
    """The format of a table: a text stands for the first table its format fills, a mapping for those it names."""
    if not isinstance(asked, str):
        return asked.get(table, CANONICAL)
    return asked if asked in FORMATS and FORMATS[asked].tables[0] == table else CANONICAL
