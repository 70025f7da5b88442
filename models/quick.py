"""The quick engine: the joint posterior by its structure, a blocked Gibbs sampler over all chains at once.

Given the slopes, the spreads and the local scales, the effects are jointly Normal, and given the effects the slopes
are; each is drawn whole. What personas have of their own in leaving and spend (u, w) is integrated out while sampling
and drawn afterwards. Spreads move twice a step, once with the effects held and once with the unit normals behind them
held (Yu & Meng 2011), so that they do not stick near zero. Equations: `models/uplift.py`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.inference import Fit, diagnose
from models.learnt_haircut import LearntHaircut
from models.normal import normal, positive_normal, t3_local
from models.on_axes import OnAxes
from models.reduced import silent
from models.slice import slice_draw
from models.uplift import Question, horseshoe_sd, shrinkage_scale

_LOG_BOUNDS = (-12.0, 12.0)  # of scales with Cauchy tails
_WIDEST = 8.0  # scales are looked for up to so many of their prior's: beyond lies 1e-15 of it


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickSettings:
    """How many chains run side by side, how long; of every `thin` steps one is kept."""

    chains: int = 8
    warm: int = 300
    kept: int = 500
    thin: int = 1


QUICK = QuickSettings()


def sample_quickly(
    question: Question, rng: np.random.Generator, settings: QuickSettings, tell: Callable[[int, int], None]
) -> Fit:
    """The fit by the quick engine: draws by name `(chain, draw, ...)` and its gates.

    Names: score, leaving, spend `(persona, pain_point)` in the units of the reduced forms; theta, psi, persona_spread,
    leaving_spread, spend_spread, direct_scale; place and study `(row,)` where rows tell of the haircut.
    """
    started = time.perf_counter()
    sampler = _Sampler(question, rng, settings.chains)
    kept: dict[str, list[np.ndarray]] = {}
    steps = settings.warm + settings.kept * settings.thin
    for step in range(steps):
        sampler.step()
        if step >= settings.warm and (step - settings.warm) % settings.thin == 0:
            for name, values in sampler.state().items():
                kept.setdefault(name, []).append(values)
        if step % 50 == 0:
            tell(step, steps)
    tell(steps, steps)
    draws = {name: np.stack(values, axis=1) for name, values in kept.items()}
    return diagnose(draws, draws, 0, time.perf_counter() - started, "quick")


class _Sampler:
    """The state of all chains (leading axis c) and one draw of each block given the others."""

    def __init__(self, question: Question, rng: np.random.Generator, chains: int) -> None:
        self.question, self.rng, self.chains = question, rng, chains
        forms = question.forms
        nothing = tuple(silent(len(question.signs)) for _ in forms.personas)
        self.told = {
            "score": OnAxes(forms.score),
            "leaving": OnAxes(forms.leaving or nothing),
            "spend": OnAxes(forms.spend),
        }
        self.alone = len(forms.personas) == 1
        told = [row for row in question.rows if row.apart is None]
        self.rows = {of: [row for row in told if row.of == of] for of in ("score", "leaving", "spend")}
        self._start()
        self.haircut = LearntHaircut(question, rng, chains)

    def _start(self) -> None:
        """Chains begin at draws of the prior, narrowed, so that they agree only if the data make them."""
        rng, priors, c = self.rng, self.question.priors, self.chains
        g, k = self.told["score"].mean.shape
        self.theta = priors.theta[0] + priors.theta[1] * rng.standard_normal(c)
        self.psi = priors.psi[0] + priors.psi[1] * rng.standard_normal(c)
        self.mean_score = -self.question.signs * priors.score[0] + priors.score[1] * rng.standard_normal((c, k))
        self.own_score = rng.standard_normal((c, g, k)) * (not self.alone)
        self.persona_spread = priors.persona_spread * rng.uniform(0.2, 1.5, c)
        self.leaving_spread = priors.leaving_spread * rng.uniform(0.2, 1.5, c) * (not self.alone)
        self.spend_spread = priors.spend_spread * rng.uniform(0.2, 1.5, c) * (not self.alone)
        base = shrinkage_scale(self.question) if self.question.sparse else priors.direct_scale
        self.direct_scale = base * rng.uniform(0.2, 1.5, c)
        self.local, self.local_spend = np.ones((c, k)), np.ones((c, k))
        self.direct, self.direct_spend = np.zeros((c, k)), np.zeros((c, k))

    def step(self) -> None:
        """Every block once."""
        self._spreads_of_own()
        self._slopes_and_direct()
        told = self._score_terms()
        self._scores(*told)
        self._persona_spread(*told)
        self._direct_scales()
        if self.haircut.rows:
            self.haircut.draw({of: self._pooled(of) for of in self.rows})

    @property
    def score(self) -> np.ndarray:
        """Effects on the score, d (c, g, k)."""
        return np.asarray(self.mean_score[:, None] + self.persona_spread[:, None, None] * self.own_score)

    def _left(self, of: str) -> np.ndarray:
        """What the shared effects leave unsaid of an outcome's reduced forms, on its axes (c, g, k)."""
        slope, direct = (self.theta, self.direct) if of == "leaving" else (self.psi, self.direct_spend)
        told = self.told[of]
        return told.turned(told.mean - slope[:, None, None] * self.score - direct[:, None])

    def _spreads_of_own(self) -> None:
        """How far personas lie apart in leaving and spend; what a single one has of its own is its direct part."""
        if self.alone:
            return
        for of in ("leaving", "spend"):
            left, told, sd = self._left(of), self.told[of], getattr(self.question.priors, f"{of}_spread")

            def density(s: np.ndarray, left: np.ndarray = left, told: OnAxes = told, sd: float = sd) -> np.ndarray:
                return told.spread_density(s, left) - (s / sd) ** 2 / 2

            now = getattr(self, f"{of}_spread")
            setattr(self, f"{of}_spread", slice_draw(density, now, (0.0, _WIDEST * sd), self.rng))

    def _slopes_and_direct(self) -> None:
        """(theta, rho) at once, then (psi, rho'): the slope and the direct parts pull at each other."""
        priors = self.question.priors
        self.leaving_precision = self.told["leaving"].widened(self.leaving_spread)
        self.spend_precision = self.told["spend"].widened(self.spend_spread)
        self.theta, self.direct = self._slope_and_direct("leaving", self.leaving_precision, priors.theta, None)
        self.psi, self.direct_spend = self._slope_and_direct(
            "spend", self.spend_precision, priors.psi, priors.direct_spend * self.local_spend
        )

    def _direct_sd(self) -> np.ndarray:
        if self.question.sparse:
            return horseshoe_sd(self.direct_scale[:, None], self.local)
        return np.asarray(self.direct_scale[:, None] * self.local)

    def _slope_and_direct(
        self, of: str, precision: np.ndarray, slope: tuple[float, float], sd: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        score, told, k = self.score, self.told[of], self.direct.shape[1]
        weighed = (precision @ score[..., None])[..., 0]
        seen = (precision @ told.mean[..., None])[..., 0]
        full, side = np.zeros((self.chains, k + 1, k + 1)), np.zeros((self.chains, k + 1))
        full[:, 0, 0] = (score * weighed).sum(axis=(1, 2)) + slope[1] ** -2
        full[:, 0, 1:] = full[:, 1:, 0] = weighed.sum(axis=1)
        full[:, 1:, 1:] = precision.sum(axis=1)
        side[:, 0] = (weighed * told.mean).sum(axis=(1, 2)) + slope[0] * slope[1] ** -2
        side[:, 1:] = seen.sum(axis=1)
        for row in self.rows[of]:
            kept = self.haircut.kept(row)
            reads = kept[:, None] * np.column_stack(
                [self.mean_score @ row.weights, np.tile(row.weights, (len(kept), 1))]
            )
            full += reads[:, :, None] * reads[:, None, :] / row.se**2
            side += reads * row.estimate / row.se**2
        if sd is None:
            if self.question.sparse:
                self._scale_alone(full, side)
            sd = self._direct_sd()
        full[:, range(1, k + 1), range(1, k + 1)] += np.maximum(sd, 1e-9) ** -2
        drawn = normal(full, side, self.rng)
        return drawn[:, 0], drawn[:, 1:]

    def _scale_alone(self, full: np.ndarray, side: np.ndarray) -> None:
        """The common scale of the horseshoe with theta and the direct effects integrated out."""
        base, at = shrinkage_scale(self.question), np.arange(1, full.shape[1])

        def density(x: np.ndarray) -> np.ndarray:
            sd = np.maximum(horseshoe_sd(base * np.exp(x)[:, None], self.local), 1e-9)
            unit = np.column_stack([np.ones(len(sd)), sd])
            scaled = full * unit[:, :, None] * unit[:, None, :]
            scaled[:, at, at] += 1.0
            root = np.linalg.cholesky(scaled)
            half = np.linalg.solve(root, (side * unit)[..., None])[..., 0]
            logdet = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
            return np.asarray((half**2).sum(axis=1) / 2 - logdet + x - np.log1p(np.exp(2 * x)))

        self.direct_scale = base * np.exp(slice_draw(density, np.log(self.direct_scale / base), _LOG_BOUNDS, self.rng))

    def _scores(self, whole: np.ndarray, side: np.ndarray) -> None:
        """What personas share of d, with e integrated out, then e."""
        spread, k = self.persona_spread[:, None, None, None], self.mean_score.shape[1]
        inner = np.linalg.inv(np.eye(k) + spread**2 * whole)
        shared = (whole @ inner).sum(axis=1)
        towards = (inner @ side[..., None])[..., 0].sum(axis=1)
        mean, sd = self.question.priors.score
        shared[:, range(k), range(k)] += sd**-2
        towards = towards - self.question.signs * mean * sd**-2
        for weights, value, kept in self._row_terms():
            shared += kept[:, None, None] ** 2 * weights[:, None] * weights
            towards += (kept * value)[:, None] * weights
        self.mean_score = normal(shared, towards, self.rng)
        if self.alone:
            return
        pull = spread[..., 0] * (side - (whole @ self.mean_score[:, None, :, None])[..., 0])
        noise = (np.linalg.cholesky(inner) @ self.rng.standard_normal(pull.shape)[..., None])[..., 0]
        self.own_score = (inner @ pull[..., None])[..., 0] + noise

    def _score_terms(self) -> tuple[np.ndarray, np.ndarray]:
        """Precision (c, g, k, k) and its pull (c, g, k) on d, from all three outcomes."""
        score, leaving, spend = (self.told[of] for of in ("score", "leaving", "spend"))
        theta, psi = self.theta[:, None, None], self.psi[:, None, None]
        whole = (
            score.precision
            + theta[..., None] ** 2 * self.leaving_precision
            + psi[..., None] ** 2 * self.spend_precision
        )
        side = (
            (score.precision @ score.mean[..., None])[..., 0]
            + theta * (self.leaving_precision @ (leaving.mean - self.direct[:, None])[..., None])[..., 0]
            + psi * (self.spend_precision @ (spend.mean - self.direct_spend[:, None])[..., None])[..., 0]
        )
        return whole, side

    def _row_terms(self) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """What each row says of dbar: weights over se (k,), what is left over se (c,), its slope on them (c,)."""
        found = []
        of_direct = {"score": None, "leaving": (self.theta, self.direct), "spend": (self.psi, self.direct_spend)}
        for of, rows in self.rows.items():
            for row in rows:
                slope, direct = of_direct[of] or (np.ones(self.chains), np.zeros_like(self.direct))
                kept = self.haircut.kept(row)
                left = row.estimate - kept * (direct @ row.weights)
                found.append((row.weights / row.se, left / row.se, kept * slope))
        return found

    def _persona_spread(self, whole: np.ndarray, side: np.ndarray) -> None:
        if self.alone:
            self.persona_spread = np.zeros(self.chains)
            return
        sd = self.question.priors.persona_spread
        pulled = (whole @ self.own_score[..., None])[..., 0]
        precision = (self.own_score * pulled).sum(axis=(1, 2)) + sd**-2
        towards = (self.own_score * side).sum(axis=(1, 2)) - (pulled * self.mean_score[:, None]).sum(axis=(1, 2))
        self.persona_spread = positive_normal(towards / precision, precision**-0.5, self.rng)
        own = self.persona_spread[:, None, None] * self.own_score
        square, count = (own**2).sum(axis=(1, 2)), own[0].size

        def density(s: np.ndarray) -> np.ndarray:
            return np.asarray(-count * np.log(s) - square / s**2 / 2 - (s / sd) ** 2 / 2)

        self.persona_spread = slice_draw(density, self.persona_spread, (0.0, _WIDEST * sd), self.rng)
        self.own_score = own / self.persona_spread[:, None, None]

    def _direct_scales(self) -> None:
        """The scales of direct effects: of all, then of each."""
        self.local_spend = t3_local(self.direct_spend / self.question.priors.direct_spend, self.rng)
        if self.question.sparse:
            self._horseshoe_scales()
            return
        sd = self.question.priors.direct_scale
        unit = self.direct / self.direct_scale[:, None]
        left = self.told["leaving"].mean - self.theta[:, None, None] * self.score
        pulled = (self.leaving_precision @ unit[:, None, :, None])[..., 0]
        precision = (unit[:, None] * pulled).sum(axis=(1, 2)) + sd**-2
        towards = (pulled * left).sum(axis=(1, 2))
        for row in self.rows["leaving"]:
            kept = self.haircut.kept(row)
            reads = kept * (unit @ row.weights) / row.se
            precision = precision + reads**2
            towards = towards + reads * (
                row.estimate / row.se - kept * self.theta * (self.mean_score @ row.weights) / row.se
            )
        self.direct_scale = positive_normal(towards / precision, precision**-0.5, self.rng)
        self.direct = self.direct_scale[:, None] * unit

        def density(s: np.ndarray) -> np.ndarray:
            tail = 2 * np.log1p((self.direct / s[:, None]) ** 2 / 3)
            return np.asarray(-unit.shape[1] * np.log(s) - tail.sum(axis=1) - (s / sd) ** 2 / 2)

        self.direct_scale = slice_draw(density, self.direct_scale, (0.0, _WIDEST * sd), self.rng)
        self.local = t3_local(self.direct / self.direct_scale[:, None], self.rng)

    def _horseshoe_scales(self) -> None:
        base = shrinkage_scale(self.question)

        def of_local(x: np.ndarray) -> np.ndarray:
            sd = horseshoe_sd(self.direct_scale[:, None], np.exp(x))
            return np.asarray(-np.log(sd) - (self.direct / sd) ** 2 / 2 + x - np.log1p(np.exp(2 * x)))

        self.local = np.exp(slice_draw(of_local, np.log(self.local), _LOG_BOUNDS, self.rng))

        def of_scale(x: np.ndarray) -> np.ndarray:
            sd = horseshoe_sd(base * np.exp(x)[:, None], self.local)
            fits = (-np.log(sd) - (self.direct / sd) ** 2 / 2).sum(axis=1)
            return np.asarray(fits + x - np.log1p(np.exp(2 * x)))

        at = slice_draw(of_scale, np.log(self.direct_scale / base), _LOG_BOUNDS, self.rng)
        held = np.log(self.local) + at[:, None]

        def of_exchange(x: np.ndarray) -> np.ndarray:
            local = held - x[:, None]
            return np.asarray((local - np.log1p(np.exp(2 * local))).sum(axis=1) + x - np.log1p(np.exp(2 * x)))

        # what the common scale takes the local ones give: their products, and the effects, stay as they are
        at = slice_draw(of_exchange, at, _LOG_BOUNDS, self.rng)
        self.local, self.direct_scale = np.exp(held - at[:, None]), base * np.exp(at)

    def _pooled(self, of: str) -> np.ndarray:
        """The pooled effects of an outcome at face value (c, k)."""
        if of == "score":
            return self.mean_score
        slope, direct = (self.theta, self.direct) if of == "leaving" else (self.psi, self.direct_spend)
        return np.asarray(slope[:, None] * self.mean_score + direct)

    def state(self) -> dict[str, np.ndarray]:
        """The draw of this step by name, what personas have of their own drawn now."""
        score = self.score
        leaving = self.theta[:, None, None] * score + self.direct[:, None]
        spend = self.psi[:, None, None] * score + self.direct_spend[:, None]
        found = {
            "score": score,
            "leaving": leaving + self.told["leaving"].own(self.leaving_spread, self._left("leaving"), self.rng),
            "spend": spend + self.told["spend"].own(self.spend_spread, self._left("spend"), self.rng),
            "theta": self.theta,
            "psi": self.psi,
            "persona_spread": self.persona_spread,
            "leaving_spread": self.leaving_spread,
            "spend_spread": self.spend_spread,
            "direct_scale": self.direct_scale,
        }
        if self.haircut.rows:
            found |= {"place": self.haircut.place, "study": self.haircut.study.copy()}
        return found
