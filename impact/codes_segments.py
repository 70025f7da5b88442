"""Pages of what is told by segment, and of how much hangs on single customers."""

from __future__ import annotations

SEGMENT_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "C650",
        "How much hangs on the largest customer",
        "Where one customer carries more than a tenth of a value, that value is a bet on that customer: it may leave, "
        "or be won over, for reasons that no survey of the others tells. The customer is named where the study says "
        "that customers are stores ([study] relationship or shape), or where several people answered for one account; "
        "of a person it is only said that there is one.",
        "Look at that customer by itself before the money is committed, and read the value without it.",
    ),
    (
        "C651",
        "What the money is reported by",
        "Every value is told by the groups of these columns as well, which add up to the total in each draw. A group "
        "has its own customers and their money; how often they meet a pain point, what it does to them and how many "
        "leave are those of their persona and tenure. A blank is a group of its own.",
        "Fill the column in, or name one whose values differ.",
    ),
    (
        "C652",
        "Too many values to report by",
        "A column with more than 200 values is an id or a measure and not a segment: its table could not be read, and "
        "would lead back to single customers.",
        "Bring its values to few, such as regions instead of post codes, or take it out of [study] report_by.",
    ),
)
