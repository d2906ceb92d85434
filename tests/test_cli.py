"""The command line: what it prints, what it refuses, and the status it exits with."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Ran, Run, refused

ASKED = ["几点发货", "能开发票吗", "收到少了一袋"]


WRONG_DRAFTS = {
    "empty": (("",), "消息是空的"),
    "too long": (("好" * 2001,), "最多 2000 字"),
    "half a character": (("\udcff发货",), "残缺"),
    "unknown shop": (("a", "--shop", "../demo"), "没有店铺「../demo」，现有：demo"),
    "unknown order": (("a", "--order", "lost"), "读不到 lost"),
    "order is a folder": (("a", "--order", "."), "--order"),
    "long product": (("a", "--product", "x" * 101), "product"),
}


@pytest.mark.usefixtures("pipeline")
class TestDraft:
    def test_people_read_drafts_and_what_to_do(self, run: Run) -> None:
        ran = run("draft", "几点发货")
        assert ran.status == 0
        assert ran.err == ""
        assert all(style in ran.out for style in ("简短", "标准", "安抚"))
        assert "发货时间" in ran.out
        assert "待办" in ran.out
        assert "交接" not in ran.out

    def test_people_read_what_to_hand_over(self, run: Run) -> None:
        ran = run("draft", "给500我就不举报你", "--order", "signed")
        assert (ran.status, ran.err) == (0, "")
        assert all(line in ran.out for line in ("交接", "订单：已签收", "诉求：投诉升级", "要主管定"))

    def test_programs_read_what_the_api_answers(self, run: Run) -> None:
        ran = run("draft", "收到少了一袋", "--json")
        body = json.loads(ran.out)
        assert ran.status == 0
        assert body["intents"][0]["name"] == "missing_item"
        assert [one["style"] for one in body["drafts"]] == ["brief", "standard", "soothing"]
        assert body["shop"] == "demo"

    def test_an_order_is_a_state_or_a_file(self, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "order.json"
        file.write_text('{"status": "shipped", "courier": "中通"}', encoding="utf-8")
        by_state, by_file = run("draft", "能退吗", "--order", "shipped"), run("draft", "能退吗", "--order", file)
        assert (by_state.status, by_file.status) == (0, 0)
        assert "拒收" in by_state.out
        assert "拒收" in by_file.out
        assert "拒收" not in run("draft", "能退吗", "--order", "unshipped").out

    def test_a_dash_reads_standard_input(self, run: Run) -> None:
        assert json.loads(run("draft", "-", "--json", stdin="能开发票吗\n").out)["flow"] == "reception"
        refused(run("draft", "-", stdin=" \n"), "消息是空的")

    def test_the_product_card_is_known(self, run: Run) -> None:
        assert "琥珀核桃仁" in run("draft", "这个多少钱", "--product", "LS002").out

    @pytest.mark.parametrize(("arguments", "words"), WRONG_DRAFTS.values(), ids=WRONG_DRAFTS.keys())
    def test_a_wrong_call_is_one_line(self, run: Run, arguments: tuple[str, ...], words: str) -> None:
        refused(run("draft", *arguments), words)


LINES = [
    json.dumps({"text": ASKED[0], "context": [{"role": "agent", "text": "在的"}]}),
    "",
    json.dumps({"text": ASKED[1], "context": [], "note": "further keys are let be"}, ensure_ascii=False),
    json.dumps({"text": ASKED[2] + "\u2028", "context": None}, ensure_ascii=False),
]


@pytest.mark.usefixtures("pipeline")
class TestClassify:
    @pytest.mark.parametrize("source", ["file", "stdin"])
    def test_one_line_in_is_one_line_out_in_order(self, run: Run, tmp_path: Path, source: str) -> None:
        text = "\n".join(LINES) + "\n"
        file = tmp_path / "in.jsonl"
        file.write_text(text, encoding="utf-8-sig")
        ran = run("classify", "--jsonl", file) if source == "file" else run("classify", "--jsonl", "-", stdin=text)
        given = [json.loads(line) for line in ran.out.removesuffix("\n").split("\n")]
        assert ran.status == 0
        assert [one["text"].strip() for one in given] == ASKED
        assert all(one.keys() >= {"text", "decision", "intents", "ranking"} for one in given)
        assert [one["intents"][0]["name"] for one in given] == ["ship_time_query", "invoice_request", "missing_item"]

    def test_a_wrong_line_is_named_and_ends_the_run(self, run: Run) -> None:
        ran = run("classify", "--jsonl", "-", stdin='{"text": "几点发货"}\n\n{"text": "a", "context": "b"}\n')
        assert len(ran.out.splitlines()) == 1
        refused(Ran(ran.status, "", ran.err), "第 3 行", "context 应当是列表")
        refused(run("classify", "--jsonl", "-", stdin='{"text": ""}'), "第 1 行", "消息是空的")

    def test_a_file_that_cannot_be_read_is_named(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "gbk.jsonl").write_bytes('{"text": "几点发货"}'.encode("gbk"))
        refused(run("classify", "--jsonl", tmp_path / "gbk.jsonl"), "gbk.jsonl", "UTF-8")
        refused(run("classify", "--jsonl", tmp_path / "nope.jsonl"), "nope.jsonl")
        refused(run("classify", "--jsonl", tmp_path / "nope.jsonl", "--model", tmp_path / "none"), "none/card.json")


class TestLint:
    def test_the_status_tells_what_must_not_be_sent(self, run: Run) -> None:
        clean, blocked = run("lint", "好的，马上给您查"), run("lint", "这是最好的", "--json")
        assert (clean.status, blocked.status) == (0, 1)
        assert "没有发现问题" in clean.out
        assert [one["level"] for one in json.loads(blocked.out)["findings"]] == ["block"]
        assert run("lint", "-", stdin="这是最好的").status == 1

    def test_platform_and_category_are_known_or_refused(self, run: Run) -> None:
        assert run("lint", "淘宝也有店").status == 1
        assert run("lint", "淘宝也有店", "--platform", "taobao").status == 0
        refused(run("lint", "好的", "--platform", "amazon"), "--platform", "pinduoduo、taobao、jd、douyin")
        refused(run("lint", "好的", "--category", "toys"), "--category", "general、food、cosmetics")


def test_check_finds_the_shipped_data_whole(run: Run) -> None:
    ran = run("check")
    assert (ran.status, ran.err) == (0, ""), ran.out


def test_check_lists_every_problem_and_falls_short(run: Run, own_home: Path) -> None:
    (own_home / "shops" / "demo" / "shop.yaml").write_text("name: [", encoding="utf-8")
    (own_home / "scripts_zh" / "chat" / "thanks.j2").unlink()
    ran = run("check")
    assert ran.status == 1
    assert "shop.yaml" in ran.out
    assert "thanks" in ran.out


class TestSettings:
    def test_a_wrong_variable_is_named(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MIAOHUI_MAX_TEXT", "many")
        refused(run("draft", "几点发货"), "MIAOHUI_MAX_TEXT", "many")

    def test_a_home_without_data_is_refused(self, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("MIAOHUI_HOME", str(tmp_path))
        refused(run("draft", "几点发货"), "读不到")


STATUSES = {
    "help": (["--help"], 0),
    "no command": ([], 2),
    "no such command": (["nope"], 2),
    "no such option": (["lint", "好的", "--nope"], 2),
    "clean": (["lint", "好的"], 0),
    "blocked": (["lint", "这是最好的"], 1),
    "bad option": (["lint", "好的", "--platform", "x"], 2),
    "bad bytes": (["lint", b"\xff"], 2),
    "bad input": (["draft", "-"], 2),
}


@pytest.mark.parametrize(("arguments", "status"), STATUSES.values(), ids=STATUSES.keys())
def test_the_process_exits_with_the_status(arguments: list[str | bytes], status: int) -> None:
    command = [sys.executable, "-W", "error", "-m", "app", *arguments]
    ran = subprocess.run(command, check=False, capture_output=True, input=b"\xff\xfe")  # noqa: S603 - our own program
    assert ran.returncode == status
    assert b"Traceback" not in ran.stderr
