"""The catalogue's pages of the coverage of the journey: code, title, why, remedy."""

from __future__ import annotations

COVERAGE_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "D431",
        "Named in the plan and never measured",
        "No answer and no incident tells of these stages, touchpoints or personas, so nothing is known of them and "
        "they are worth nothing here.",
        "Ask about them in the survey, bring the incidents that show them, or check that the ids are written alike.",
    ),
    (
        "D432",
        "Touchpoints that the plan overlooks",
        "Answers or incidents name touchpoints that the plan does not list. Customers go there, and nobody owns it.",
        "Add them to the plan table `touchpoints` with their stage and owner, or correct the ids in the data.",
    ),
    (
        "D433",
        "Those who answer are not like those who do not",
        "What is learnt from answers is learnt from those who answer. In the ledger they differ from the other "
        "customers of the same periods, so mean scores may not be those of all customers.",
        "Ask those who stay silent, weight the answers (column weight), or read mean scores as those of answerers.",
    ),
)
