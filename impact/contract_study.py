"""Where the study file and the tables disagree: as_of, controls, size, programmes and scales."""

from __future__ import annotations

from impact.engine_faults import long_name
from impact.errors import Finding
from impact.journey import Journey
from impact.periods import period_label
from impact.source import Source
from impact.study import Study
from impact.study_faults import nearest


def study_faults(source: Source, study: Study) -> tuple[Finding, ...]:
    """Every setting that the tables cannot answer."""
    findings = [*_empty(source), *_as_of(source, study), *_columns(source, study), *_size_type(source, study)]
    if "responses" in source.staged:
        findings += [*_programmes(source, study), *_scales(source)]
    return tuple(findings)


def long_ids(source: Source, study: Study, journey: Journey) -> list[Finding]:
    """A finding for each id that would name a column of the engine and is longer than it keeps."""
    most = source.engine.longest_id
    named = (
        *journey.stage_ids(),
        *journey.pain_ids(),
        *study.model.controls,
        *study.study.report_by,
        study.model.size or "",
        study.model.cluster or "",
    )
    return [long_name(name, most) for name in named if most is not None and len(name.encode()) > most]


def _empty(source: Source) -> list[Finding]:
    totals = source.rows.groupby("table").rows_in.first()
    return [
        Finding(
            code="D319",
            place=source.files[str(name)],
            found=f"{name} has no rows",
            allowed="1 row or more",
            remedy="check the export",
        )
        for name, rows in totals.items()
        if rows == 0
    ]


def _as_of(source: Source, study: Study) -> list[Finding]:
    staged = source.staged["ledger"]
    at = (staged.t == study.as_of).ifelse(1, 0).sum()
    seen = staged.filter(staged.t.notnull()).aggregate(first=staged.t.min(), last=staged.t.max(), at=at).execute()
    if seen["first"].isna()[0] or int(seen["at"][0]) > 0:
        return []
    first, last = (period_label(int(seen[name][0]), study.period_kind) for name in ("first", "last"))
    return [
        Finding(
            code="D312",
            place="study.toml: [study].as_of",
            found=f"{study.study.as_of} has no row in the ledger ({source.files['ledger']})",
            allowed=f"a period with rows, {first} to {last}",
            remedy=f'set as_of to the last complete period, for example "{last}"',
        )
    ]


def _columns(source: Source, study: Study) -> list[Finding]:
    canonical = (set(source.ledger.columns) | set(source.customers.columns)) - {"t", "joined_t"}
    known = canonical | ({"tenure"} if "joined_at" in source.present.get("customers", ()) else set())
    asked = [("model", "controls", name, known) for name in study.model.controls]
    asked += [("study", "report_by", name, canonical) for name in study.study.report_by]
    if study.model.size:
        asked.append(("model", "size", study.model.size, set(source.ledger.columns)))
    if study.model.cluster:
        asked.append(("model", "cluster", study.model.cluster, canonical))
    findings = []
    for section, key, name, columns in asked:
        if name not in columns:
            near = "" if name == "tenure" else nearest(name, sorted(columns))
            findings.append(
                Finding(
                    code="D313",
                    place=f"study.toml: [{section}].{key}",
                    found=f"there is no column {name!r}",
                    allowed="a column of the ledger" + ("" if key == "size" else " or of customers"),
                    remedy=f"did you mean {near}?" if near else _add_column(name),
                )
            )
    return findings


def _add_column(name: str) -> str:
    if name == "tenure":
        return "add joined_at to customers, or take tenure out of [model] controls"
    return "add the column, or take the name out"


def _size_type(source: Source, study: Study) -> list[Finding]:
    size = study.model.size
    if size not in source.ledger.columns or source.ledger[size].type().is_numeric():
        return []
    return [
        Finding(
            code="D303",
            place=f"{source.files['ledger']} {size}",
            found=f"{size} is not a number in each row",
            allowed="a number above 0 in each row",
            remedy="correct the cells that are texts",
        )
    ]


def _programmes(source: Source, study: Study) -> list[Finding]:
    asked, staged = study.survey.programme, source.staged["responses"]
    if asked is None and "programme" not in source.present["responses"]:
        return []
    found = staged.filter(staged.programme.notnull()).select("programme").distinct().execute().programme
    names = sorted(str(name) for name in found)
    if (asked is None and len(names) <= 1) or (asked is not None and asked in names):
        return []
    return [
        Finding(
            code="D314",
            place=f"{source.files['responses']} programme",
            found=f"no answer is of programme {asked!r}" if asked else f"{len(names)} survey programmes in one table",
            allowed=", ".join(names[:12]) or "the table has no programme",
            remedy="name one of them: [survey] programme" if names else "take [survey] programme out",
        )
    ]


def _scales(source: Source) -> list[Finding]:
    if source.responses is None:
        return []
    scaled = source.responses.filter(source.responses.scale_max.notnull())
    scales = scaled.select("stage", "scale_min", "scale_max").distinct()
    counted = scales.group_by("stage").aggregate(scales=lambda t: t.count())
    several = counted.filter(counted.scales > 1).order_by("stage").limit(12).execute()
    return [
        Finding(
            code="D315",
            place=f"{source.files['responses']} {stage}",
            found=f"the stage {stage!r} is scored on {int(count)} scales",
            allowed="one scale a stage",
            remedy="keep one scale, or give the other its own stage",
        )
        for stage, count in zip(several.stage, several.scales, strict=True)
    ]
