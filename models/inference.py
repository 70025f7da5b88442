"""The one place that knows which PyMC is installed: a model goes in, plain arrays come out."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pymc

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

    `rhat_max` and `ess_min` (bulk and tail) are the worst over every sampled quantity.
    """

    draws: dict[str, np.ndarray]
    rhat_max: float
    ess_min: float
    divergences: int
    worst: str

    def converged(self) -> bool:
        """Whether every gate holds: R-hat, effective sample size, no divergence."""
        return self.rhat_max <= RHAT_LIMIT and self.ess_min >= ESS_LIMIT and self.divergences == 0

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
    fit = diagnose(posterior, free, divergences)
    return replace(fit, draws={name: values[:, :: settings.thin] for name, values in posterior.items()})


def diagnose(posterior: dict[str, np.ndarray], sampled: dict[str, np.ndarray], divergences: int) -> Fit:
    """The fit with the worst R-hat and effective sample size over all that was sampled or asked for."""
    import arviz

    rhat_max, ess_min, worst = 1.0, np.inf, ""
    for name, values in {**sampled, **posterior}.items():
        flat = values.reshape(values.shape[0], values.shape[1], -1)
        for k in range(flat.shape[2]):
            one = np.ascontiguousarray(flat[:, :, k])
            if np.ptp(one) == 0:
                continue
            rhat = float(arviz.rhat(one))
            ess = min(float(arviz.ess(one, method="bulk")), float(arviz.ess(one, method="tail", prob=(0.05, 0.95))))
            if rhat > rhat_max or ess < ess_min:
                worst = name
            rhat_max, ess_min = max(rhat_max, rhat), min(ess_min, ess)
    return Fit(draws=posterior, rhat_max=rhat_max, ess_min=float(ess_min), divergences=divergences, worst=worst)
