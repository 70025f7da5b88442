"""The catalogue's pages of the leaving rates of a point: code, title, why, remedy."""

from __future__ import annotations

LEAVING_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "C410",
        "Groups in which nobody leaves, or everybody",
        "Where all customers of one period or control level do the same, nothing can be compared there. Kept in, such "
        "a group would get a coefficient without end; left out, the rate of the others is what it would have been.",
        "Where they are many, merge levels of the control or leave it out of [model] controls.",
    ),
    (
        "C411",
        "A score without a leaving rate",
        "What the score goes with could not be estimated: too few left, all gave the same score, the score repeats a "
        "control, or it parts leavers from stayers without overlap. The check says which.",
        "Ask more of the customers whose leaving is known, in more periods, on a scale that they use all of.",
    ),
    (
        "C412",
        "What lasts about customers, or what changes",
        "Those who score low may be others than those who score high. A fall in a customer's own score is compared "
        "with leaving, beside the mean of its earlier scores. If satisfaction is what matters, both say the same, "
        "but for noise in the answers, which hides part of every change; what noise cannot explain is told here. An "
        "earlier experience that still works looks the same as something that lasts. What rises and falls together "
        "with the score, such as a price, no such comparison can see.",
        "Name what differs between customers as a control; run a pilot; or read the rate as what they are.",
    ),
    (
        "C413",
        "Controls not held fixed",
        "Cells by all controls, tenure, period and score were more than leave the data engine. Controls of most values "
        "were dropped first, so the rate compares customers who differ in them.",
        "Name fewer controls, or controls of fewer values.",
    ),
    (
        "C414",
        "A point does not go with as much everywhere",
        "Another shape than a straight line tells more of customers it was not fitted on, by more than two standard "
        "errors. The rate is then a mean over the levels seen, and a point won elsewhere brings more or less.",
        "Look at where the initiative wins its points, and read the shape there.",
    ),
)
