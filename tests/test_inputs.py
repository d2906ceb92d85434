"""What the command line is given is read or refused in one line, before anything is loaded."""

import io
import sys
from pathlib import Path

import pytest

from app import inputs
from app.errors import RequestError
from app.service.schema import DraftRequest

LINES = {
    "text": ('{"text": "几点发货"}', "几点发货"),
    "context": ('{"text": "好的", "context": [{"role": "agent", "text": "现在拍吗"}]}', "好的"),
    "context with times": (
        '{"text": "a", "context": [{"role": "buyer", "text": "b", "at": "2026-11-21T10:00:00Z"}]}',
        "a",
    ),
    "no context": ('{"text": "a", "context": null}', "a"),
    "further keys": ('{"text": "a", "intent": "x", "texts": 5}', "a"),
    "nothing said": ('{"text": ""}', ""),
    "escapes": ('{"text": "\\u51e0\\u70b9\\ud83d\\ude2d"}', "几点😭"),
}
WRONG_LINES = {
    "no json": ("几点发货", "JSON"),
    "cut off": ('{"text": "a', "JSON"),
    "nested deep": ("[" * 100_000, "JSON"),
    "no object": ('["几点发货"]', "text"),
    "no text": ('{"message": "几点发货"}', "text"),
    "number": ('{"text": 5}', "text"),
    "half a character": ('{"text": "\\ud800 a"}', "残缺"),
    "context is text": ('{"text": "a", "context": "在的"}', "context 应当是列表"),
    "context of texts": ('{"text": "a", "context": ["在的"]}', "context.0 应当是 JSON 对象"),
    "context role": (
        '{"text": "a", "context": [{"role": "x", "text": "b"}]}',
        "context.0.role 不在可选的值里：buyer",
    ),
    "context without text": ('{"text": "a", "context": [{"role": "buyer"}]}', "context.0.text 缺"),
    "context field": ('{"text": "a", "context": [{"role": "buyer", "text": "b", "x": 1}]}', "context.0.x 不认识"),
    "context time": ('{"text": "a", "context": [{"role": "buyer", "text": "b", "at": "2026-11-21"}]}', "context.0.at"),
}


@pytest.mark.parametrize(("line", "text"), LINES.values(), ids=LINES.keys())
def test_a_line_gives_its_text(line: str, text: str) -> None:
    assert inputs.message(line)[0] == text


def test_a_line_gives_what_was_said_before() -> None:
    line = '{"text": "圆通呢", "context": [{"role": "buyer", "text": "发什么快递"}, {"role": "agent", "text": "中通"}]}'
    assert inputs.message(line) == ("圆通呢", ["发什么快递", "中通"])
    assert inputs.message('{"text": "圆通呢"}') == ("圆通呢", [])


@pytest.mark.parametrize(("line", "words"), WRONG_LINES.values(), ids=WRONG_LINES.keys())
def test_a_wrong_line_says_what_to_mend(line: str, words: str) -> None:
    with pytest.raises(RequestError) as refused:
        inputs.message(line)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_order_is_nothing_a_state_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "order.json"
    file.write_text('{"status": "shipped", "courier": "中通", "amount": "49.90"}', encoding="utf-8")
    assert inputs.order(None) is None
    state, whole = inputs.order(Path("signed")), inputs.order(file)
    assert state is not None
    assert whole is not None
    assert state.status == "signed"
    assert (whole.status, whole.courier, str(whole.amount)) == ("shipped", "中通", "49.90")


WRONG_ORDERS = {
    "unknown state": ('{"status": "lost"}', "status"),
    "unknown key": ('{"x": 1}', "x"),
    "naive time": ('{"paid_at": "2026-11-21T10:00:00"}', "paid_at"),
    "no json": ("{", "order.json"),
    "list": ("[]", "order.json"),
    "two faults": ('{"status": "lost", "x": 1}', "x"),
}


@pytest.mark.parametrize(("content", "words"), WRONG_ORDERS.values(), ids=WRONG_ORDERS.keys())
def test_a_wrong_order_names_file_and_key(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "order.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(RequestError) as refused:
        inputs.order(file)
    assert all(line.startswith("order.json") for line in str(refused.value).splitlines())
    assert words in str(refused.value)


def test_options_are_checked_as_the_api_checks_them() -> None:
    assert inputs.checked(DraftRequest, {"text": "几点发货"}).text == "几点发货"
    with pytest.raises(RequestError) as refused:
        inputs.checked(DraftRequest, {"text": "a", "platform": "amazon"}, where="--")
    assert str(refused.value) == "--platform 不在可选的值里：pinduoduo、taobao、jd、douyin"
    assert refused.value.field == "platform"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_lines_end_at_line_breaks_only(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "in.jsonl"
    file.write_bytes("一\u2028\x85\x0b甲\r\n二\n三".encode(encoding))
    assert list(inputs.lines(file)) == ["一\u2028\x85\x0b甲", "二", "三"]


def test_bytes_that_are_no_text_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "in.jsonl"
    file.write_bytes(b"\xff\xfe")
    for source in (file, tmp_path / "none", tmp_path):
        with pytest.raises(RequestError, match="UTF-8"):
            list(inputs.lines(source))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe"), encoding="utf-8"))
    with pytest.raises(RequestError, match="标准输入不是 UTF-8"):
        inputs.words("-")
