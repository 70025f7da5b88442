"""The one place that knows which PyMC is installed: a model goes in, plain arrays come out."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from models.diagnostics import effective_draws, rhat
from models.psis import KHAT_LIMIT

if TYPE_CHECKING:
    import pymc

Engine = Literal["quick", "full"]
RHAT_LIMIT = 1.01
ESS_LIMIT = 400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplerSettings:
    """How long and how carefully to sample; of every `thin` draws one is kept for what follows."""

    chains: int = 4
    tune: int = 1500
    draws: int = 3000
    thin: int = 3
    target_accept: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Posterior draws `{name: (chain, draw, ...)}` and whether they can be trusted.

    `rhat_max` and `ess_min` (bulk and tail) are the worst over every sampled quantity, `worst` its name. `khat` by
    block is the tail of the weights that took it to the exact likelihood. `engine` drew them in `seconds`;
    `fell_back` where the quick engine's gates failed and NUTS took over.
    """

    draws: dict[str, np.ndarray]
    rhat_max: float
    ess_min: float
    divergences: int
    worst: str
    engine: Engine | Literal["prior"] = "full"
    khat: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    fell_back: bool = False

    def converged(self) -> bool:
        """Whether every gate holds: R-hat, effective sample size, no divergence, k-hat."""
        sampled = self.rhat_max <= RHAT_LIMIT and self.ess_min >= ESS_LIMIT and self.divergences == 0
        return sampled and all(k < KHAT_LIMIT for k in self.khat.values())

    def tails(self) -> dict[str, float | None]:
        """k-hat by block, None where no weight stands out and there is no tail."""
        return {block: float(k) if np.isfinite(k) else None for block, k in self.khat.items()}

    def flat(self, name: str) -> np.ndarray:
        """The draws of one quantity with chains joined: `(draw, ...)`."""
        found = self.draws[name]
        return found.reshape(-1, *found.shape[2:])


def sample(
    model: pymc.Model,
    names: Sequence[str],
    seed: int,
    settings: SamplerSettings,
    tell: Callable[[int, int], None],
) -> Fit:
    """Posterior draws of `names`, with their diagnostics.

    NUTS by nutpie, which needs no C compiler. Diagnostics are of the whole chains, before thinning.

    Args:
        model: the PyMC model.
        names: quantities to bring out, deterministic ones included.
        seed: of the sampler's own stream.
        settings: chains and lengths.
        tell: called with (done, total) as sampling goes on.
    """
    import nutpie

    started = time.perf_counter()
    total = settings.chains * (settings.tune + settings.draws)
    with warnings.catch_warnings():
        # the sampler's own dependencies warn of their own coming changes
        warnings.simplefilter("ignore", (DeprecationWarning, FutureWarning, UserWarning))
        compiled = nutpie.compile_pymc_model(model)
        tell(0, total)
        trace = nutpie.sample(
            compiled,
            draws=settings.draws,
            tune=settings.tune,
            chains=settings.chains,
            cores=min(2, settings.chains),
            seed=seed,
            target_accept=settings.target_accept,
            progress_bar=False,
        )
    tell(total, total)
    posterior = {name: np.asarray(trace["posterior"][name].values, dtype=float) for name in names}
    free = {v.name: np.asarray(trace["posterior"][v.name].values, dtype=float) for v in model.free_RVs}
    divergences = int(np.asarray(trace["sample_stats"]["diverging"].values).sum())
    kept = {name: values[:, :: settings.thin] for name, values in posterior.items()}
    return diagnose({**free, **posterior}, kept, divergences, time.perf_counter() - started, "full")


def diagnose(
    sampled: Mapping[str, np.ndarray],
    kept: dict[str, np.ndarray],
    divergences: int,
    seconds: float,
    engine: Engine,
) -> Fit:
    """The fit of the draws `kept`, with the worst R-hat and effective sample size over all that was `sampled`."""
    names = [name for name, values in sampled.items() for _ in range(int(np.prod(values.shape[2:])))]
    flat = np.concatenate([values.reshape(*values.shape[:2], -1) for values in sampled.values()], axis=2)
    ratio, size = rhat(flat), effective_draws(flat)
    return Fit(
        draws=kept,
        rhat_max=float(ratio.max()),
        ess_min=float(size.min()),
        divergences=divergences,
        worst=names[int(np.argmax(ratio) if ratio.max() > RHAT_LIMIT else np.argmin(size))],
        engine=engine,
        seconds=seconds,
    )
