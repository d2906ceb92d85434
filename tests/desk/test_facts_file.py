"""Changing a shop's YAML and CSV files leaves alone what was not changed, and writes only what is right."""

import copy
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.desk import revisions
from app.desk.facts import table_file
from app.desk.facts.facts_file import revise
from app.desk.facts.facts_form import at_fields, content, fields, local, repeated, shown
from app.desk.facts.promotion_calendar import beside, listed, month_of, weeks
from app.desk.facts.shop_files import FILES, ShopFiles, mark
from app.desk.store import DeskStore
from app.errors import DataError, MiaohuiError, NotFoundError, Problem, RequestError
from app.settings import Settings
from app.shop.facts import Product, Promotion, Shop
from app.shop.load import load_shop
from app.strict_yaml import load_text

SHOPS = Settings().shops
SHOP_TEXT = (SHOPS / "demo" / "shop.yaml").read_text(encoding="utf-8")
PROMOTIONS_TEXT = (SHOPS / "demo" / "promotions.yaml").read_text(encoding="utf-8")
ZONE = ZoneInfo("Asia/Shanghai")


def raw(text: str) -> Any:
    return load_text(text, name="t.yaml")


def lost(before: str, after: str) -> list[str]:
    """List the lines that are gone."""
    kept = after.splitlines()
    return [line for line in before.splitlines() if line not in kept]


class TestRevise:
    def test_a_changed_value_changes_its_line_alone(self) -> None:
        wanted = raw(SHOP_TEXT)
        wanted["shipping"]["cutoff"] = "17:30"
        assert lost(SHOP_TEXT, revise(SHOP_TEXT, wanted, name="t")) == ["  cutoff: 16:00"]

    @pytest.mark.parametrize(
        ("before", "change", "after"),
        [
            ("a: 1 # why\nb: 2\n", {"a": "3", "b": "2"}, "a: 3 # why\nb: 2\n"),
            ("a: 1\n# end", {"a": "1", "c": "x: y"}, 'a: 1\nc: "x: y"\n# end\n'),
            ("a: 1\nb:\n  c: 1 # c\n\n# d\nd: 4\n", {"a": "1", "b": {"c": "1", "e": "5"}, "d": "4"},
             "a: 1\nb:\n  c: 1 # c\n  e: 5\n\n# d\nd: 4\n"),
            ("l: [a, b]\n", {"l": ["a", "b", "c, d"]}, 'l: [a, b, "c, d"]\n'),
            ("l:\n  - a # one\n  - b\n# m\nm: 1\n", {"l": ["a", "c", "d"], "m": "1"},
             "l:\n  - a # one\n  - c\n  - d\n# m\nm: 1\n"),
            ("l:\n- a\n- b # gone\n- c\n", {"l": ["a", "c"]}, "l:\n- a\n- c\n"),
            ("m:\n  a: 1\n  b: 2\nz: 1\n", {"m": {}, "z": "1"}, "m: {}\nz: 1\n"),
            ("m: {}\nz: 1\n", {"m": {"a": "1"}, "z": "1"}, "m: {a: 1}\nz: 1\n"),
            ("a:\nb: 1\n", {"a": "x", "b": "1"}, "a: x\nb: 1\n"),
            ("a: x\nb: 1\n", {"a": "", "b": "1"}, 'a: ""\nb: 1\n'),
            ('a: "x"\n', {"a": "{y}"}, 'a: "{y}"\n'),
            ("a: |\n  long\n  text\nb: 1\n", {"a": "short", "b": "1"}, "a: short\nb: 1\n"),
            ("", [{"id": "x", "l": ["1"]}], "- id: x\n  l: [1]\n"),
            ("- id: a\n  t: 1\n", [{"id": "a", "t": "1"}, {"id": "b"}], "- id: a\n  t: 1\n\n- id: b\n"),
            ("- id: a\n  t: 1\n\n# about b\n- id: b\n", [{"id": "b"}], "# about b\n- id: b\n"),
        ],
    )  # fmt: skip
    def test_keeps_comments_order_and_style(self, before: str, change: Any, after: str) -> None:
        assert revise(before, change, name="t") == after

    def test_a_promotion_comes_and_goes_without_a_trace(self) -> None:
        entries = raw(PROMOTIONS_TEXT)
        added = revise(PROMOTIONS_TEXT, [*entries, {"id": "n", "cuts": [{"over": "9", "off": "1"}]}], name="t")
        assert added == PROMOTIONS_TEXT + "\n- id: n\n  cuts: [{over: 9, off: 1}]\n"
        assert lost(PROMOTIONS_TEXT, revise(PROMOTIONS_TEXT, entries[:2] + entries[3:], name="t"))[0] == (
            "- id: flash-2026-12-12"
        )

    @settings(max_examples=60)
    @given(data=st.data())
    def test_reads_back_as_wanted_whatever_is_typed(self, data: st.DataObject) -> None:
        words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8).map(str.strip)
        wanted = raw(SHOP_TEXT)
        wanted["name"] = data.draw(words)
        wanted["shipping"]["far"] = data.draw(st.dictionaries(words, words, max_size=4))
        wanted["couriers"]["refused"] = data.draw(st.lists(words, max_size=3))
        wanted["gift_tiers"] = data.draw(
            st.lists(st.fixed_dictionaries({"over": words, "sku": words, "name": words}), max_size=3)
        )
        changed = revise(SHOP_TEXT, copy.deepcopy(wanted), name="t")
        assert raw(changed) == wanted
        comments = [line for line in SHOP_TEXT.splitlines() if line.lstrip().startswith("#")]
        assert [line for line in comments if line not in changed.splitlines()] == []

    def test_says_where_a_file_is_written_too_oddly(self) -> None:
        with pytest.raises(RequestError, match=r"t\.yaml"):
            revise("a: &x [1, 2]\nb: *x\n", {"a": ["1", "3"], "b": ["4"]}, name="t.yaml")


class TestForm:
    def test_posting_what_is_shown_changes_nothing(self) -> None:
        for model, before in ((Shop, raw(SHOP_TEXT)), *((Promotion, one) for one in raw(PROMOTIONS_TEXT))):
            asked = fields(model)
            posted: dict[str, list[str]] = {}
            for field in asked:
                value = shown(field, before)
                if field.shape == "list":
                    posted[field.key] = ["", *value, ""]
                elif field.shape == "table":
                    posted[f"{field.key}~key"] = ["", *(name for name, _ in value)]
                    posted[f"{field.key}~value"] = ["", *(one for _, one in value)]
                elif field.shape == "rows":
                    for inner in field.inner:
                        posted[f"{field.key}~{inner.key}"] = ["", *(row[inner.key] for row in value)]
                elif field.shape == "duration":
                    posted[field.key], posted[f"{field.key}~unit"] = [value[:-1]], [value[-1]]
                else:
                    posted[field.key] = [local(value, ZONE) if field.shape == "moment" else value]
            assert content(asked, posted, before, zone=ZONE) == before

    def test_moments_are_of_the_shops_own_zone(self) -> None:
        made = content(fields(Promotion), {"start": ["2026-12-10T20:00"], "end": ["soon"]}, {}, zone=ZONE)
        assert made == {"start": "2026-12-10T20:00:00+08:00", "end": "soon"}

    def test_what_stands_twice_is_named(self) -> None:
        posted = {"shipping.far~key": ["新疆", "西藏", "新疆"], "shipping.far~value": ["1", "2", "3"]}
        assert repeated(fields(Shop), posted) == {"shipping.far": ["「新疆」写了两行，删掉一行"]}
        made = content(fields(Shop), posted, {})
        assert list(made["shipping"]["far"].values()) == ["1", "2", "3"]

    def test_problems_find_their_fields(self) -> None:
        problems = [
            Problem("demo/shop.yaml", "shipping.fee", "A"),
            Problem("demo/shop.yaml", "gift_tiers.1.over", "B"),
            Problem("demo/shop.yaml", "authority.goodwill", "C"),
            Problem("demo/faq.csv", "shipping.fee", "D"),
        ]
        by_key, others = at_fields(fields(Shop), problems, "demo/shop.yaml")
        assert by_key["shipping.fee"] == ["A"]
        assert by_key["gift_tiers"] == ["第 2 条 over：B"]
        assert [key for key, texts in by_key.items() if "C" in texts] == ["authority.goodwill.min"]
        assert others == ["demo/faq.csv: shipping.fee: D"]


class TestShopFiles:
    def test_writes_only_what_loads(self, home: Path) -> None:
        files, path = ShopFiles(home / "shops"), home / "shops" / "demo" / "shop.yaml"
        before = files.read("demo", "facts")
        with pytest.raises(DataError, match="cutoff"):
            files.change("demo", "facts", before.replace("cutoff: 16:00", "cutoff: 4pm"), seen=mark(before))
        assert path.read_text(encoding="utf-8") == before
        files.change("demo", "facts", before.replace("cutoff: 16:00", "cutoff: 17:00"), seen=mark(before))
        assert load_shop(home / "shops", "demo").facts.shipping.cutoff == "17:00"
        assert [one.name for one in path.parent.iterdir() if one.name.startswith(".")] == []

    def test_keeps_the_rights_of_the_file(self, home: Path) -> None:
        files, path = ShopFiles(home / "shops"), home / "shops" / "demo" / "shop.yaml"
        path.chmod(0o640)
        text = files.read("demo", "facts")
        files.change("demo", "facts", text + "# 完\n", seen=mark(text))
        assert stat.S_IMODE(path.stat().st_mode) == 0o640

    def test_refuses_what_was_made_on_another_text(self, home: Path) -> None:
        files = ShopFiles(home / "shops")
        text = files.read("demo", "facts")
        with pytest.raises(RequestError, match="刚被别人改过"):
            files.change("demo", "facts", text + "# 完\n", seen=mark("older"))
        assert files.read("demo", "facts") == text

    @pytest.mark.parametrize("kind", ["facts", "faq"])
    def test_puts_the_old_text_back_where_the_shop_cannot_be_used(self, home: Path, kind: Any) -> None:
        def fail(_shop: str) -> None:
            raise RequestError("no", "no")

        path = home / "shops" / "demo" / FILES[kind]
        if kind == "faq":
            path.unlink()
        files = ShopFiles(home / "shops")
        before = files.read("demo", kind)
        with pytest.raises(MiaohuiError):
            files.change("demo", kind, before or "asks,answer,sku\n", seen=mark(before), then=fail)
        assert files.read("demo", kind) == before
        assert path.exists() is (kind == "facts")

    def test_names_no_place_outside_the_shops(self, home: Path) -> None:
        with pytest.raises(NotFoundError):
            ShopFiles(home / "shops").read("../intents", "facts")


class TestTableFile:
    TEXT = '\ufeffasks,answer,sku\r\n"a|b",x,\r\nc,"d, e",S1\r\n'

    def test_only_the_changed_row_changes(self) -> None:
        table = table_file.read(self.TEXT, name="t", columns=())
        assert table.text() == self.TEXT
        assert table.put(1, {"answer": "f"}).text() == self.TEXT.replace('c,"d, e",S1', "c,f,S1")
        assert table.put(0, dict(table.records[0].cells)).text() == self.TEXT
        assert table.drop([0]).text() == self.TEXT.replace('"a|b",x,\r\n', "")
        assert table.put(None, {"asks": "q,r"}).text() == self.TEXT + '"q,r",,\r\n'

    def test_the_shipped_tables_come_back_as_they_lie(self) -> None:
        for name in ("products.csv", "faq.csv"):
            text = (SHOPS / "demo" / name).read_bytes().decode()
            assert table_file.read(text, name=name, columns=()).text() == text

    def test_cells_come_back_from_a_form(self) -> None:
        asked = fields(Product)
        text = (SHOPS / "demo" / "products.csv").read_text(encoding="utf-8")
        for record in table_file.read(text, name="t", columns=()).records:
            again = table_file.packed(asked, table_file.unpacked(asked, record.cells))
            assert {key: value for key, value in again.items() if value} == {
                key: value for key, value in record.cells.items() if value
            }
        assert list(table_file.unfit(asked, {"attributes": {"a": "b|c"}, "name": "n", "aliases": []})) == ["attributes"]


def promotion(name: str, start: str, end: str, kind: str = "campaign", **more: Any) -> Promotion:
    zone = "T00:00:00+08:00"
    return Promotion.model_validate(
        {"id": name, "title": name, "kind": kind, "start": start + zone, "end": end + zone, "text": "t", **more}
    )


class TestCalendar:
    NOW = datetime(2026, 12, 11, tzinfo=UTC)

    def test_tells_state_and_what_runs_at_the_same_time(self) -> None:
        found = listed(
            [
                promotion("late", "2026-12-20", "2026-12-22"),
                promotion("b", "2026-12-11", "2026-12-14", prices={"S": "1"}),
                promotion("a", "2026-12-10", "2026-12-12", prices={"S": "2", "T": "1"}),
                promotion("old", "2026-11-01", "2026-12-10"),
                promotion("always", "2026-01-01", "2027-01-01", "standing"),
            ],
            self.NOW,
        )
        assert [(one.promotion.id, one.state, one.beside, one.priced_twice) for one in found] == [
            ("always", "running", (), ()),
            ("old", "ended", (), ()),
            ("a", "running", ("b",), ("S",)),
            ("b", "running", ("a",), ("S",)),
            ("late", "coming", (), ()),
        ]

    def test_days_are_of_the_shops_own_zone(self) -> None:
        found = listed([promotion("a", "2026-12-10", "2026-12-12")], self.NOW)
        month = weeks(month_of("2026-12", self.NOW.date()), found, ZONE, self.NOW.date())
        running = [day.day.day for week in month for day in week if day.running]
        assert running == [10, 11]
        assert {len(week) for week in month} == {7}
        assert [day.day.day for week in month for day in week if day.today] == [11]

    def test_months_follow_each_other(self) -> None:
        assert month_of("nonsense", self.NOW.date()).isoformat() == "2026-12-01"
        assert beside(month_of("2026-12", self.NOW.date())) == ("2026-11", "2027-01")


class TestRevisions:
    def change(self, text: str, before: str | None = None, **more: Any) -> revisions.Change:
        return revisions.Change("demo", "facts", "shop.yaml", text, datetime.now(UTC), before=before, **more)

    def test_each_state_is_compared_with_the_one_before(self, store: DeskStore) -> None:
        store.write(revisions.record(self.change("a\nb\n", agent="小林"), self.change("a\nc\n"))).result()
        with store.read() as session:
            last, first = revisions.history(session, "demo", ["facts"])
        assert [(line.sign, line.text) for line in last.lines] == [(" ", "a"), ("-", "b"), ("+", "c")]
        assert (last.added, last.removed, first.agent) == (1, 1, "小林")

    def test_what_somebody_else_left_is_kept_first(self, store: DeskStore) -> None:
        store.write(revisions.record(self.change("b\n", before="by hand\n"))).result()
        store.write(revisions.record(self.change("c\n", before="b\n"))).result()
        with store.read() as session:
            entries = revisions.history(session, "demo", ["facts"])
            texts = [revisions.find(session, "demo", one.id).text for one in entries]
        assert texts == ["c\n", "b\n", "by hand\n"]
        assert entries[-1].note == revisions.FOUND

    def test_shops_do_not_see_each_others(self, store: DeskStore) -> None:
        store.write(revisions.record(self.change("a\n"))).result()
        with store.read() as session:
            assert revisions.history(session, "other", ["facts"]) == []
            with pytest.raises(NotFoundError):
                revisions.find(session, "other", 1)
