"""A shop's own table of goods: what is understood, what is faulted, and that exactly what was shown is written."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from app.desk.facts.product_columns import clean, keep, rows_of
from app.desk.facts.product_import import Mode, Plan, plan
from app.desk.facts.shop_files import ShopFiles
from app.desk.revisions import history
from app.desk.store import DeskStore
from app.errors import RequestError
from app.shop.load import load_shop
from tests.conftest import Run

NEW = "货号,商品ID,简称,标题,品类,价格,库存\nNEW1,77001,小风扇,桌面小风扇静音,小家电,¥19.90,30件\n"


def planned(home: Path, table: str | bytes, mode: Mode = "merge", name: str = "t.csv") -> Plan:
    files = ShopFiles(home / "shops")
    data = table.encode() if isinstance(table, str) else table
    rows = rows_of(keep(home, "upload", name, data))
    return plan(rows, files.read("demo", "products"), mode, lambda text: files.check("demo", "products", text))


def sheet(*rows: tuple[Any, ...]) -> bytes:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def changes(found: Plan) -> list[tuple[str, str, str, str]]:
    return [(one.sku, each.field, each.before, each.after) for one in found.changed for each in one.changes]


def faults(found: Plan) -> list[tuple[int, str]]:
    return [(one.row, one.column) for one in found.faults]


class TestPlan:
    def test_a_few_columns_change_only_themselves(self, home: Path) -> None:
        found = planned(home, "商家编码,售价（元）,库存数量,仓位\nLS001,52.9,860,A\nLS002,29.9,0,A\n")
        assert changes(found) == [("LS001", "price", "49.90", "52.9"), ("LS002", "stock", "430", "0")]
        assert [(one.title, one.key) for one in found.columns][2:] == [("库存数量", "stock"), ("仓位", "")]
        assert (len(found.missing), found.unchanged, found.faults) == (52, 0, ())
        before = (home / "shops" / "demo" / "products.csv").read_text(encoding="utf-8").splitlines()
        after = found.text.splitlines()
        assert [at for at, (old, new) in enumerate(zip(before, after, strict=True)) if old != new] == [1, 2]
        assert after[1] == before[1].replace("49.90,860", "52.9,860")

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    @pytest.mark.parametrize("mark", [",", "\t", ";"])
    def test_encodings_and_marks(self, home: Path, encoding: str, mark: str) -> None:
        found = planned(home, NEW.replace(",", mark).encode(encoding))
        assert found.faults == ()
        (new,) = found.new
        assert (new.sku, new.name, new.row) == ("NEW1", "小风扇", 2)
        assert {each.field: each.after for each in new.changes}["price"] == "19.90"

    def test_a_workbook_with_a_title_above_and_numbers_in_cells(self, home: Path) -> None:
        data = sheet(
            ("商品导出表",), (), ("商品ID", "一口价", "库存"), (617204835101, 49.9, 860), (617204835102, 30, 1)
        )
        found = planned(home, data, name="导出.xlsx")
        assert changes(found) == [("LS002", "price", "29.90", "30"), ("LS002", "stock", "430", "1")]
        assert found.unchanged == 1

    def test_the_shops_own_file_changes_nothing(self, home: Path) -> None:
        path = home / "shops" / "demo" / "products.csv"
        for mode in ("merge", "replace"):
            found = planned(home, path.read_bytes(), mode)  # type: ignore[arg-type]
            assert found.empty
            assert (found.faults, found.missing, found.unchanged) == ((), (), 54)
            assert found.text == path.read_text(encoding="utf-8")

    def test_replacing_removes_what_the_table_lacks(self, home: Path) -> None:
        path = home / "shops" / "demo" / "products.csv"
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("FS005")]
        table = "\n".join(line.replace("FS005|", "").replace("|FS005", "") for line in lines)
        found = planned(home, table, "replace")
        assert [one.sku for one in found.missing] == ["FS005"]
        assert [one.column for one in found.faults] == ["faq.csv 棉拖偏小吗"]
        (home / "shops" / "demo" / "faq.csv").unlink()
        found = planned(home, table, "replace")
        assert found.faults == ()
        assert "\nFS005," not in found.text

    def test_what_other_files_need_cannot_be_removed(self, home: Path) -> None:
        found = planned(home, NEW, "replace")
        assert any("promotions.yaml" in one.column and "LS002" in one.message for one in found.faults)
        assert found.text.count("\n") == 2

    def test_every_fault_has_its_row_and_column(self, home: Path) -> None:
        table = (
            "货号,简称,标题,品类,价格,库存,无理由退货,属性\n"
            "LS001,每日坚果,坚果,零食,十元,-3,也许,材质\n\n"
            ",没货号,标题,零食,1,1,是,\n"
            "LS001,再来,标题,零食,1,1,是,\n"
            "6.17E+11,科学,标题,零食,1,1,是,\n"
            "NEW1,,标题,零食,1,1,是,\n"
        )
        found = planned(home, table)
        assert faults(found) == [
            (2, "属性"), (2, "价格"), (2, "库存"), (2, "无理由退货"),
            (4, "货号"), (5, "货号"), (6, "货号"), (7, "简称"),
        ]  # fmt: skip
        assert found.text == (home / "shops" / "demo" / "products.csv").read_text(encoding="utf-8")

    def test_faults_of_the_whole_shop_name_the_row(self, home: Path) -> None:
        found = planned(
            home, NEW.replace("小风扇,", "琥珀核桃仁,").replace("库存", "库存,搭配").replace("30件", "30件,NOPE")
        )
        assert {(one.row, one.column) for one in found.faults} == {(2, ""), (2, "搭配")}

    @pytest.mark.parametrize(
        ("table", "word"),
        [
            ("", "表是空的"),
            ("货号,价格\n", "没有商品"),
            ("甲,乙\n1,2\n", "表头"),
            ("货号,售价,价格\nLS001,1,2\n", "同一项"),
        ],
    )
    def test_tables_that_cannot_be_used(self, home: Path, table: str, word: str) -> None:
        found = planned(home, table)
        assert word in found.faults[0].message
        assert not found.new + found.changed

    @pytest.mark.parametrize(
        ("name", "data"), [("t.pdf", b"%PDF"), ("t.xlsx", b"broken"), ("t.csv", b"\xff\xfe\x00"), ("t.csv", b'a,"b\n')]
    )
    def test_files_that_are_no_tables(self, tmp_path: Path, name: str, data: bytes) -> None:
        with pytest.raises(RequestError):
            rows_of(keep(tmp_path, "upload", name, data))

    @pytest.mark.parametrize(
        ("cell", "shape", "written"),
        [
            ("￥1,299.00 元", "money", "1299.00"),
            ("30 件", "count", "30"),
            ("√", "flag", "是"),
            ("不支持", "flag", "否"),
            ("坚果、核桃，仁", "list", "坚果|核桃|仁"),
            ("材质：棉｜颜色＝白", "table", "材质=棉|颜色=白"),
        ],
    )
    def test_cells_are_written_as_the_shop_does(self, cell: str, shape: str, written: str) -> None:
        assert clean(cell, shape) == written

    def test_the_mark_stands_for_exactly_this_plan(self, home: Path) -> None:
        table = "货号,库存\nLS001,1\n"
        assert planned(home, table).mark == planned(home, table).mark
        assert planned(home, table).mark != planned(home, table, "replace").mark
        assert planned(home, table).mark != planned(home, "货号,库存\nLS001,2\n").mark


class TestCommand:
    @pytest.fixture
    def database(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
        url = f"sqlite:///{tmp_path / 'own.db'}"
        monkeypatch.setenv("MIAOHUI_DATABASE", url)
        return url

    def test_a_dry_run_shows_and_writes_nothing(self, own_home: Path, run: Run, database: str) -> None:
        path = own_home / "shops" / "demo" / "products.csv"
        before = path.read_bytes()
        (own_home / "t.csv").write_text("货号,库存,仓位\nLS001,7,A\n", encoding="gb18030")
        ran = run("import", "products", own_home / "t.csv", "--shop", "demo", "--dry-run")
        assert (ran.status, path.read_bytes()) == (0, before)
        assert all(word in ran.out for word in ("LS001", "库存", "860", "7", "什么都没有写"))
        assert "仓位" in ran.err

    def test_applies_and_remembers(self, own_home: Path, run: Run, database: str) -> None:
        (own_home / "t.csv").write_text(NEW, encoding="utf-8")
        ran = run("import", "products", own_home / "t.csv", "--json")
        body = json.loads(ran.out)
        assert (ran.status, body["written"], [one["sku"] for one in body["new"]]) == (0, True, ["NEW1"])
        assert load_shop(own_home / "shops", "demo").products["NEW1"].stock == 30
        store = DeskStore(database)
        with store.read() as session:
            entries = history(session, "demo", ["products"])
        store.close()
        assert [one.note for one in entries] == ["导入 t.csv", "改动前"]
        assert entries[0].added == 1

    def test_faults_end_with_status_1_and_nothing_written(self, own_home: Path, run: Run, database: str) -> None:
        path = own_home / "shops" / "demo" / "products.csv"
        before = path.read_bytes()
        (own_home / "t.csv").write_text("货号,价格\nLS001,贵\n", encoding="utf-8")
        ran = run("import", "products", own_home / "t.csv")
        assert (ran.status, path.read_bytes()) == (1, before)
        assert "第 2 行 价格" in ran.out

    def test_a_missing_file_or_shop_is_named(self, own_home: Path, run: Run, database: str) -> None:
        assert "nope.csv" in run("import", "products", "nope.csv").err
        (own_home / "t.csv").write_text(NEW, encoding="utf-8")
        ran = run("import", "products", own_home / "t.csv", "--shop", "nope")
        assert (ran.status, "nope" in ran.err) == (2, True)
