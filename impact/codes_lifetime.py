"""The catalogue's pages of lifetimes: code, title, why, remedy."""

from __future__ import annotations

LIFETIME_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "C460",
        "Lifetimes and the base of the run differ",
        "What customers of today bring without any fix is worked out in two ways: by models of retention by tenure, "
        "fitted on all periods, and by the base that every value rests on, which starts from the leaving of the last "
        "four periods. More than 10% apart over the horizon, one of them does not describe these customers.",
        "Look at the survival curve: if leaving rose or fell of late, the base is right and the models are late; if "
        "the curve bends in a way no model follows, read values beyond the horizon with care.",
    ),
    (
        "C461",
        "Repeat purchases are not those expected",
        "Values of repeat customers are expected purchases times the value of one. Where more than 5% of customers "
        "would have to buy another number of times for the model to be right, its expectations beyond the data are "
        "not to be trusted either. BG/BB fits a ledger with one row a period; BG/NBD is shown beside it.",
        "Seasons, campaigns and one-off events are the usual reason; take a longer period (quarter for month), or "
        "rest the decision on the horizon and not on lifetimes.",
    ),
    (
        "C462",
        "How often customers buy and for how much go together",
        "A customer's value is taken as purchases times the mean value of one. Where those who buy often spend more, "
        "or less, on each, the product is off for them.",
        "Split personas by the size of a purchase, so that within each the two are independent.",
    ),
)
