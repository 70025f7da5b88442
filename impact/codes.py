"""The catalogue of findings and checks: what each stable code means, offline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from impact.codes_across import ACROSS_PAGES
from impact.codes_cash import CASH_PAGES
from impact.codes_certificate import CERTIFICATE_PAGES
from impact.codes_coverage import COVERAGE_PAGES
from impact.codes_data import DATA_PAGES
from impact.codes_design import DESIGN_PAGES
from impact.codes_doubt import DOUBT_PAGES
from impact.codes_drivers import DRIVER_PAGES
from impact.codes_engine import ENGINE_PAGES
from impact.codes_evidence import EVIDENCE_PAGES
from impact.codes_exact import EXACT_PAGES
from impact.codes_formats import FORMAT_PAGES
from impact.codes_gates import GATE_PAGES
from impact.codes_information import INFORMATION_PAGES
from impact.codes_leaving import LEAVING_PAGES
from impact.codes_ledger import LEDGER_PAGES
from impact.codes_levers import LEVER_PAGES
from impact.codes_lifetime import LIFETIME_PAGES
from impact.codes_measure import MEASURE_PAGES
from impact.codes_pages import CASE_PAGES
from impact.codes_points import POINT_PAGES
from impact.codes_programme import PROGRAMME_PAGES
from impact.codes_ranking import RANKING_PAGES
from impact.codes_reasons import REASON_PAGES
from impact.codes_record import RECORD_PAGES
from impact.codes_refresh import REFRESH_PAGES
from impact.codes_rollouts import ROLLOUT_PAGES
from impact.codes_segments import SEGMENT_PAGES
from impact.codes_sites import SITE_PAGES
from impact.codes_spend import SPEND_PAGES
from impact.codes_steps import STEP_PAGES
from impact.codes_track import TRACK_PAGES
from impact.codes_value import VALUE_PAGES


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
        "Above ten initiatives an integer programme chooses; it was tried with up to 200 of them.",
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
        "P216",
        "A fix of a delight",
        "A fix removes a share of a pain; what removes a delight would be valued the wrong way round. "
        "This version values fixes of pain only.",
        "Remove the row of `fixes`, or set the kind of the pain point to pain.",
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
        "P228",
        "No initiatives",
        "Pain points are valued, but there is nothing to fund.",
        "List what could be done in the plan table `initiatives`.",
    ),
)

CODES: dict[str, CodePage] = catalogue(
    (
        *_STUDY,
        *_PLAN,
        *ACROSS_PAGES,
        *CASH_PAGES,
        *CASE_PAGES,
        *CERTIFICATE_PAGES,
        *COVERAGE_PAGES,
        *DATA_PAGES,
        *DESIGN_PAGES,
        *DOUBT_PAGES,
        *DRIVER_PAGES,
        *ENGINE_PAGES,
        *EXACT_PAGES,
        *EVIDENCE_PAGES,
        *FORMAT_PAGES,
        *GATE_PAGES,
        *INFORMATION_PAGES,
        *LEAVING_PAGES,
        *LEVER_PAGES,
        *LEDGER_PAGES,
        *LIFETIME_PAGES,
        *MEASURE_PAGES,
        *POINT_PAGES,
        *PROGRAMME_PAGES,
        *RANKING_PAGES,
        *REASON_PAGES,
        *RECORD_PAGES,
        *ROLLOUT_PAGES,
        *REFRESH_PAGES,
        *SEGMENT_PAGES,
        *SITE_PAGES,
        *SPEND_PAGES,
        *STEP_PAGES,
        *TRACK_PAGES,
        *VALUE_PAGES,
    )
)
