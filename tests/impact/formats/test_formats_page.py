"""The page of formats: every study it shows is taken in as it stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from impact.formats.adapters import FORMATS
from impact.intake import Intake, take_in
from tests.exports import bring, write_export_study
from tests.tiny_study import append

PAGE = Path(__file__).resolve().parents[3] / "docs" / "formats.md"
SECTIONS = {
    heading: block
    for heading, block in re.findall(
        r"^##+ ([^\n]+)\n(?:(?!^##).)*?```toml\n(.*?)```", PAGE.read_text("utf-8"), re.M | re.S
    )
}


def qualtrics(folder: Path) -> None:
    ids = ("endDate", "status", "finished", "customer_number", "QID1", "QID3")
    heads = ",".join('"{""ImportId"":""' + one + '""}"' for one in ids)
    text = f"a,b,c,d,e,f\na,b,c,d,e,f\n{heads}\n"
    text += '2026-02-03 10:00:00,0,1,0001,4,"1,2"\n2026-02-03 10:00:00,0,1,0002,-99,3\n'
    (folder / "qualtrics.csv").write_text(text, encoding="utf-8")


def surveymonkey(folder: Path) -> None:
    bring(folder, "surveymonkey.csv")
    text = (folder / "surveymonkey.csv").read_text(encoding="utf-8").replace("/2022", "/2026")
    (folder / "surveymonkey.csv").write_text(text.replace("C00", "000"), encoding="utf-8")


def spss(folder: Path) -> None:
    answers = {"kunde": ["0001", "0002"], "datum": ["2026-02-03", "2026-02-04"], "f1": [1.0, 8.0]}
    frame = pd.DataFrame(answers | {"r1": [1.0, 0.0], "r2": [0.0, 0.0]})
    missing = {"f1": [{"lo": 8, "hi": 9}]}
    pyreadstat.write_sav(frame, str(folder / "survey.sav"), missing_ranges=missing)


def zendesk(folder: Path) -> None:
    bring(folder, "zendesk")
    rows = {
        "ticket_field_history_data.csv": [
            "\nsatisfaction_score,16988,2026-02-03 10:00:00,2026-06-01,,bad",
            "satisfaction_reason_code,16988,2026-02-03 10:00:00,2026-06-01,,slow answer",
        ],
        "user_data.csv": ["\n1500656884401" + "," * 9 + "0001" + "," * 22],
    }
    for name, lines in rows.items():
        for line in lines:
            append(folder, f"zendesk/{name}", line)


def stripe(folder: Path) -> None:
    (folder / "stripe").mkdir()
    files = {
        "invoice": "id,customer_id,currency,status,total\ni,cus_1,eur,paid,36500\n",
        "invoice_line_item": "invoice_id,amount,period_start,period_end\ni,36500,2026-01-01,2027-01-01\n",
        "customer": 'id,created,metadata\ncus_1,2024-05-01 10:00:00,"{""external_id"": ""0001""}"\n',
    }
    for name, text in files.items():
        (folder / "stripe" / f"{name}.csv").write_text(text, encoding="utf-8")


def text_file(name: str, text: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / name).write_text(text, encoding="utf-8")

    return write


BRINGS: dict[str, tuple[str, int, Callable[[Path], None]]] = {
    "Qualtrics": ("responses", 1, qualtrics),
    "SurveyMonkey": ("responses", 1, surveymonkey),
    "SPSS": ("responses", 1, spss),
    "Zendesk": ("responses", 1, zendesk),
    "Stripe": ("ledger", 3, stripe),
    "Event logs": ("events", 4, lambda folder: bring(folder, "events.csv")),
    "Medallia": (
        "responses",
        1,
        text_file(
            "medallia.csv",
            "surveyid,a_customer_id,e_responsedate,a_touchpoint,q_osat,metric\n9,0001,2026-02-03,buy,4,csat\n",
        ),
    ),
    "Salesforce": (
        "incidents",
        1,
        text_file("cases.csv", "AccountId,CreatedDate,Pain_Point__c\n0001,2026-02-03T10:15:00.000+0000,slow\n"),
    ),
    "Delighted": (
        "responses",
        1,
        text_file(
            "delighted.csv",
            "id,created_at,survey_type,score,touchpoint,customer_id\n1,2026-02-03 10:00:00 UTC,nps,9,buy,0001\n",
        ),
    ),
    "GA4": (
        "events",
        1,
        text_file(
            "ga4.csv",
            "user_id,event_name,occurred_at\n0001,purchase,2026-02-03T10:00:00Z\n,login,2026-02-03T10:00:00Z\n",
        ),
    ),
}


def taken_in(folder: Path, heading: str) -> Intake:
    snippet = SECTIONS[heading].removeprefix("[data]\n")
    BRINGS[heading][2](write_export_study(folder, snippet))
    return take_in(folder)


@pytest.mark.parametrize("heading", BRINGS)
def test_the_study_of_a_section_is_taken_in_as_it_stands(tmp_path: Path, heading: str) -> None:
    table, used, _ = BRINGS[heading]
    rows = taken_in(tmp_path, heading).source.rows
    assert set(rows.rows_used[rows.table == table]) == {used}


def test_every_section_with_a_study_is_tried_and_every_format_has_one() -> None:
    assert set(SECTIONS) == set(BRINGS)
    assert all(any(f'"{name}"' in block for block in SECTIONS.values()) for name in FORMATS)
