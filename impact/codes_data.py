"""The catalogue's pages of the data tables: code, title, why, remedy."""

from __future__ import annotations

DATA_PAGES: tuple[tuple[str, str, str, str], ...] = (
    (
        "D300",
        "The table keeps its rules",
        "Every rule of the table was asked of every row and none was broken.",
        "Nothing need be done.",
    ),
    (
        "D301",
        "A table cannot be read",
        "The file is damaged, of another kind than its name says, or not text in UTF-8.",
        "Save it again as .csv (UTF-8), .parquet or .xlsx.",
    ),
    (
        "D302",
        "A column is missing",
        "The column is required, or the study file names it.",
        'Rename the column, or say how it is called: [data.columns.TABLE] canonical = "theirs".',
    ),
    (
        "D303",
        "A number cannot be read",
        "A cell that should be a number is a text; taken as blank it would bias what is averaged.",
        "Write numbers with a point for the decimals and no thousands separator or currency sign.",
    ),
    (
        "D304",
        "A period cannot be read",
        "Time order decides what may cause what, so every row needs a period or date that can be read.",
        "Write 2026Q3, 2026-09, 2026 or an ISO date, not coarser than the ledger's step.",
    ),
    (
        "D305",
        "A key stands twice",
        "The ledger has one row a customer and period, customers one a customer, responses one an answer.",
        'Sum or remove the extra rows. A monthly ledger needs period = "month" or sums by quarter.',
    ),
    (
        "D306",
        "A score off its scale",
        "A score outside its scale is a code for a missing answer or belongs to another scale.",
        "Blank it, or give scale_min and scale_max, or the metric (csat 1-5, nps 0-10, ces 1-7).",
    ),
    (
        "D307",
        "An unknown stage",
        "Answers name a stage that the plan does not list.",
        "Add the stage to `stages`, or correct the id in the answers; `overall` is always known.",
    ),
    (
        "D308",
        "An unknown pain point",
        "Answers or incidents name a pain point that the plan does not list.",
        "Add it to `pain_points`, or correct the id.",
    ),
    (
        "D309",
        "An unknown persona",
        "Customers carry a persona that the plan does not list.",
        "Add it to `personas`, or correct the id; blank means no persona.",
    ),
    (
        "D310",
        "A value is blank",
        "The column must be filled in each row: an id, a stage, or the revenue of a period.",
        "Fill it in. A customer without revenue in a period has revenue 0, or no row when it was not active.",
    ),
    (
        "D311",
        "retained is not 0 or 1",
        "retained says whether the customer was still active in the next period.",
        "Write 1, 0, or blank where it is not yet known.",
    ),
    (
        "D312",
        "as_of lies outside the ledger",
        "Value is counted from the customers active at as_of, so the ledger must have rows of that period.",
        "Set as_of to the last complete period of the ledger.",
    ),
    (
        "D313",
        "A control or size column is missing",
        "The study names a column that neither the ledger nor customers carry.",
        "Correct the name, or add the column. `tenure` comes from joined_at of customers.",
    ),
    (
        "D314",
        "Several survey programmes",
        "Programmes ask different people at different moments; they are never mixed into one score.",
        "Name one: [survey] programme.",
    ),
    (
        "D315",
        "One stage on two scales",
        "Scores of different scales cannot be averaged, and a change of scale shifts them.",
        "Keep one scale a stage; give the other its own stage, or leave it out.",
    ),
    (
        "D316",
        "Another currency in the ledger",
        "Money of two currencies cannot be added without rates.",
        "Name a table of period, currency and rate in [finance] rates, or convert the ledger to the study's currency.",
    ),
    (
        "D317",
        "A score without a scale",
        "A rating can have any scale, so it must say which; other metrics are csat, nps and ces.",
        "Fill in scale_min below scale_max, or a known metric.",
    ),
    (
        "D318",
        "A count or weight out of bounds",
        "n is the number of answers behind a row, above 0; a weight is 0 or more.",
        "Correct the number, or leave it blank for 1.",
    ),
    (
        "D319",
        "A table has no rows",
        "There is nothing to read.",
        "Check the export.",
    ),
    (
        "D320",
        "No customer of a table is in the ledger",
        "Experience is tied to money by customer_id. Where no id of a table is an id of the ledger, nothing can be "
        "tied, and the run would answer from assumptions alone.",
        "Write the ids alike in every table: leading zeros, blanks and letter case count. Export them as text.",
    ),
    (
        "D321",
        "One row holds more than half of all revenue",
        "In a ledger of 100 rows or more a row as large as all others together is a slip (a total, a lost decimal "
        "point) more often than a customer, and it would decide every figure.",
        "Correct the row, or leave it out; a customer that large is a case of its own.",
    ),
    (
        "D331",
        "Rows of unknown customers set aside",
        "These customers are in neither ledger nor customers, so their experience cannot be tied to money.",
        "Check that the ids are written alike (leading zeros, blanks, case) in every table.",
    ),
    (
        "D332",
        "One period only",
        "With one period customers can only be compared with each other, not with themselves: weak evidence.",
        "Bring earlier periods of the ledger.",
    ),
    (
        "D333",
        "No margin",
        "Without margin column and margin_rate money is revenue, headings say so, and no NPV is given.",
        "Set [study] margin_rate, or add a margin column to the ledger.",
    ),
    (
        "D334",
        "Only the overall score was asked",
        "Stages are shown as not measured.",
        "Ask the stages in the survey.",
    ),
    (
        "D335",
        "Rows after as_of set aside",
        "Value is counted from as_of, so what came later may not be known to the estimate.",
        "Move as_of forward if the later periods are complete.",
    ),
    (
        "D336",
        "A control is blank or constant",
        "A control that is blank in many rows or the same in all cannot separate anything, and one that is blank "
        "among those who left leaks the outcome.",
        "Fill it in as of each period, or take it out of [model] controls.",
    ),
    (
        "D337",
        "Scale assumed",
        "The answers carry neither metric nor scale, so csat 1-5 was assumed.",
        "Add a metric column, or scale_min and scale_max.",
    ),
    (
        "D338",
        "Answers without a score set aside",
        "A blank score, or one marked missing, is no answer; it is counted and not used.",
        "Nothing need be done where the reason is right.",
    ),
    (
        "D340",
        "Customers without a persona",
        "Customers that the customers table does not list, or lists without persona, form the group `all`.",
        "Fill in the persona.",
    ),
    (
        "D341",
        "A pain point is never seen",
        "No incident and no answer names the pain point, so it was found to occur to nobody and is worth nothing here.",
        "Bring the table that shows it, or check that the id is written alike.",
    ),
    (
        "D342",
        "Margin is blank in part of the ledger",
        "Rows without a margin are valued at the margin share of the rows of their period that have one: sum of margin "
        "over sum of revenue. Where a period has under 30 of them, the whole ledger's share is taken.",
        "Fill in the margin; or take the column out and set [study] margin_rate.",
    ),
    (
        "D343",
        "Most rows of a table have no customer in the ledger",
        "Over half of the rows are of customers without a ledger row, so they cannot be tied to money.",
        "Check that the ids are written alike (leading zeros, blanks, letter case) and that the ledger is whole.",
    ),
    (
        "D344",
        "Equal rows",
        "These rows are equal to an earlier one in every column that is read. Each counts, as an answer or "
        "occurrence of its own.",
        "Remove them if the export wrote them twice; nothing need be done if each one happened.",
    ),
    (
        "D345",
        "A column is not read, and its name is near one that would be",
        "Columns of other names never enter. A column of the table that may be left out has a name much like it.",
        "Where it is meant, write the line given into the study file; else nothing need be done.",
    ),
    (
        "D346",
        "Negative revenue",
        "Revenue is net of credits, so a row may be negative; many of them are more often credits booked late. Spend "
        "is taken in levels; only the naive comparison of sites, which is in logarithms, leaves such rows out.",
        "Book credits in the period they belong to, or leave the rows as they are where that is what happened.",
    ),
    (
        "D391",
        "Incidents and named pain points not read: the plan lists no pain point",
        "Without pain points in the plan a low score of a stage stands in for them, and an incident cannot be told "
        "to be of any of them, so all are set aside and counted.",
        "List the pain points in `pain_points`, with the ids that incidents and answers name.",
    ),
    (
        "D392",
        "A fix for a persona without active customers",
        "Value is counted from the customers active at as_of. None of them is of this persona, so the fix is worth "
        "nothing here and costs what it costs.",
        "Correct the persona of the fix or of the customers, or leave persona blank for a fix that reaches all.",
    ),
    (
        "D393",
        "The key that hides ids is missing",
        "[data] id_key names an environment variable; its text is the key that customer ids are hashed under "
        "wherever they leave. Without it, or with a text too short to be a secret, ids could be read back.",
        "Set the variable to a secret text of 16 characters or more; the same key gives the same hashes in each run.",
    ),
    (
        "D394",
        "A period of no year of this company",
        "Years such as 0001 and 9999 stand for a missing date in the systems that write them. Read as dates they would "
        "make one row the first period of the ledger, or a customer thousands of years old.",
        "Correct the date; blank it where the column may be blank.",
    ),
    (
        "D399",
        "Customers whose money mostly cancels out",
        "Spend is compared with the customer's own mean. Where credits take back nearly all that was paid, one credit "
        "note would drown everybody else, so these customers are left out of the effects on spend and counted.",
        "Book credits in the period they belong to. Leaving and scores of these customers still count.",
    ),
)
