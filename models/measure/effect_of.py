"""The headline effect of a panel and the others beside it."""

from __future__ import annotations

from models.measure.panel import Effect, Panel


def measure_effect(panel: Panel) -> tuple[Effect, ...]:
    """The headline first, the others beside it; empty where nothing can be told."""
    raise NotImplementedError
