"""The codes of certificates: what a run finds of its rates (C49x), and why an approval is refused (A1xx)."""

from __future__ import annotations

CERTIFICATE_PAGES = (
    (
        "C490",
        "Own ways to the rate agree",
        "A rate that the regression, the pain points and an experiment do not share is not one rate. Two ways are "
        "apart where the 90% range of their ratio lies wholly outside a half to two; then no grade is given.",
        "Find what one way sees and the other does not, or run a pilot. Do not plan with the rate until then.",
    ),
    (
        "C491",
        "Rate beside published ranges",
        "What others published informs a reader: a rate far outside it is more often an error than a discovery. It "
        "never changes a grade.",
        "Ask what makes this company unlike those published before the rate is used.",
    ),
    (
        "C492",
        "The approved rate is still valid",
        "An approval says until which period the rate may be planned with. After it there is no planning rate.",
        "Read the current certificate, and sign it anew with `cx-impact approve RUN --by NAME --what rate`.",
    ),
    (
        "C493",
        "Planning rate beside the current rate",
        "The approved rate is planned with until it expires, whatever the current data say. Where it lies outside the "
        "current 90% range, the plan and the data no longer tell the same story.",
        "Sign the current rate, or say why the approved one stands.",
    ),
    (
        "A101",
        "No run to approve there",
        "An approval names one delivered run by its records; without them nothing could be tied to the signature.",
        "Give the output folder of `cx-impact run`, the one that holds run.json.",
    ),
    (
        "A102",
        "The run is not fit for use",
        "A check of the run failed, so none of its figures may be planned with.",
        "Mend what the failed check names, run again, and approve that run.",
    ),
    (
        "A103",
        "No grade is given to the rate",
        "Own methods disagree by more than a factor of two, and a rate without a grade is not signed.",
        "Find what one way sees and the other does not, or run a pilot; the certificate says which ways disagree.",
    ),
    (
        "A104",
        "Nobody signs",
        "An approval is a person's. Without a name nobody answers for it.",
        "Give the name of the person who signs with --by.",
    ),
    (
        "A105",
        "Files of the run were changed after it was delivered",
        "What would be signed is not what the run found. Each table's hash stands in run.json.",
        "Run again into the same folder, and approve that.",
    ),
    (
        "A106",
        "The period is none, or has passed",
        "An approval is valid until a period of the study, such as 2027Q3, that has not passed in its data.",
        "Write the period as the study does, not before its last period with data.",
    ),
    (
        "A107",
        "Nothing to approve",
        "The run has no headline rate, or chose no portfolio, so there is nothing to put a name to.",
        "Its checks say what is missing: `cx-impact explain CODE` for each.",
    ),
    (
        "A108",
        "The record of approvals cannot be read",
        "approvals.json is kept from run to run and only ever added to. It is not as an approval left it, and adding "
        "to it could hide an earlier signature.",
        "Put back the file as it was, or move it away and approve again.",
    ),
)
