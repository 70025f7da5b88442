"""The catalogue of findings and checks: what each stable code means, offline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePage:
    """One code in full: what it is called, why it is asked, what to do."""

    code: str
    title: str
    why: str
    remedy: str


def catalogue(rows: Iterable[tuple[str, str, str, str]]) -> dict[str, CodePage]:
    """Pages by code from rows of code, title, why, remedy."""
    return {code: CodePage(code=code, title=title, why=why, remedy=remedy) for code, title, why, remedy in rows}


_STUDY = (
    (
        "S101",
        "No study file",
        "A study is a folder that holds study.toml, or that file; nothing was found at the path given.",
        "Check the path. `cx-impact init DIR` writes a study that runs.",
    ),
    (
        "S102",
        "The study file is not TOML",
        "The file breaks the rules of TOML at the line named, so no setting in it can be trusted.",
        'Texts stand in double quotes, lists in [ ], one setting a line. Backslashes in paths need "/" instead.',
    ),
    (
        "S103",
        "Unknown setting",
        "A mistyped setting that was passed over would change the answer without a word, so it stops the run.",
        "Take the nearest known name that the finding gives, move the key to its section, or remove it.",
    ),
    (
        "S104",
        "Required setting missing",
        "name, currency, as_of, ledger and one of responses or incidents have no default that could be right.",
        "Add the setting to the section named.",
    ),
    (
        "S105",
        "Setting of the wrong type",
        "A number in quotes is a text, and a text where a number belongs is more often a slip than a wish.",
        "Write numbers and true/false without quotes, texts with them, lists in [ ].",
    ),
    (
        "S106",
        "Setting out of bounds",
        "The value is of the right type but has no meaning here: a budget below zero, a rate above one.",
        "Rates and shares are written as 0.10, not 10. See what is allowed in the finding.",
    ),
    (
        "S107",
        "as_of is not a period of this ledger",
        "Value is counted from the first period after as_of, so it must name one period of the ledger's step.",
        'Write "2026Q3" for quarters, "2026-09" for months, "2026" for years, and set period to match.',
    ),
    (
        "S108",
        "A file named in the study does not exist",
        "Relative paths start at the folder of the study file, not at the folder the command is run from.",
        "Correct the path, or put the file there. A sheet is written book.xlsx#Sheet.",
    ),
    (
        "S109",
        "--set is not SECTION.KEY=VALUE",
        "An override names a setting of the study file with its section.",
        "Write for example --set portfolio.budget=250000 or --set study.seed=3.",
    ),
    (
        "S110",
        "Not available in this version",
        "The setting is part of the study file's language but this version cannot do it; a run would mislead.",
        "Follow the remedy in the finding; the setting can be put back later.",
    ),
    (
        "S111",
        "Settings read but not acted on",
        "The settings named are valid, and this version computes as if they had not been set.",
        "Nothing need be done; do not read the answer as if they had been applied.",
    ),
)

_PLAN = (
    (
        "P201",
        "A plan table cannot be read",
        "The file or sheet is not what its name says, or is not there.",
        "Save it again as .csv (UTF-8), .parquet or .xlsx.",
    ),
    (
        "P202",
        "A workbook was refused",
        "Workbooks with macros, with a password, or far larger than a plan are not opened.",
        "Save it as an ordinary .xlsx without macros and password, with the plan tables alone.",
    ),
    (
        "P203",
        "Unknown column or sheet in a plan table",
        "A mistyped column that was passed over would leave a default in its place without a word.",
        "Take the nearest known name that the finding gives, or remove the column.",
    ),
    (
        "P204",
        "A required value is missing",
        "The column, or a cell of it, is blank and has no default that could be right.",
        "Fill it in, or remove the row.",
    ),
    (
        "P205",
        "An id stands twice",
        "Ids tie the tables together; two rows of one id would be counted twice or overwrite each other.",
        "Give each row its own id, or remove one of the two.",
    ),
    (
        "P206",
        "An unknown id is named",
        "A row points at a stage, pain point, initiative or persona that its own table does not list.",
        "Correct the id, or add the row it should point at.",
    ),
    (
        "P207",
        "low, likely and high are out of order",
        "They are the 5th, 50th and 95th percentile of one quantity, so low <= likely <= high.",
        "Put them in order. All three may be left blank: then 0.1, 0.3, 0.5 stand in, marked as assumed.",
    ),
    (
        "P208",
        "A share outside 0 to 1",
        "Effectiveness is the share of a pain point's occurrences that is removed: 0.3, not 30.",
        "Divide percentages by 100.",
    ),
    (
        "P209",
        "Not a number, or a number out of bounds",
        "Costs, durations and amounts are plain numbers from 0, in the study's currency and in quarters.",
        "Write the number alone, with a point for the decimals and without currency sign or thousands separator.",
    ),
    (
        "P210",
        "A period cannot be read",
        "Starts and costs fall into periods of the ledger.",
        "Write 2026Q3, 2026-09, 2026 or a date, not coarser than the ledger's step.",
    ),
    (
        "P211",
        "An unknown word where a choice is asked",
        "The column takes one of a few words only.",
        "Take one of the words in the finding.",
    ),
    (
        "P212",
        "An id that is not short and stable",
        "Ids are joined, sorted and printed; they are 1 to 40 letters, digits, points, dashes or underscores.",
        "Shorten it, take out blanks; `overall` is reserved for the overall score.",
    ),
    (
        "P213",
        "Too many initiatives",
        "The choice is exact: every combination is valued together, which is done for up to 16 initiatives.",
        "Leave out initiatives that are done or stopped, or join small ones.",
    ),
    (
        "P214",
        "A formula without a stored value",
        "The workbook holds a formula whose result was never computed, so there is no number to read.",
        "Open the workbook in a spreadsheet program, save it, and run again; or type the number.",
    ),
    (
        "P215",
        "No set of initiatives is allowed",
        "What is mandatory, with what it requires, breaks an exclusion or the budget: there is nothing to choose from.",
        "Raise the budget, or make fewer initiatives mandatory; the finding names them.",
    ),
    (
        "P221",
        "No stages",
        "Without stages only the overall score can be read, and the journey map stays empty.",
        "List the stages of the journey in the plan table `stages`.",
    ),
    (
        "P222",
        "No pain points: low scores stand in",
        "Each stage gets one pain point, a low score (the bottom two of five), so that something can be valued. "
        "It says where it hurts, not what to repair.",
        "List what goes wrong in the plan table `pain_points`, with operations data where there is any.",
    ),
    (
        "P223",
        "Effectiveness assumed",
        "A fix without low, likely and high is taken to remove 10%, 30%, 50% of occurrences (P05, P50, P95). "
        "That is an assumption, marked as such on every page.",
        "State low, likely and high from a pilot, a past initiative or the people who would do it.",
    ),
    (
        "P224",
        "An initiative without a target",
        "No row of `fixes` says which pain point the initiative removes, so it is valued at its other benefits only.",
        "Add a row to `fixes` with the initiative and the pain point.",
    ),
    (
        "P225",
        "An initiative without a cost",
        "Without a cost there is no NPV; the most it may cost (max_cost) is given instead and no portfolio is chosen.",
        "Fill in `cost`, or rows of `costs`.",
    ),
    (
        "P226",
        "No personas",
        "All customers are treated as one group.",
        "List personas in the plan and give customers a persona column.",
    ),
    (
        "P227",
        "Plan tables read but not used",
        "The tables named were validated, and this version computes as if they were not there.",
        "Nothing need be done; do not read the answer as if they had been applied.",
    ),
    (
        "P228",
        "No initiatives",
        "Pain points are valued, but there is nothing to fund.",
        "List what could be done in the plan table `initiatives`.",
    ),
)

_DATA = (
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
        "Convert the ledger to the study's currency.",
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
        "D339",
        "Ledger columns read but not acted on",
        "Renewal dates, requests to cancel and kinds of leaving are not used in this version: every leaver counts.",
        "Nothing need be done; to count voluntary leaving alone, set retained to 1 or blank for the others.",
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
)

CODES: dict[str, CodePage] = catalogue((*_STUDY, *_PLAN, *_DATA))
