"""Randomness: one independent stream for every named purpose, all from one seed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def stream(seed: int, name: str) -> np.random.Generator:
    """The generator of a purpose: the same for the same seed and name, on every machine.

    Streams of different names are independent, so a new purpose never shifts the draws of another.

    Raises:
        ValueError: the seed is negative.
    """
    import numpy as np

    digest = hashlib.sha256(name.encode("utf-8")).digest()
    words = tuple(int.from_bytes(digest[start : start + 4], "little") for start in range(0, 16, 4))
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=words)))
