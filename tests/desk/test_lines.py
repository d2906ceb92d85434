"""A line goes into its intent's file and leaves the rest as it was; what would clash is said before."""

import shutil
from pathlib import Path

import pytest

from app.check import check
from app.desk.masking import Mask
from app.desk.training import line_text
from app.desk.training.lines import LONGEST, TrainingLines, Warned, refusal
from app.errors import DataError, NotFoundError
from app.pipeline import Pipeline
from app.settings import Settings
from app.understand.catalogue import load

FILE = """\
# 谁也不许删这一行
title: 问颜色
definition: 有哪些颜色   # 只问颜色
flow: reception
slots: [product]
examples:
  - 有什么颜色
  # 短的在上面
  - "88"   # 有人只打数字
  - 有红的吗
near_misses:
  - text: 能换个颜色吗
    intent: change_order_item
"""
ODD = [
    "价格: 多少",
    "#1 还有吗",
    "- 有吗",
    '他说"有"',
    "a\\b",
    "是",
    "[图片]有这个颜色吗",
    "有没有粉色的？！",
    "👍这个有吗",
    "*号那款",
    "有,没有",
    "what colour",
    "2024-01-01",
    "~",
    "有没有👨‍👩‍👧的",
]


@pytest.mark.parametrize("line", ODD)
def test_any_line_is_read_back_and_leaves_no_trace_when_taken_out(line: str) -> None:
    fresh = line_text.added(FILE, [line], name="x.yaml")
    assert line_text.read(fresh, name="x.yaml").examples == ("有什么颜色", "88", "有红的吗", line)
    assert fresh.startswith(FILE[: FILE.index("near_misses")])
    assert fresh.endswith(FILE[FILE.index("near_misses") :])
    assert line_text.removed(fresh, [line], name="x.yaml") == FILE


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("examples: [有红的吗]\n", 'examples: [有红的吗, "几号色"]\n'),
        ("examples:\r\n- 有红的吗\r\n", "examples:\r\n- 有红的吗\r\n- 几号色\r\n"),
        ("examples:\n  - 有红的吗", "examples:\n  - 有红的吗\n  - 几号色\n"),
        ("examples:\n  - |-\n    有红的吗\nslots: []\n", "examples:\n  - |-\n    有红的吗\n  - 几号色\nslots: []\n"),
    ],
    ids=["in brackets", "windows", "no newline at the end", "block"],
)
def test_however_a_file_is_written(before: str, after: str) -> None:
    head = "title: 问颜色\ndefinition: 颜色\nflow: reception\n"
    assert line_text.added(head + before, ["几号色"], name="x.yaml") == head + after


def test_a_file_that_cannot_be_read_is_refused_by_name() -> None:
    with pytest.raises(DataError, match=r"x\.yaml"):
        line_text.added(FILE.replace("title", "titel"), ["几号色"], name="x.yaml")


@pytest.mark.parametrize(
    ("text", "line"),
    [(" 有 红的\n吗 ", "有 红的 吗"), ("有\x00红\x1b的\ud800", "有红的"), ("\u2028有\u3000吗", "有 吗")],
)
def test_a_message_becomes_one_line(text: str, line: str) -> None:
    assert line_text.tidy(text) == line


@pytest.fixture
def lines(home: Path, pipeline: Pipeline) -> TrainingLines:
    reader = pipeline.knowledge.reader
    return TrainingLines(Settings(home=home), lambda text: reader.normaliser(text).text, Mask(reader.values))


def kinds(found: tuple[Warned, ...]) -> set[tuple[str, str]]:
    return {(one.kind, one.intent) for one in found}


def test_what_is_odd_is_said(lines: TrainingLines) -> None:
    assert lines.warnings("取消 吧！") == (Warned("same", "cancel_order", "取消吧"),)
    assert ("near_miss", "return_request") in kinds(lines.warnings("老人走了 到手的还没拆 想退给你们"))
    assert kinds(lines.warnings("打13812345678这个电话")) == {("private", "")}
    assert kinds(lines.warnings("电话是138****5678")) == {("private", "")}
    assert kinds(lines.warnings(" \n")) == {("empty", "")}
    assert kinds(lines.warnings("好" * (LONGEST + 1))) == {("too_long", "")}
    assert kinds(lines.warnings("想问一下" + "你们家的这一款手机壳" * 7)) == {("long", "")}
    assert lines.warnings("紫砂壶能泡猫薄荷不") == ()


def test_the_rule_of_check_is_kept(lines: TrainingLines, home: Path) -> None:
    near = "能不能帮我把这一单的地址换成我妈妈家那个"
    lines.add("change_address", [near + "呀"])
    found = lines.warnings(near)
    assert kinds(found) == {("alike", "change_address")}
    assert refusal(found, "change_address") is None
    assert refusal(found, "cancel_order") == found[0]
    lines.add("cancel_order", [near])  # against the warning
    assert any("太像" in one.message for one in check(Settings(home=home)))


def test_check_stays_clean_and_nothing_else_changes(lines: TrainingLines, home: Path) -> None:
    was = {path: path.read_text(encoding="utf-8") for path in (home / "intents").glob("*/*.yaml")}
    changed = lines.add("cancel_order", ["这单我不打算要啦你们撤了呗", "撤: 掉", "取消吧"])
    assert changed is not None
    assert (changed.name, changed.lines) == ("order/cancel_order", ("这单我不打算要啦你们撤了呗", "撤: 掉"))
    now = {path: path.read_text(encoding="utf-8") for path in (home / "intents").glob("*/*.yaml")}
    assert [path.stem for path in was if was[path] != now[path]] == ["cancel_order"]
    assert load(home / "intents")["cancel_order"].file.examples[-2:] == changed.lines
    assert check(Settings(home=home)) == []
    assert lines.add("cancel_order", ["撤:掉"]) is None  # it is there, marks aside
    back = lines.remove("cancel_order", changed.lines)
    assert back is not None
    assert back.text == changed.before


def test_what_changes_on_disk_is_seen(lines: TrainingLines, home: Path) -> None:
    said = "那个啥我想把单子给撤咯"
    assert lines.warnings(said) == ()
    path = home / "intents/order/cancel_order.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(line_text.added(text, [said], name="x"), encoding="utf-8")
    assert kinds(lines.warnings(said)) == {("same", "cancel_order")}
    path.write_text(text, encoding="utf-8")
    assert lines.warnings(said) == ()
    shutil.copy(path, home / "intents/order/other_name.yaml")
    assert ("same", "other_name") in kinds(lines.warnings("取消吧"))
    (home / "intents/order/other_name.yaml").unlink()
    assert kinds(lines.warnings("取消吧")) == {("same", "cancel_order")}


def test_an_unknown_intent_is_refused(lines: TrainingLines) -> None:
    with pytest.raises(NotFoundError, match="no_such_thing"):
        lines.add("no_such_thing", ["有吗"])
