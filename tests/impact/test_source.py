"""The data engine: what the canonical tables hold, whatever the file they came from."""

from __future__ import annotations

import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from impact.errors import InputError
from impact.periods import parse_period
from impact.source import Source, open_source
from impact.study import load_study
from tests.tiny_study import CUSTOMERS, FILES, append, edit, write_tiny_study

LEDGER_ROWS = 4 * 2 + 16 * 4
AS_OF = parse_period("2026Q3", "quarter")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_tiny_study(tmp_path)


def opened(folder: Path, *overrides: str) -> Source:
    return open_source(load_study(folder, overrides))


def account(source: Source, table: str) -> dict[str, int]:
    rows = source.rows[source.rows.table == table]
    return dict(zip(rows.reason, rows.set_aside, strict=True))


def test_canonical_tables_carry_their_columns_and_types(folder: Path) -> None:
    source = opened(folder)
    assert source.responses is not None and source.incidents is not None
    assert {name: str(kind) for name, kind in source.responses.schema().items()} == {
        "customer_id": "string",
        "t": "int64",
        "day": "int64",
        "stage": "string",
        "touchpoint": "string",
        "channel": "string",
        "score": "float64",
        "n": "float64",
        "sd": "float64",
        "pain_points": "string",
        "weight": "float64",
        "scale_min": "float64",
        "scale_max": "float64",
    }
    assert {name: str(kind) for name, kind in source.ledger.schema().items()} == {
        "customer_id": "string",
        "t": "int64",
        "revenue": "float64",
        "margin": "float64",
        "retained": "int64",
        "cost_to_serve": "float64",
    }
    assert source.customers.columns == ("customer_id", "persona", "joined_t")
    dated = ("customer_id", "t", "day", "clock")
    assert source.incidents.columns == (*dated, "pain_point", "touchpoint", "amount")


def days_since_1970(*days: str) -> list[int]:
    return [(datetime.date.fromisoformat(day) - datetime.date(1970, 1, 1)).days for day in days]


DAYS = ("1969-12-31", "1970-01-01", "1999-12-31", "2000-02-29", "2024-02-29", "2024-03-01", "2026-05-03")


@pytest.mark.parametrize("kind", ["text", "date", "timestamp"])
def test_answers_and_incidents_keep_their_day_and_incidents_their_time_of_day(folder: Path, kind: str) -> None:
    stamps = pd.Series([f"{day} 10:15:00" for day in DAYS])
    read = {"text": stamps, "date": pd.to_datetime(stamps).dt.date, "timestamp": pd.to_datetime(stamps)}[kind]
    frame = pd.DataFrame({"customer_id": CUSTOMERS[: len(DAYS)], "occurred_at": read, "pain_point": "slow"})
    frame.to_parquet(folder / "incidents.parquet")
    answers = frame.rename(columns={"occurred_at": "responded_at"}).assign(stage="buy", score=3)
    answers.to_parquet(folder / "responses.parquet")
    source = opened(folder, "data.incidents=incidents.parquet", "data.responses=responses.parquet")
    assert source.responses is not None and source.incidents is not None
    incidents = source.incidents.order_by("customer_id").execute()
    assert incidents["day"].tolist() == days_since_1970(*DAYS)
    assert source.responses.order_by("customer_id").execute()["day"].tolist() == days_since_1970(*DAYS)
    clocks = incidents["clock"].fillna("").str.slice(0, 8).unique().tolist()
    assert clocks == ([""] if kind == "date" else ["10:15:00"])


def test_an_answer_of_a_whole_period_has_no_day(folder: Path) -> None:
    source = opened(edit(folder, "responses.csv", "0001,2026-02-01,buy", "0001,2026Q1,buy"))
    assert source.responses is not None
    answers = source.responses.filter(source.responses.customer_id == "0001").execute()
    assert answers.set_index("stage")["day"].isna().to_dict() == {"buy": True, "use": False, "overall": False}


def test_ids_keep_their_leading_zeros_and_dates_fall_into_quarters(folder: Path) -> None:
    source = opened(folder)
    assert source.responses is not None and source.incidents is not None
    assert set(source.ledger.customer_id.execute()) == set(CUSTOMERS)
    assert set(source.responses.t.execute()) == {parse_period("2026Q1", "quarter")}
    assert set(source.incidents.t.execute()) == {parse_period("2026Q2", "quarter")}
    assert set(source.customers.joined_t.execute()) == {parse_period("2024Q3", "quarter")}  # the first whole one


def test_defaults_stand_for_what_is_not_said(folder: Path) -> None:
    source = opened(folder)
    assert source.responses is not None and source.incidents is not None
    first = source.responses.execute().iloc[0]
    assert (first.n, first.weight, first.scale_min, first.scale_max) == (1.0, 1.0, 1.0, 5.0)
    assert set(source.incidents.amount.execute()) == {1.0}
    assert source.ledger.margin.execute().isna().all()


@pytest.mark.parametrize(("metric", "low", "high"), [("nps", 0.0, 10.0), ("CES", 1.0, 7.0), ("csat", 1.0, 5.0)])
def test_the_metric_gives_the_scale(folder: Path, metric: str, low: float, high: float) -> None:
    source = opened(edit(folder, "responses.csv", ",csat,", f",{metric},"))
    assert source.responses is not None
    scales = source.responses.execute()[["scale_min", "scale_max"]].drop_duplicates()
    assert scales.to_numpy().tolist() == [[low, high]]


def test_parquet_and_xlsx_give_the_same_tables_as_csv(folder: Path) -> None:
    from_csv = opened(folder)
    ledger = pd.read_csv(folder / "ledger.csv", dtype={"customer_id": str})
    ledger["period"] = pd.PeriodIndex(ledger.period, freq="Q").to_timestamp()
    ledger.to_parquet(folder / "ledger.parquet")
    book = openpyxl.Workbook()
    book.active.title = "Answers"
    for number, line in enumerate(FILES["responses.csv"].splitlines()):
        cells: list[object] = list(line.split(","))
        if number:
            cells[3] = float(str(cells[3]))
        book.active.append([cell or None for cell in cells])
    book.save(folder / "book.xlsx")
    other = opened(folder, "data.ledger=ledger.parquet", "data.responses=book.xlsx#Answers")
    for name in ("ledger", "responses"):
        frames = [getattr(source, name).order_by(["customer_id", "t"]).execute() for source in (from_csv, other)]
        key = ["customer_id", "t", *(["stage"] if name == "responses" else [])]
        first, second = (frame.sort_values(key, ignore_index=True) for frame in frames)
        pd.testing.assert_frame_equal(first, second)


@pytest.mark.parametrize("kind", ["quarter", "month", "year"])
def test_whole_periods_are_counted_alike_from_dates_and_from_their_texts(folder: Path, kind: str) -> None:
    joined = ["2024-01-01", "2024-01-02", "2024-03-31", "2024-04-01", "2024-05-01", "2024-12-31"]
    ids = [f"{place:04d}" for place in range(len(joined))]
    listed = pd.DataFrame({"customer_id": ids, "joined_at": joined})
    listed.to_csv(folder / "joined.csv", index=False)
    listed.assign(joined_at=pd.to_datetime(listed.joined_at)).to_parquet(folder / "joined.parquet")
    (folder / "ledger.csv").write_text("customer_id,period,revenue\n0001,2026-09-01,1\n", encoding="utf-8")
    as_of = {"quarter": "2026Q3", "month": "2026-09", "year": "2026"}[kind]
    asked = [f"study.period={kind}", f"study.as_of='{as_of}'"]
    found = [
        opened(folder, *asked, f"data.customers={file}").customers.execute().set_index("customer_id").joined_t[ids]
        for file in ("joined.csv", "joined.parquet")
    ]
    assert found[0].tolist() == found[1].tolist()


def test_an_id_beyond_whole_numbers_is_read_and_never_raises(folder: Path) -> None:
    pd.DataFrame({"customer_id": [1e20, 42.0], "period": [2026, 2026], "revenue": [1, 2]}).to_parquet(
        folder / "l.parquet"
    )
    source = opened(folder, "data.ledger=l.parquet", "study.period=year", "study.as_of=2026")
    assert sorted(source.ledger.customer_id.execute()) == ["1e+20", "42"]


def test_whole_number_ids_of_a_parquet_file_are_read_as_people_write_them(folder: Path) -> None:
    pd.DataFrame({"customer_id": [1.0, 42.0], "period": [2026, 2026], "revenue": [1, 2]}).to_parquet(
        folder / "l.parquet"
    )
    source = opened(folder, "data.ledger=l.parquet", "study.period=year", "study.as_of=2026")
    assert sorted(source.ledger.customer_id.execute()) == ["1", "42"]
    assert set(source.ledger.t.execute()) == {2026}


def test_columns_of_other_names_are_mapped_and_others_never_enter(folder: Path) -> None:
    edit(folder, "ledger.csv", "customer_id,period,revenue,retained", "Kunde,period,Umsatz,verbatim")
    mapped = ["data.columns.ledger.customer_id=Kunde", "data.columns.ledger.revenue=Umsatz"]
    source = opened(folder, *mapped)
    assert source.ledger.revenue.sum().execute() > 0
    assert "verbatim" not in source.staged["ledger"].columns


def test_headers_are_found_in_any_case(folder: Path) -> None:
    source = opened(edit(folder, "ledger.csv", "customer_id,period,revenue", "Customer_ID,Period,REVENUE"))
    assert source.ledger.count().execute() == LEDGER_ROWS


def test_a_missing_column_and_an_unreadable_file_come_at_once(folder: Path) -> None:
    edit(folder, "ledger.csv", "revenue", "revenu")
    (folder / "incidents.csv").write_bytes(b"customer_id,occurred_at,pain_point\n\xff\xfe\xe9,2026Q1,slow\n")
    with pytest.raises(InputError) as caught:
        opened(folder)
    assert [finding.code for finding in caught.value.findings] == ["D302", "D301"]
    assert "did you mean revenu?" in caught.value.findings[0].remedy


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "ledger.csv is empty"),
        ("\n1,2\n", "no header row"),
        ("customer_id,per\x00iod,revenue\n1,2026Q3,1\n", "not a text file (UTF-8)"),
        ("customer_id,period,revenue,Revenue\n1,2026Q3,1,1\n", "a column name twice"),
        ("customer_id,period,revenue\n1,2026Q3,1\n2,2026Q3\n", "row 3 has 2 cells, the header 3"),
        ("customer_id,period,revenue\n1,2026Q3,1\n2,2026Q3,1,9\n", "row 3 has 4 cells, the header 3"),
    ],
)
def test_a_csv_that_is_no_table_says_why(folder: Path, text: str, said: str) -> None:
    (folder / "ledger.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        opened(folder)
    (found,) = caught.value.findings
    assert (found.code, said in found.found) == ("D301", True)


@pytest.mark.parametrize("text", [b"customer_id,p\xe9riod,revenue\n1,2026Q3,1\n", b"\xff\xfec\x00u\x00s\x00\n\x00"])
def test_a_header_that_is_not_utf_8_is_no_text_file(folder: Path, text: bytes) -> None:
    (folder / "ledger.csv").write_bytes(text)
    with pytest.raises(InputError) as caught:
        opened(folder)
    (found,) = caught.value.findings
    assert (found.code, found.found) == ("D301", "not a text file (UTF-8)")


def test_a_row_that_is_not_utf_8_is_told_in_the_same_words(folder: Path) -> None:
    (folder / "incidents.csv").write_bytes(b"customer_id,occurred_at,pain_point\n\xff\xe9,2026Q1,slow\n")
    with pytest.raises(InputError) as caught:
        opened(folder)
    assert [found.found for found in caught.value.findings] == ["not a text file (UTF-8)"]


def test_a_missing_sheet_names_the_sheets_there_are(folder: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Answers"
    book.create_sheet("Notes")
    book.save(folder / "book.xlsx")
    with pytest.raises(InputError) as caught:
        opened(folder, "data.responses=book.xlsx#Answer")
    (found,) = caught.value.findings
    assert (found.code, found.allowed, "'Answer'" in found.found) == ("D301", "Answers, Notes", True)


def test_a_long_column_name_is_cut_where_columns_are_listed(folder: Path) -> None:
    edit(folder, "ledger.csv", "revenue,", f"{'x' * 60},")
    with pytest.raises(InputError) as caught:
        opened(folder)
    (found,) = caught.value.findings
    assert repr("x" * 40) in found.found and "x" * 41 not in found.found


def test_a_blank_margin_is_filled_at_the_share_of_the_rows_that_have_one(folder: Path) -> None:
    (folder / "ledger.csv").write_text(
        "customer_id,period,revenue,margin\n0001,2026Q2,100,60\n0001,2026Q3,300,60\n0002,2026Q3,50,\n", encoding="utf-8"
    )
    margins = opened(folder).ledger.execute().set_index(["customer_id", "t"]).margin
    assert margins.loc[("0002", AS_OF)] == pytest.approx(50 * 120 / 400)
    assert sorted(margins)[1:] == [60.0, 60.0]


def test_a_csv_may_be_divided_by_semicolons_and_begin_with_an_unnamed_column(folder: Path) -> None:
    lines = FILES["ledger.csv"].replace(",", ";").splitlines()
    numbered = [f"{number or ''};{line}" for number, line in enumerate(lines)]
    (folder / "ledger.csv").write_text("\r\n".join(numbered), encoding="utf-8-sig")
    assert opened(folder).ledger.count().execute() == LEDGER_ROWS


def test_controls_and_size_come_along_in_their_own_type(folder: Path) -> None:
    lines = FILES["ledger.csv"].splitlines()
    body = [f"{line},{number % 3},0{number % 4},{number % 7 + 1}.5" for number, line in enumerate(lines[1:])]
    (folder / "ledger.csv").write_text("\n".join([f"{lines[0]},plan,region,beds", *body]), encoding="utf-8")
    source = opened(folder, "model.controls=['plan','region']", "model.size=beds")
    kinds = {name: str(source.ledger[name].type()) for name in ("plan", "region", "beds")}
    assert kinds == {"plan": "float64", "region": "string", "beds": "float64"}


def test_without_a_customers_table_everybody_in_the_ledger_is_one_group(folder: Path) -> None:
    source = opened(edit(folder, "study.toml", 'customers = "customers.csv"\n', ""))
    assert source.customers.execute().persona.unique().tolist() == ["all"]
    assert source.customers.count().execute() == len(CUSTOMERS)


def test_a_ledger_customer_that_is_not_listed_stays_without_persona(folder: Path) -> None:
    source = opened(append(folder, "ledger.csv", "new,2026Q3,50,"))
    personas = source.customers.execute().set_index("customer_id").persona
    assert (personas["new"], len(personas)) == ("all", len(CUSTOMERS) + 1)


def test_every_row_not_used_is_accounted_for_by_reason(folder: Path) -> None:
    edit(folder, "responses.csv", "pain_points\n", "pain_points,missing,programme\n")
    for line in (
        "0001,2026-04-01,buy,,csat,,not_visited,r",
        "0001,2026-04-01,use,,csat,,,r",
        "ghost,2026-04-01,use,3,csat,,,r",
        "0001,2027-01-01,use,3,csat,,,r",
        "0001,2026-04-01,use,3,csat,,,pulse",
    ):
        append(folder, "responses.csv", line)
    text = (folder / "responses.csv").read_text(encoding="utf-8").splitlines()
    padded = [text[0], *(line if line.count(",") == 7 else f"{line},,r" for line in text[1:])]
    (folder / "responses.csv").write_text("\n".join(padded), encoding="utf-8")
    append(folder, "ledger.csv", "0001,2026Q4,1,")
    source = opened(folder, "survey.programme=r")
    assert account(source, "responses") == {
        "after as_of": 1,
        "another programme": 1,
        "blank score": 1,
        "missing: not_visited": 1,
        "unknown customer": 1,
    }
    assert account(source, "ledger") == {"after as_of": 1}
    assert source.ledger.t.max().execute() == AS_OF
    rows = source.rows[source.rows.table == "responses"]
    assert (rows.rows_in.iloc[0] - rows.rows_used.iloc[0]) == rows.set_aside.sum()


def test_aggregates_carry_the_answers_behind_them(folder: Path) -> None:
    (folder / "responses.csv").write_text(
        "customer_id,responded_at,stage,score,n,metric,scale_min,scale_max\n"
        "0001,2026Q1,buy,71.5,120,rating,0,100\n0002,2026Q1,buy,64,,rating,0,100\n",
        encoding="utf-8",
    )
    source = opened(folder)
    assert source.responses is not None
    assert source.responses.order_by("customer_id").n.execute().tolist() == [120.0, 1.0]
    assert source.responses.scale_max.max().execute() == 100.0


def test_the_shape_is_sites_only_where_nearly_all_are_seen_in_each_period(folder: Path) -> None:
    study = load_study(folder)
    assert open_source(study).shape(study) == "customers"
    kept = [line for line in FILES["ledger.csv"].splitlines() if line[:4] not in CUSTOMERS[::5]]
    (folder / "ledger.csv").write_text("\n".join(kept), encoding="utf-8")
    assert open_source(study).shape(study) == "sites"
    assert open_source(study).shape(load_study(folder, ["study.shape=customers"])) == "customers"


def test_one_period_is_told_as_sites_because_nobodys_leaving_is_known(folder: Path) -> None:
    study = load_study(folder)
    kept = [line for line in FILES["ledger.csv"].splitlines() if "2026Q3" in line or "period" in line]
    (folder / "ledger.csv").write_text("\n".join(kept), encoding="utf-8")
    assert open_source(study).shape(study) == "sites"


def test_nothing_is_written_beside_the_study(folder: Path) -> None:
    before = sorted(folder.iterdir())
    opened(folder)
    assert sorted(folder.iterdir()) == before
