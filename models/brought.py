"""What each persona of a base brings by itself, worked out when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from models.there import who_is_there

if TYPE_CHECKING:
    from models.value import ValueBase


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """Money by persona `(draw, period)` with nothing fixed; of many scenarios most are never asked.

    `now` is the leaving intensity of each persona's bands `(draw, band)`. `known` are those worked out already.
    """

    base: ValueBase
    now: tuple[np.ndarray, ...]
    known: dict[int, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.now)

    def __getitem__(self, g: int) -> np.ndarray:
        if g not in self.known:
            persona, idle = self.base.personas[range(len(self.now))[g]], np.ones((1, 1, len(self.base.discount)))
            self.known[g] = who_is_there(persona, self.base.frailty, self.now[g], idle).margin()
        return self.known[g]

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[g] for g in range(len(self.now)))
