"""Where the bundled examples lie: inside the installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

from impact.errors import Finding, InputError

FIRST = ("hospitals", "subscription")
_HERE = Path(__file__).resolve().parent


def _examples() -> Path:
    installed = _HERE / "examples"
    return installed if installed.is_dir() else _HERE.parent / "examples"


def example_names() -> tuple[str, ...]:
    """Names of the bundled examples, in alphabetical order."""
    return tuple(sorted(study.parent.name for study in _examples().glob("*/study.toml")))


def first_examples() -> tuple[str, ...]:
    """Names of the examples that are run where none is named."""
    return tuple(name for name in example_names() if name in FIRST)


def example_folder(name: str) -> Path:
    """The folder of a bundled example, which holds its `study.toml`; it may be read-only.

    Raises:
        InputError: no example has this name.
    """
    names = example_names()
    if name not in names:
        raise InputError(
            [
                Finding(
                    code="U004",
                    place="cx-impact demo",
                    found=f"no example is called {name!r}",
                    allowed=", ".join(names),
                    remedy="name one of these, or none for all",
                )
            ]
        )
    return _examples() / name
