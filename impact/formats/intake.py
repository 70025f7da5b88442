"""The one door for exports: a table read by its format's adapter."""

from __future__ import annotations

from impact.formats.adapters import CANONICAL, FORMATS, Adapted, Request, adapter_of
from impact.study import Study


def adapt(table: str, study: Study) -> Adapted | None:
    """The table as its format's adapter reads it, None where the study reads it as canonical.

    Raises:
        InputError: the export cannot be read, or a setting it needs is missing.
    """
    name = study.format_of(table)
    if name == CANONICAL or name not in FORMATS:
        return None
    path = study.located(getattr(study.data, table))[0]
    return adapter_of(name).read_table(Request(study=study, table=table, path=path))
