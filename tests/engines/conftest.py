"""How the tests' Spark is set up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def hurried_spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Spark that interprets its plans: to compile each of them takes longer than these few rows."""
    folder = tmp_path_factory.mktemp("spark")
    settings = (
        "spark.driver.memory 6g",  # one session serves every test, and each leaves its cached tables
        "spark.sql.codegen.wholeStage false",
        "spark.sql.codegen.factoryMode NO_CODEGEN",
        f"spark.sql.warehouse.dir {folder / 'warehouse'}",
    )
    (folder / "spark-defaults.conf").write_text("\n".join(settings) + "\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(folder))
        yield
