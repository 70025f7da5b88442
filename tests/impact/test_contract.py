"""The rules of the tables: each fault with its place, count and examples; each weakness as a review."""

from __future__ import annotations

from pathlib import Path

import pytest

from impact.case import load_case
from impact.checks import Check
from impact.contract import TableReport, check_tables
from impact.errors import Finding
from impact.source import open_source
from impact.study import load_study
from tests.tiny_study import CUSTOMERS, FILES, append, edit, write_tiny_study


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_tiny_study(tmp_path)


def report(folder: Path, *overrides: str) -> TableReport:
    study = load_study(folder, overrides)
    return check_tables(open_source(study), study, load_case(study).journey)


def only(folder: Path, *overrides: str) -> Finding:
    (found,) = report(folder, *overrides).findings
    return found


def reviews(folder: Path, *overrides: str) -> dict[str, Check]:
    found = report(folder, *overrides)
    assert found.findings == ()
    return {check.code: check for check in found.checks if check.status == "review"}


def test_sound_tables_pass_and_say_how_many_rules_they_kept(folder: Path) -> None:
    found = report(folder)
    assert (found.findings, found.rejects) == ((), {})
    assert [(check.code, check.status) for check in found.checks] == [("D379", "pass"), *[("D300", "pass")] * 4]


FAULTY_ROWS = (
    ("responses.csv", "0001,2026-04-01,buy,11,csat,", "D306", "score", "score=11"),
    ("responses.csv", "0001,2026-04-01,buy,-0.5,nps,", "D306", "score", "score=-0.5"),
    ("responses.csv", "0001,2026-04-01,buy,good,csat,", "D303", "score", "score=good"),
    ("responses.csv", "0001,2026-04-01,buy,nan,csat,", "D303", "score", "score=nan"),
    ("responses.csv", "0001,2026-04-01,byu,3,csat,", "D307", "stage", "stage=byu"),
    ("responses.csv", "0001,2026-04-31,buy,3,csat,", "D304", "responded_at", "responded_at=2026-04-31"),
    ("responses.csv", "0001,2026-04-01,buy,3,rating,", "D317", "metric", "metric=rating"),
    ("responses.csv", "0001,,buy,3,csat,", "D310", "responded_at", "responded_at="),
    ("responses.csv", ",2026-04-01,buy,3,csat,", "D310", "customer_id", "customer_id="),
    ("ledger.csv", "0001,2025Q4,5,", "D305", "customer_id", "period=2025Q4"),
    ("ledger.csv", "0001,2026,5,", "D304", "period", "period=2026"),
    ("ledger.csv", "0001,2026Q2,1.000,50", "D311", "retained", "retained=50"),
    ("ledger.csv", "0001,2026Q2,,0", "D310", "revenue", "revenue="),
    ("ledger.csv", '0001,2026Q2,"1,5",0', "D303", "revenue", "revenue=1,5"),
    ("customers.csv", "0001,home,2024-05-01", "D305", "customer_id", "customer_id=0001"),
    ("customers.csv", "0021,hoem,2024-05-01", "D309", "persona", "persona=hoem"),
    ("customers.csv", "0021,home,May", "D304", "joined_at", "joined_at=May"),
    ("incidents.csv", "0001,2026-05-03,slwo", "D308", "pain_point", "pain_point=slwo"),
    ("incidents.csv", "0001,yesterday,slow", "D304", "occurred_at", "occurred_at=yesterday"),
)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TableReport]:
    """One study with every faulty row in it, and its report."""
    folder = write_tiny_study(tmp_path_factory.mktemp("faulty"))
    for file, line, *_ in FAULTY_ROWS:
        append(folder, file, line)
    return folder, report(folder)


@pytest.mark.parametrize(("file", "line", "code", "column", "value"), FAULTY_ROWS)
def test_a_faulty_row_is_found_with_its_row_and_value(
    faulty: tuple[Path, TableReport], file: str, line: str, code: str, column: str, value: str
) -> None:
    folder, found = faulty
    number = (folder / file).read_text(encoding="utf-8").splitlines().index(line) + 1
    (mine,) = [finding for finding in found.findings if (finding.code, finding.place) == (code, f"{file} {column}")]
    (row,) = [row for row in mine.rows if row.startswith(f"row {number}: ")]
    assert value in row


def test_faulty_rows_give_no_finding_beside_their_own(faulty: tuple[Path, TableReport]) -> None:
    expected = {(code, f"{file} {column}") for file, _, code, column, _ in FAULTY_ROWS}
    found = {(finding.code, finding.place) for finding in faulty[1].findings}
    assert found - expected == {("D315", "responses.csv buy")}
    assert expected - found == set()


def test_a_finding_counts_all_rows_and_shows_three(folder: Path) -> None:
    found = only(edit(folder, "ledger.csv", ",100,", ",free,"))
    assert found.found.startswith("2 rows")
    many = report(edit(folder, "responses.csv", ",use,", ",sue,"))
    stages = next(finding for finding in many.findings if finding.code == "D307")
    assert (stages.found, len(stages.rows)) == ("20 rows: stage the plan does not list: 'sue' (20)", 3)
    assert stages.remedy.startswith("did you mean use?")


def test_rejected_rows_are_kept_with_their_code(folder: Path) -> None:
    append(folder, "responses.csv", "0001,2026-04-01,buy,11,csat,")
    append(folder, "responses.csv", "ghost,2026-04-01,buy,3,csat,")
    rejects = report(folder).rejects["responses"]
    assert rejects[["customer_id", "code", "value"]].to_numpy().tolist() == [
        ["0001", "D306", "11.0"],
        ["ghost", "D331", "ghost"],
    ]


def test_an_unknown_pain_point_among_several_named_is_found(folder: Path) -> None:
    found = only(append(folder, "responses.csv", "0001,2026-04-01,use,1,csat,broken; lost ;broken"))
    assert (found.code, "'lost' (1)" in found.found) == ("D308", True)


@pytest.mark.parametrize("as_of", ["2025Q3", "2026Q4", "2031Q1"])
def test_an_as_of_outside_the_ledger_says_what_it_holds(folder: Path, as_of: str) -> None:
    found = only(folder, f"study.as_of={as_of}")
    assert (found.code, found.allowed) == ("D312", "a period with rows, 2025Q4 to 2026Q3")


def test_a_missing_column_of_clusters_is_found(folder: Path) -> None:
    found = only(folder, "model.cluster=chain")
    assert (found.code, found.place) == ("D313", "study.toml: [model].cluster")


def test_estimated_money_is_a_review_that_every_page_shows(folder: Path) -> None:
    found = report(folder, "finance.revenue_basis=estimated")
    assert "D450" in {check.code for check in found.checks}


def test_a_missing_control_or_size_is_found_and_tenure_needs_the_day_of_joining(folder: Path) -> None:
    found = report(folder, "model.controls=['plann','tenure']", "model.size=beds").findings
    assert [finding.code for finding in found] == ["D313", "D313"]
    edit(folder, "customers.csv", "joined_at", "since")
    found = only(folder, "model.controls=['tenure']")
    assert found.remedy == "add joined_at to customers, or take tenure out of [model] controls"


def test_several_programmes_must_be_told_apart(folder: Path) -> None:
    text = (folder / "responses.csv").read_text(encoding="utf-8").splitlines()
    rows = [f"{text[0]},programme", *(f"{line},{'nps' if n % 2 else 'csat'}" for n, line in enumerate(text[1:]))]
    (folder / "responses.csv").write_text("\n".join(rows), encoding="utf-8")
    found = only(folder)
    assert (found.code, found.allowed) == ("D314", "csat, nps")
    assert report(folder, "survey.programme=nps").findings == ()
    assert only(folder, "survey.programme=pulse").code == "D314"


def test_one_stage_on_two_scales_is_refused(folder: Path) -> None:
    found = only(append(folder, "responses.csv", "0001,2026-04-01,buy,3,nps,"))
    assert (found.code, found.place) == ("D315", "responses.csv buy")


def test_another_currency_is_refused(folder: Path) -> None:
    edit(folder, "ledger.csv", "period,revenue,retained", "period,revenue,currency")
    edit(folder, "ledger.csv", ",0\n", ",USD\n")
    found = only(edit(folder, "ledger.csv", ",1\n", ",eur\n"))
    assert (found.code, found.found.startswith("4 rows")) == ("D316", True)


def test_a_size_must_be_above_zero_in_each_row(folder: Path) -> None:
    edit(folder, "ledger.csv", "retained", "beds")
    edit(folder, "ledger.csv", "2026Q3,119,", "2026Q3,119,3")
    found = only(folder, "model.size=beds")
    assert (found.code, found.place) == ("D318", "ledger.csv beds")


def test_unknown_customers_are_set_aside_and_counted(folder: Path) -> None:
    append(folder, "incidents.csv", "ghost,2026-05-03,slow")
    checks = report(append(folder, "responses.csv", "1,2026-04-01,buy,3,csat,")).checks
    assert [check.found for check in checks if check.code == "D331"] == [
        "responses: 1 of 61 rows, unknown customer",
        "incidents: 1 of 8 rows, unknown customer",
    ]


def test_rows_after_as_of_and_answers_without_a_score_are_reviews(folder: Path) -> None:
    append(folder, "responses.csv", "0001,2026-04-01,buy,,csat,")
    found = reviews(folder, "study.as_of=2026Q2")
    assert found["D335"].found == "rows after as_of: ledger 16 of 72"
    assert found["D338"].found == "responses: 1 of 61 rows, blank score"


def test_one_period_is_a_review(folder: Path) -> None:
    kept = [line for line in FILES["ledger.csv"].splitlines() if "2026Q3" in line or "period" in line]
    (folder / "ledger.csv").write_text("\n".join(kept), encoding="utf-8")
    assert "D332" in reviews(folder)


def test_no_margin_is_a_review_and_a_margin_column_answers_it(folder: Path) -> None:
    edit(folder, "study.toml", "margin_rate = 0.4\n", "")
    assert "D333" in reviews(folder)
    edit(folder, "ledger.csv", "retained", "margin")
    assert "D333" not in reviews(folder)


def test_only_overall_scores_and_an_assumed_scale_are_reviews(folder: Path) -> None:
    lines = FILES["responses.csv"].splitlines()
    kept = [line.replace(",csat,", ",,") for line in lines if "overall" in line]
    (folder / "responses.csv").write_text("\n".join([lines[0], *kept]), encoding="utf-8")
    found = reviews(folder)
    assert {"D334", "D337"} <= set(found)
    assert found["D337"].found.startswith("20 answers")


def test_rows_after_as_of_are_one_line_with_the_counts_of_each_table(folder: Path) -> None:
    append(folder, "responses.csv", "0001,2026-11-01,buy,3,csat,")
    append(folder, "ledger.csv", "0001,2026Q4,5,")
    found = [check.found for check in report(folder).checks if check.code == "D335"]
    assert found == ["rows after as_of: ledger 1 of 73, responses 1 of 61"]


@pytest.mark.parametrize("file", ["responses.csv", "incidents.csv"])
def test_a_table_none_of_whose_customers_is_in_the_ledger_is_refused(folder: Path, file: str) -> None:
    for customer in CUSTOMERS:
        text = (folder / file).read_text(encoding="utf-8")
        (folder / file).write_text(text.replace(f"\n{customer},", f"\n{int(customer)},"), encoding="utf-8")
    found = only(folder)
    assert (found.code, found.place) == ("D320", f"{file} customer_id")
    assert "has '1', '10', '1" in found.found and "the ledger '0001', '0002', '0003'" in found.found
    assert all(word in found.remedy for word in ("leading zeros", "blanks", "letter case"))


def test_a_customers_table_of_other_ids_is_refused(folder: Path) -> None:
    lines = FILES["customers.csv"].splitlines()
    (folder / "customers.csv").write_text("\n".join([lines[0], *(f"C{line}" for line in lines[1:])]), encoding="utf-8")
    found = only(folder)
    assert (found.code, found.place, "'C0001'" in found.found) == ("D320", "customers.csv customer_id", True)


def test_all_usable_rows_of_unknown_customers_are_refused_though_a_late_row_is_known(folder: Path) -> None:
    rows = "customer_id,occurred_at,pain_point\nghost,2026-05-03,slow\n0001,2026-12-03,slow\n"
    (folder / "incidents.csv").write_text(rows, encoding="utf-8")
    assert only(folder).code == "D320"


def test_a_table_most_of_which_has_no_ledger_row_is_a_review_without_ids(folder: Path) -> None:
    for number in range(30):
        append(folder, "customers.csv", f"old{number},home,2020-01-01")
    found = reviews(folder)["D343"].found
    assert found == "customers: 30 of 50 rows without a customer of the ledger"
    assert "D343" not in reviews(write_tiny_study(folder))


def test_equal_rows_of_answers_and_incidents_are_counted_with_the_first(folder: Path) -> None:
    last = FILES["responses.csv"].splitlines()[-1]
    append(append(folder, "responses.csv", last), "responses.csv", last)
    append(folder, "incidents.csv", FILES["incidents.csv"].splitlines()[1])
    append(folder, "incidents.csv", "0001,2026-05-04,slow")
    found = [check.found for check in report(folder).checks if check.code == "D344"]
    assert found == [
        "responses: 2 rows: row 62 equals row 61, row 63 equals row 61",
        "incidents: 1 row: row 9 equals row 2",
    ]


def test_a_column_named_near_one_that_is_read_is_told_with_the_line_to_write(folder: Path) -> None:
    edit(folder, "ledger.csv", "retained", "Gross margin")
    edit(folder, "customers.csv", "joined_at", "joined")
    found = [check for check in report(folder).checks if check.code == "D345"]
    assert [check.found for check in found] == ["ledger: 'Gross margin' not read", "customers: 'joined' not read"]
    assert 'write in [data.columns.ledger]: margin = "Gross margin"' in found[0].remedy
    assert 'write in [data.columns.customers]: joined_at = "joined"' in found[1].remedy


def test_other_columns_that_are_not_read_are_counted_only_beside_a_near_one(folder: Path) -> None:
    edit(folder, "ledger.csv", "retained", "shoe_size")
    assert "D345" not in reviews(folder)
    lines = (folder / "ledger.csv").read_text(encoding="utf-8").splitlines()
    (folder / "ledger.csv").write_text("\n".join([f"{lines[0]},margins", *(f"{s},1" for s in lines[1:])]), "utf-8")
    assert reviews(folder)["D345"].found == "ledger: 'margins' not read; other columns not read: 1"


def test_negative_revenue_is_a_review(folder: Path) -> None:
    assert reviews(append(folder, "ledger.csv", "0001,2026Q3,-5,"))["D346"].found.startswith("revenue below 0 in 1 of")


def long_ledger(folder: Path, revenue: str) -> Path:
    for number in range(100):
        append(folder, "ledger.csv", f"n{number},2026Q3,1,")
    return append(folder, "ledger.csv", f"big,2026Q3,{revenue},")


@pytest.mark.parametrize("revenue", ["1e6", "-1e6", "1e307"])
def test_a_row_with_over_half_of_all_revenue_is_refused_in_a_long_ledger(folder: Path, revenue: str) -> None:
    found = only(long_ledger(folder, revenue))
    assert (found.code, found.place) == ("D321", "ledger.csv revenue")
    assert [row.startswith("row 174: customer_id=big") for row in found.rows] == [True]


def test_a_large_row_is_let_be_in_a_short_ledger_and_below_half(folder: Path) -> None:
    append(folder, "ledger.csv", "big,2026Q3,1e6,")
    assert report(folder).findings == ()
    assert report(long_ledger(write_tiny_study(folder), "5000")).findings == ()


def test_revenue_that_is_not_finite_is_refused(folder: Path) -> None:
    assert only(append(folder, "ledger.csv", "0001,2026Q3,inf,")).code == "D303"


@pytest.mark.parametrize("text", ["1,5", "1.234,50", "-12,0", "1234,5"])
def test_a_decimal_comma_is_told_as_such(folder: Path, text: str) -> None:
    found = only(append(folder, "ledger.csv", f'0001,2026Q3,"{text}",'))
    assert (found.code, "decimal comma" in found.found, "blank" in found.remedy) == ("D303", True, False)


def test_only_what_may_be_blank_is_told_to_be_blanked(folder: Path) -> None:
    assert only(append(folder, "ledger.csv", "0001,2026Q3,x,")).remedy == "correct the cells"
    write_tiny_study(folder)
    assert only(append(folder, "ledger.csv", "0001,2026Q3,1,x")).remedy == "correct the cells, or blank them"


@pytest.mark.parametrize(("text", "step"), [("2026", True), ("03/04/2026", False)])
def test_the_ledgers_step_is_named_only_where_a_period_is_too_coarse(folder: Path, text: str, step: bool) -> None:  # noqa: FBT001
    found = only(append(folder, "incidents.csv", f"0001,{text},slow"))
    assert found.allowed.startswith("2026Q3, 2026-09, 2026 or 2026-09-30 (year-month-day)")
    assert (found.code, "[study] period" in found.remedy) == ("D304", step)


def test_a_margin_blank_in_part_is_a_review_with_its_share(folder: Path) -> None:
    edit(folder, "ledger.csv", "retained", "margin")
    edit(folder, "ledger.csv", ",1\n", ",40\n")
    edit(folder, "ledger.csv", ",0\n", ",40\n")
    found = reviews(folder)["D342"].found
    assert found.startswith("margin blank in 16 of 72 ledger rows (22%): valued at the margin share")


def test_customers_without_a_persona_are_counted(folder: Path) -> None:
    blank = edit(folder, "customers.csv", ",firm,", ",,")
    assert reviews(blank)["D340"].found == f"10 of {len(CUSTOMERS)} customers"


def test_persons_without_a_persona_are_counted_by_number_from_five_on_and_sites_always(folder: Path) -> None:
    edit(folder, "customers.csv", "0001,firm", "0001,")
    assert reviews(folder)["D340"].found == f"fewer than 5 of {len(CUSTOMERS)} customers"
    assert reviews(folder, "study.shape=sites")["D340"].found == f"1 of {len(CUSTOMERS)} customers"


def test_a_control_that_is_constant_blank_or_leaks_is_a_review(folder: Path) -> None:
    lines = FILES["ledger.csv"].splitlines()
    rows = []
    for number, line in enumerate(lines[1:]):
        leaves = line.endswith(",0")
        rows.append(f"{line},same,{'' if leaves else number % 3},{'gone' if leaves else f'plan{number % 2}'}")
    (folder / "ledger.csv").write_text("\n".join([f"{lines[0]},kind,tier,plan", *rows]), encoding="utf-8")
    checks = report(folder, "model.controls=['kind','tier','plan']").checks
    found = [check.found for check in checks if check.code == "D336"]
    assert found == [
        "kind: the same in all rows",
        "tier: blank in 4 of 72 rows, 4 of them of customers who left; the same in all who left",
        "plan: the same in all who left",
    ]


def test_a_pain_point_that_no_table_names_is_a_review(folder: Path) -> None:
    append(folder, "pain_points.csv", "late,buy,Late bill,operations")
    append(folder, "pain_points.csv", "rude,use,Rude call,survey")
    assert reviews(folder)["D341"].found == "late, rude"
    edit(folder, "study.toml", 'incidents = "incidents.csv"\n', "")
    assert reviews(folder)["D341"].found == "slow, late, rude"


def test_an_empty_ledger_is_a_finding(folder: Path) -> None:
    (folder / "ledger.csv").write_text("customer_id,period,revenue\n", encoding="utf-8")
    assert [finding.code for finding in report(folder).findings] == ["D319"]


def test_tables_are_checked_without_the_plan_as_far_as_they_go(folder: Path) -> None:
    append(folder, "responses.csv", "0001,2026-04-01,nowhere,11,csat,")
    study = load_study(folder)
    assert [finding.code for finding in check_tables(open_source(study), study, None).findings] == ["D306"]
