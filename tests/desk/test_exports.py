"""Exports: nothing is taken for a formula, and what is written reads back equal."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.desk.reports import exports
from app.desk.reports import report as reports
from app.desk.reports.exports import Grid, guarded
from app.desk.reports.scope import Names, Scope, names_of, period_of
from app.desk.store import DeskStore
from app.desk.tables import Draft, FollowUp
from app.pipeline import Pipeline
from app.tables import read_rows
from tests.conftest import Run, refused
from tests.desk import fortnight
from tests.desk.fortnight import ZONE

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SCOPE = Scope("demo", period_of("30", "", "", now=NOW, zone=ZONE))
NASTY = ("=1+1", "+86", "-2", "@SUM(A1)", "'=x", "''", "a,b\n“c”", '"q"', "\t=1", "＝全角", " =1", "好\x00\x0b的")


@pytest.fixture(scope="module")
def names(pipeline: Pipeline) -> Names:
    return names_of(pipeline.knowledge, pipeline.shop("demo").counter.shop)


def unguarded(text: str) -> str:
    """Take away what `guarded` put there, as whoever imports the file has to."""
    return text[1:] if re.match(r"'+(?:[\t\r]|\s*[=+\-@＝＋－＠])", text) else text


def back(path: Path) -> list[list[str]]:
    return [[unguarded(cell) for cell in row.cells] for row in read_rows(path)]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=40) | st.from_regex(r"'*\s?[=+@-].*"))
def test_no_text_is_a_formula_and_every_text_comes_back(text: str) -> None:
    safe = guarded(text)
    assert safe.lstrip()[:1] not in tuple("=+-@＝＋－＠")
    if not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", text):
        assert unguarded(safe) == text


@pytest.mark.parametrize("suffix", exports.SUFFIXES)
def test_nasty_cells_come_back(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"cells{suffix}"
    assert exports.write(path, "cells", [["名", "数"], *([text, 1] for text in NASTY)]) == len(NASTY)
    assert [row[0] for row in back(path)[1:]] == [*NASTY[:-1], "好的"]


def grids(store: DeskStore, names: Names) -> dict[str, Grid]:
    with store.read() as session:
        found = reports.report(session, SCOPE, names, NOW)
        tables: dict[str, Grid] = {table.name: list(exports.table_grid(table)) for table in found.tables}
        return tables | {
            "messages": list(exports.messages_grid(session, SCOPE, names, NOW)),
            "outcomes": list(exports.outcomes_grid(session, SCOPE, names)),
            "followups": list(exports.followups_grid(session, SCOPE)),
        }


@pytest.mark.parametrize("suffix", exports.SUFFIXES)
def test_every_table_reads_back_equal(store: DeskStore, names: Names, tmp_path: Path, suffix: str) -> None:
    fortnight.fill(store, None, NOW)
    for name, grid in grids(store, names).items():
        rows = [list(row) for row in grid]
        path = tmp_path / f"{name}{suffix}"
        count = exports.write(path, name, rows)
        assert count == len(rows) - 1 > 1, name
        assert back(path) == [[_said(value) for value in row] for row in rows], name


def _said(value: str | int | float | None) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def test_messages_are_the_filtered_ones_newest_first(store: DeskStore, names: Names) -> None:
    fortnight.fill(store, None, NOW)
    with store.read() as session:
        where = {"intent": ("bargain",)}
        head, *rows = exports.messages_grid(session, SCOPE, names, NOW, where=where, text="便宜", most=5)
    at, intent, text = (list(head).index(name) for name in ("时间", "意图", "买家的话"))
    assert len(rows) == 5
    assert {row[intent] for row in rows} == {"议价"}
    assert all("便宜" in str(row[text]) for row in rows)
    assert [row[at] for row in rows] == sorted((row[at] for row in rows), key=str, reverse=True)


def test_csv_opens_in_excel_as_utf_8() -> None:
    first, *_ = exports.csv_text([["好"]])
    assert first == b"\xef\xbb\xbf\xe5\xa5\xbd\r\n"


# the command


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DeskStore:
    """Fill the store that the command line opens."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    monkeypatch.setenv("MIAOHUI_DATABASE", url)
    store = DeskStore(url)
    fortnight.fill(store, None, datetime.now(UTC), days=3)
    return store


@pytest.mark.parametrize("suffix", exports.SUFFIXES)
def test_the_command_writes_what_the_store_holds(filled: DeskStore, run: Run, tmp_path: Path, suffix: str) -> None:
    for what, table in (("messages", Draft), ("followups", FollowUp)):
        path = tmp_path / f"{what}{suffix}"
        ran = run("export", what, path)
        assert ran.status == 0, ran
        assert f"写好 {path}" in ran.out
        with filled.read() as session:
            known = session.query(table).filter_by(shop="demo").count()
        assert 0 < len(back(path)) - 1 <= known
    filled.close()


def test_the_command_names_what_is_wrong(filled: DeskStore, run: Run, tmp_path: Path) -> None:
    filled.close()
    refused(run("export", "messages", tmp_path / "a.txt"), ".csv", "a.txt")
    refused(run("export", "messages", tmp_path / "no" / "a.csv"), "写不了")
    refused(run("export", "messages", tmp_path / "a.csv", "--since", "soon"), "不是日期")
    refused(run("export", "messages", tmp_path / "a.csv", "--shop", "nowhere"), "没有店铺")
