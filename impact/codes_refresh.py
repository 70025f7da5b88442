"""The catalogue's pages of what changes from one run to the next: code, title, why, remedy."""

from __future__ import annotations

REFRESH_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "D398",
        "Rows of a stage or pain point that was split",
        "The plan says with `was` that several stages or pain points were one before. Which of them an earlier row "
        "belongs to, nobody can say, so it counts for none; the table journey_over_time shows such a stage as it was.",
        "Where the rows can be told apart, give them the new ids in the data.",
    ),
    (
        "C705",
        "What changed since an earlier forecast",
        "With --since, a run asks the earlier question again, and splits what moved each initiative into: version, "
        "restated tables and settings; changed evidence; the changed plan; and new data, which are today's customers "
        "with a horizon that rolls on, and what was learnt. What is learnt should stay within the 90% range that was "
        "stated before it was learnt. Where it does not, that range was too narrow, or the world changed.",
        "Look for what the model does not know of: a new price, another survey, a restated ledger. Name it in the plan "
        "table `events`. Where nothing is found, trust this initiative's range less.",
    ),
    (
        "C706",
        "Scores, answers and pain points as they were",
        "Satisfaction by stage, the share who answer, and how often each pain point is met, over the last four periods "
        "beside those before. Limits allow for as many series as are watched: when nothing changes, one run in twenty "
        "raises any alarm at all.",
        "Find out what changed: the survey, who is asked, the operation. Name a change of the survey in the plan table "
        "`events`; a real one is news for the stage's owner.",
    ),
    (
        "C707",
        "The rate of a point as it was",
        "The slope of leaving (or of money, where nobody can leave) on the overall score over the last four periods, "
        "beside that of the periods before. A rate that has moved prices today's points wrong.",
        "Calibrate again, sign the new rate, and say what changed.",
    ),
    (
        "C708",
        "The signed rate still stands",
        "A signature holds until a period. A rate also grows stale when what it was measured on has moved.",
        "Run `cx-impact calibrate`, read the certificate, and sign it again with `cx-impact approve`.",
    ),
    (
        "C709",
        "The earlier forecast cannot be read",
        "--since names a forecast.json, the folder of a run, or a run id or period of the records in OUT/record; "
        "`last` is the latest record of an earlier period. The forecast has to hold its plan.",
        "Name another one, or leave --since out.",
    ),
)
