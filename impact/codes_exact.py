"""The catalogue's pages of the exact likelihood and of what the model predicts: code, title, why, remedy."""

from __future__ import annotations

EXACT_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "C510",
        "Few leavers are counted exactly",
        "Effects on leaving are first fitted to a summary of the cells, which is good where many leave. The draws are "
        "then weighed to the exact counts. Where very few left, some draws would carry all the weight, and the "
        "weighing cannot be trusted.",
        "Run with `--engine full`, which samples those personas on the exact counts; or join small personas.",
    ),
)
