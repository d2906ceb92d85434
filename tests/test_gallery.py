"""What scripts say, read out: one page that holds every script and needs nothing else, and a table."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from app.gallery.collect import collect, spoken_scripts
from app.gallery.listing import figures
from app.gallery.page import render
from app.gallery.sheets import Cell, Gallery, Row, Sheet
from app.outgoing import Finding
from app.pipeline import Knowledge, load_knowledge, open_shop
from app.reply.marked import Wording
from app.reply.policy import UNCLEAR
from app.settings import Settings
from app.shop.load import load_shop
from app.shop.situations import describe, situations
from tests.conftest import Run, refused

TODAY = datetime(2026, 11, 21, 6, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge(Settings())


@pytest.fixture(scope="module")
def gallery(knowledge: Knowledge) -> Gallery:
    return collect(knowledge, "demo", today=TODAY, progress=lambda *_: None)


@pytest.fixture(scope="module")
def page(gallery: Gallery) -> str:
    return render(gallery)


class Reader(HTMLParser):
    """Gather the tags with their attributes, and the text outside scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_needs_nothing_else(page: str) -> None:
    tags = Reader(page).tags
    loads = [value for _, attributes in tags for name, value in attributes.items() if name in ("src", "srcset")]
    links = [str(attributes["href"]) for _, attributes in tags if "href" in attributes]
    assert loads == []
    assert links
    assert {link[0] for link in links} == {"#"}
    assert {link[1:] for link in links} <= {attributes.get("id") for _, attributes in tags}
    assert not {tag for tag, _ in tags} & {"link", "img", "iframe", "object"}
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on") or name == "style"]
    assert not re.search(r"https?:|@import|url\(|fetch\(|eval\(", page)


def test_every_script_is_there_and_says_something(gallery: Gallery, page: str, knowledge: Knowledge) -> None:
    names = {UNCLEAR, *(f"{intent.group}/{intent.name}" for intent in knowledge.catalogue)}
    assert {sheet.name for sheet in gallery.sheets} == names
    assert [sheet.name for sheet in gallery.sheets if not sheet.wordings("brief")] == []
    ids = {attributes.get("id") for _, attributes in Reader(page).tags}
    assert {name.replace("/", "-") for name in names} <= ids
    assert all(intent.title in page and intent.file.definition[:8] in page for intent in knowledge.catalogue)


def test_no_text_is_shown_twice_in_a_style(gallery: Gallery) -> None:
    for sheet in gallery.sheets:
        for style in ("brief", "standard", "soothing"):
            texts = [one.text for one in sheet.wordings(style)]
            assert len(texts) == len(set(texts)), sheet.name


def test_rows_share_out_all_situations_that_a_script_answers(gallery: Gallery) -> None:
    sheet = next(one for one in gallery.sheets if one.name == "logistics/urge_shipment")
    when = " ".join(" ".join(row.when) for row in sheet.rows)
    assert all(words in when for words in ("没有订单", "未付款", "待发货（超时）", "已发出", "生气", "第三次"))
    notes = {note.label for row in sheet.rows for note in row.notes}
    assert {"备注", "待办", "跟进", "决定"} <= notes


def made_up(texts: dict[str, int], finding: Finding | None = None) -> Sheet:
    found = (finding,) if finding else ()
    cells = tuple(
        Cell(style, tuple(Wording(style, f"<b>{at}" + "字" * (size - 4), (), found) for at in range(2)))
        for style, size in texts.items()
    )
    row = Row(1, ("<i>任何时候",), cells, ())
    return Sheet("risk/abuse", "<u>骂", "说&骂", "risk", "risk", False, (row,))


def test_the_table_adds_up(gallery: Gallery, page: str) -> None:
    sheet = made_up({"brief": 31, "standard": 70}, Finding("x", "warn", (0, 2), "别说"))
    assert figures(sheet) == (4, 31, 70, 4, 2)
    assert sheet.too_long
    columns = list(zip(*map(figures, gallery.sheets), strict=True))
    assert (sum(columns[0]), sum(columns[3])) == (gallery.texts, gallery.findings)
    assert sum(sheet.texts for sheets in gallery.groups().values() for sheet in sheets) == gallery.texts
    assert sum(map(len, gallery.parts().values())) == len(gallery.sheets)
    assert len(gallery.long) == sum(1 for column in columns[4] if column)
    assert f"<td>{gallery.texts}</td>" in page


def test_whatever_a_script_says_is_escaped() -> None:
    sheet = made_up({"brief": 10, "standard": 20}, Finding("x", "block", (0, 3), "<s>", "<em>"))
    shown = render(Gallery("demo", "<h6>店", {"平日": "1月1日14:10"}, (sheet,)))
    assert not {tag for tag, _ in Reader(shown).tags} & {"u", "s", "em", "h6"}
    assert not re.search(r"<b>\d字|<i>任", shown)
    assert '<mark class="block" title="&lt;s&gt;">&lt;b&gt;</mark>0字' in shown
    assert "说&amp;骂" in shown


def test_marks_cut_a_text_without_losing_any_of_it() -> None:
    findings = (
        Finding("x", "warn", (0, 2), "甲"),
        Finding("y", "block", (1, 4), "乙"),
        Finding("z", "info", (9, 9), ""),
    )
    one = Wording("brief", "一二三四【日期】五", ("日期",), findings)
    pieces = list(one.pieces())
    assert "".join(piece.text for piece in pieces) == one.text
    assert [piece.text for piece in pieces if piece.mark == "blank"] == ["【日期】"]


def test_situations_are_described_by_what_matters(knowledge: Knowledge) -> None:
    shop = load_shop(knowledge.settings.shops, "demo")
    every = [one.at for one in situations(shop, TODAY)]
    assert len(every) == len(set(every)) == 9 * 3 * 2 * 2 * 3
    among = set(every)
    assert describe(every, among) == ("任何时候",)
    angry = [one for one in every if one[3] == "生气" and one[0] in ("未付款", "已签收")]
    assert describe(angry, among) == ("未付款、已签收 · 生气",)
    assert describe([every[0], every[-1]], among) == (" · ".join(every[0]), " · ".join(every[-1]))


def test_a_shop_without_campaigns_has_ordinary_days_only(home: Path) -> None:
    (home / "shops/demo/promotions.yaml").write_text("[]", encoding="utf-8")
    shop = load_shop(home / "shops", "demo")
    assert {one.at[2] for one in situations(shop, TODAY)} == {"平日"}


def test_scripts_that_answer_no_message_stay_out(knowledge: Knowledge) -> None:
    library = open_shop(knowledge, load_shop(knowledge.settings.shops, "demo")).drafter.scripts
    assert set(spoken_scripts(library, knowledge.catalogue)) <= set(library.names())
    assert {name.split("/")[0] for name in spoken_scripts(library, knowledge.catalogue, "risk")} == {"risk"}


class TestCommand:
    def test_people_read_a_table(self, run: Run) -> None:
        ran = run("scripts", "--group", "review")
        assert (ran.status, ran.err.strip()) == (0, "")
        assert "合计 3 个脚本" in ran.out
        assert "review_help" in ran.out

    def test_the_page_is_written(self, run: Run, tmp_path: Path) -> None:
        ran = run("scripts", "--group", "review", "--html", tmp_path / "deep" / "gallery.html")
        assert ran.status == 0
        assert "3 个脚本" in ran.out
        assert "话术一览" in (tmp_path / "deep" / "gallery.html").read_text(encoding="utf-8")

    def test_wrong_calls_say_what_to_write(self, run: Run, tmp_path: Path) -> None:
        refused(run("scripts", "--shop", "nope"), "没有店铺「nope」", "demo")
        refused(run("scripts", "--group", "nope"), "--group", "logistics")
        refused(run("scripts", "--group", "review", "--html", tmp_path), "--html", str(tmp_path))
