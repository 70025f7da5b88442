"""A small draft forecast as `run` writes it, for tests of what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence

from impact.record import PLACES, SCHEMA

HORIZON = ("2026Q4", "2027Q1")
DISCOUNT = (0.98, 0.96)


def claim(name: str, middle: float, width: float = 10.0) -> dict[str, object]:
    """A claim spread evenly over `width` about its middle; its id says what it is of."""
    kind, *rest, period = name.split("/")
    return {
        **{"id": name, "kind": kind, "metric": rest[-1], "initiative": rest[0] if kind == "initiative" else None},
        **{"period": period, "unit": "EUR", "mean": middle},
        "quantiles": [middle + width * (float(place) - 0.5) for place in PLACES],
    }


def draft(run_id: str = "3f9a1c07", as_of: str = "2026Q3", chosen: Sequence[str] = ("fleet",)) -> dict[str, object]:
    """A draft that claims margin and what each chosen initiative brings, 100 a period."""
    named = ["metric/margin", "idle/margin", *(f"initiative/{name}/benefit" for name in chosen)]
    return {
        **{"schema": SCHEMA, "run_id": run_id, "status": "draft", "approval": {"rate": None, "portfolio": None}},
        **{"fitness": "fit", "study": "Tiny", "as_of": as_of, "period": "quarter", "currency": "EUR"},
        **{"money": "margin", "version": "0.1", "seed": 7, "inputs": {"study.toml": "cd" * 32}},
        **{"horizon": list(HORIZON), "discount": list(DISCOUNT)},
        "cohort": {"who": f"customers active at {as_of}", "customers": 20.0, "joiners": False},
        **{"chosen": list(chosen), "portfolio": {"mean": 130.0}},
        "metrics": [],
        "initiatives": [{"initiative": name, "cost": 50.0} for name in ("fleet", "spares")],
        "plan": {"initiatives": [{"initiative": "fleet", "name": "More vans", "cost": 50.0}]},
        "claims": [claim(f"{name}/{period}", 100.0) for name in named for period in HORIZON],
    }
