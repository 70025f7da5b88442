"""The catalogue's pages of units, averages, expressed scores and events: code, title, why, remedy."""

from __future__ import annotations

STEP_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "D351",
        "A unit column is missing",
        "Where customers have no usable id, answers, incidents and ledger are summed to units, so each table must "
        "carry every column of [data] unit.",
        "Add the column, map it in [data.columns.TABLE], or take it out of [data] unit.",
    ),
    (
        "D352",
        "Tables summed to units",
        "Customers have no usable id, so answers, incidents and ledger are summed to the columns of [data] unit: "
        "mean scores, summed money, incidents as a rate. Units are compared with themselves over time; who left "
        "within a unit is not seen.",
        "Bring an id of the customer in every table and take [data] unit out.",
    ),
    (
        "D353",
        "Rows without a unit set aside",
        "A row with a blank in a column of [data] unit belongs to no unit; it is counted and not used.",
        "Fill in the columns of [data] unit.",
    ),
    (
        "D354",
        "A setting does not go with units",
        "A study summed to units is one of sites: nobody is seen to leave, and only numbers can be averaged over the "
        "customers of a unit.",
        "Take shape or the column out, or add the column to [data] unit.",
    ),
    (
        "D355",
        "Only averages: a study of sites",
        "Each answer stands for several people, so nothing says who of them stayed. The study compares units with "
        "themselves over time.",
        'Bring single answers; or set [study] shape = "customers" where each average is of one account.',
    ),
    (
        "D356",
        "Counts that do not add up",
        "promoters, passives and detractors are whole numbers from 0, all three in a row or none. They give n and "
        "the NPS, so an n or score beside them must agree.",
        "Correct the counts, or blank the n or score beside them.",
    ),
    (
        "D357",
        "A score that cannot be expressed so",
        "An NPS needs answers on 0-10, a top-2-box share needs single answers: neither can be told from an average.",
        'Set [survey] express = "mean", or bring the single answers, or promoters, passives and detractors.',
    ),
    (
        "D358",
        "A low score as the score is expressed",
        "Pain points told by low scores are read from the expressed score: with top2box all outside the top two, "
        "with nps the detractors.",
        'Set [survey] express = "mean" for the bottom two of five.',
    ),
    (
        "D359",
        "Rows of an event set aside",
        "The plan excludes the event's periods: their experience and outcomes are counted and not used. Where gaps "
        "mean leaving, the period before goes too, since its outcome falls into the event.",
        'Nothing need be done; treat = "control" keeps the rows.',
    ),
    (
        "D360",
        "Scores joined across a change of the survey",
        "Scores were moved by the difference of the levels beside the change, so that all read as those of today. A "
        "change of satisfaction at the same moment is taken away with it, and the shift is known no better than its "
        "standard error, which the ranges of scores leave out: read scores across the change that much less surely. "
        "A shift of all rows does not touch what is estimated: periods have indicators.",
        'Ask both ways side by side for one period; or set treat = "exclude" to drop the periods of the event.',
    ),
    (
        "D361",
        "Events held fixed by period",
        "Every regression has an indicator of each period, which takes up what an event did to everybody alike. What "
        "it did to some rows alone stays in.",
        'Set treat = "exclude" where the event struck some more than others.',
    ),
    (
        "D362",
        "An event names rows that are not there",
        "column and value say which rows an event touched; no table that the event is about has them.",
        "Correct them, or leave both blank where the event touched everybody.",
    ),
    (
        "D363",
        "An event excludes as_of",
        "Value is counted from the customers active at as_of, so its rows cannot be left out.",
        'Set treat = "control", or set as_of to a period before the event.',
    ),
    (
        "D364",
        "Scores of an earlier scale set aside",
        "The scale of a stage changed and no event says so. Scores are not joined across it: those of the later "
        "scale are used.",
        "Add a row to `events`: kind survey_change, treat control joins the scores by an estimated shift.",
    ),
    (
        "D365",
        "The channel of the survey changed",
        "Channels reach different people and are answered differently, so scores before and after do not compare. "
        "Regressions have an indicator of each period, which takes up what moved all scores alike.",
        "Add a row to `events`: kind survey_change, treat control joins the scores by an estimated shift.",
    ),
    (
        "D366",
        "The question of a stage changed",
        "Another metric was asked on the same scale, so scores before and after do not compare. Regressions have an "
        "indicator of each period, which takes up what moved all scores alike.",
        "Add a row to `events`: kind survey_change, treat control joins the scores by an estimated shift.",
    ),
    (
        "D367",
        "Several people answer for an account",
        "The score of an account is the mean over its people of each one's own mean, whoever answered more often. "
        "How far people of one account differ says how well a single answer speaks for it.",
        "Nothing need be done; invite the same roles in every account and period.",
    ),
    (
        "D369",
        "Incidents of units without money set aside",
        "Their unit has no ledger row in the period, so there is no number of customers to rate them by.",
        "Bring the ledger of these periods.",
    ),
)
