"""The catalogue's pages of the value of a point: code, title, why, remedy."""

from __future__ import annotations

POINT_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "C501",
        "A rate too wide to be money",
        "Where the highest leaving rate in range is over four times the lowest for one step, the mean in money says "
        "more of the width of the range than of the point, so no money is stated for it.",
        "Ask more of the customers whose outcome is known, or wait for more periods.",
    ),
    (
        "C502",
        "No value per true point",
        "A value per true point divides by what is reliable in a score beside what the controls explain. Where that is "
        "under a fifth the division would multiply noise.",
        "Measure reliability anew (the same people asked twice), or use the mean of several questions.",
    ),
    (
        "C503",
        "Neighbouring periods tell less than periods far apart",
        "What moves slowly (income, price, a contract running out) hardly differs between neighbouring periods. Where "
        "a point goes with clearly less there, something slow may be behind both score and spend. Noisy answers beside "
        "satisfaction that lasts do the same; the two are not told apart.",
        "Name what changes slowly as a control; ask the same customers in neighbouring periods, some of them twice.",
    ),
)
