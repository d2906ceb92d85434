"""What clients of the API may rely on: keys, types, formats and what a conversation remembers."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.cli import open_pipeline
from app.records import STATUSES, STYLES
from app.service.web import create_app
from app.settings import Settings

MESSAGE = "收到的坚果碎了，补偿5块吧，订单号 251121-123456789012345，电话13812345678"
ORDER = {
    "status": "signed",
    "order_no": "251121-123456789012345",
    "paid_at": "2026-11-18T09:00:00+08:00",
    "shipped_at": "2026-11-18T17:00:00+08:00",
    "last_scan_at": "2026-11-20T08:00:00+08:00",
    "signed_at": "2026-11-20T10:00:00+08:00",
    "courier": "中通",
    "tracking_no": "78123456789012",
    "amount": "49.90",
    "items": [{"sku": "LS001", "title": "每日坚果", "qty": 1, "price": "49.90"}],
}
FULL = {
    "shop": "demo",
    "messages": [{"role": "buyer", "text": MESSAGE, "at": "2026-11-21T10:00:00+08:00"}],
    "order": ORDER,
    "buyer": {"id": "b-1", "traits": ["refund_only_habit"]},
    "product": "LS001",
    "platform": "pinduoduo",
    "styles": list(STYLES),
}
SHAPE = {
    "id": str,
    "shop": str,
    "conversation_id": str,
    "decision": str,
    "intents": [{"name": str, "title": str, "confidence": float}],
    "ranking": [{"name": str, "confidence": float}],
    "flow": str,
    "stage": str,
    "slots": [{"name": str, "value": str, "span": [int]}],
    "missing": [{"name": str, "ask": str}],
    "drafts": [
        {
            "style": str,
            "text": str,
            "segments": [{"stage": str, "text": str}],
            "blanks": [str],
            "findings": [{"rule": str, "level": str, "span": [int], "message": str, "rewrite": str}],
            "sendable": bool,
        }
    ],
    "remark": {"text": str, "flag": bool, "payment_note": str},
    "authority": {"granted": str, "limit": str, "needs": str, "why": str},
    "todo": [str],
    "follow_up": {"at": str, "what": str},
    "hand_over": {"lines": [str], "text": str},
    "clock": {"waited_s": int, "limit_s": int, "due_at": str, "counts": bool},
    "risk": [{"name": str, "why": str}],
    "why": {"words": [str], "nearest": [str]},
    "took_ms": float,
}
MAY_BE_NULL = {"remark", "authority", "follow_up", "authority.needs", "remark.payment_note", "clock"}


def draft(client: TestClient, **fields: Any) -> dict[str, Any]:
    """Post a draft that must succeed."""
    response = client.post("/v1/drafts", json=fields)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def texts(body: dict[str, Any]) -> list[str]:
    return [one["text"] for one in body["drafts"]]


def faults(value: Any, shape: Any, place: str = "") -> list[str]:
    """List where a body departs from its shape; it may hold more keys, and floats may be written as whole numbers."""
    if value is None:
        return [] if place in MAY_BE_NULL else [f"{place} is null"]
    if isinstance(shape, dict):
        if not isinstance(value, dict) or not set(shape) <= set(value):
            return [f"{place}: {value}"]
        return [fault for key in shape for fault in faults(value[key], shape[key], f"{place}.{key}".strip("."))]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{place}: {value}"]
        return [fault for one in value for fault in faults(one, shape[0], place)]
    right = type(value) in (float, int) if shape is float else type(value) is shape
    return [] if right else [f"{place}: {value!r}"]


CALLS = {
    "full": FULL,
    "bare text": {"text": "几点发货"},
    "nothing known": {"text": "😭😭"},
    "risk": {"text": "再不解决我打12315投诉你们卖假货"},
    "several": {"text": "几点发货，能便宜点吗，开发票吗"},
    "blocked": {"text": "发什么快递", "product": "LS001", "platform": "jd"},
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_every_draft_has_the_whole_contract(client: TestClient, call: dict[str, Any]) -> None:
    body = draft(client, **call)
    assert faults(body, SHAPE) == []
    assert body["decision"] in ("reply", "ask", "hand_over")
    assert body["flow"] in ("reception", "aftersales", "risk", "review")
    assert len(body["ranking"]) >= 5
    confidences = [one["confidence"] for one in body["ranking"]]
    assert confidences == sorted(confidences, reverse=True)
    assert all(0 <= confidence <= 1 for confidence in confidences)
    assert sum(confidences) <= 1.001
    assert body["took_ms"] > 0
    for one in body["drafts"]:
        assert one["text"] == "".join(segment["text"] for segment in one["segments"]) != ""
        blocked = any(finding["level"] == "block" for finding in one["findings"])
        assert one["sendable"] is (not one["blanks"] and not blocked)
        assert all(0 <= start <= end <= len(one["text"]) for start, end in (f["span"] for f in one["findings"]))


def test_slots_stand_where_their_spans_say(client: TestClient) -> None:
    slots = draft(client, **FULL)["slots"]
    assert [slot["name"] for slot in slots] == ["amount", "order_no", "phone"]
    assert [MESSAGE[slice(*slot["span"])] for slot in slots] == [slot["value"] for slot in slots]


def test_spans_count_the_raw_text_across_messages(client: TestClient) -> None:
    said = ["  ＴＡ们！！！！！\u200b", "電話：　１３８１２３４５６７８", "麻烦改下"]
    slots = draft(client, messages=[{"role": "buyer", "text": text} for text in said])["slots"]
    assert slots
    assert ["\n".join(said)[slice(*slot["span"])] for slot in slots] == [slot["value"] for slot in slots]


def test_times_carry_a_zone_and_money_reads_as_yuan(client: TestClient) -> None:
    body = draft(client, **FULL)
    due = datetime.fromisoformat(body["follow_up"]["at"])
    assert due.utcoffset() is not None
    assert due > datetime.fromisoformat(FULL["messages"][0]["at"])
    amounts = re.findall(r"[\d.–]+(?=元)", body["authority"]["granted"] + body["authority"]["limit"])
    assert amounts
    assert all(re.fullmatch(r"\d+(\.\d{1,2})?(–\d+(\.\d{1,2})?)?", amount) for amount in amounts)


def test_nothing_special_is_needed_for_one_message(client: TestClient) -> None:
    said = "收到少了一袋"
    bare, listed = draft(client, text=said), draft(client, messages=[{"role": "buyer", "text": said}])
    assert texts(bare) == texts(listed)
    assert bare["shop"] == "demo"
    assert bare["conversation_id"] == ""


TURNS = {
    "after an agent": [("buyer", "我要退货"), ("agent", "好的"), ("buyer", "在吗"), ("buyer", "能开发票吗")],
    "before a late agent": [("buyer", "我要退货"), ("agent", "好的"), ("buyer", "能开发票吗"), ("agent", "稍等")],
}


@pytest.mark.parametrize("turns", TURNS.values(), ids=TURNS.keys())
def test_only_the_last_run_of_buyer_messages_is_answered(client: TestClient, turns: list[tuple[str, str]]) -> None:
    body = draft(client, messages=[{"role": role, "text": text} for role, text in turns])
    assert [intent["name"] for intent in body["intents"]] == ["invoice_request"]


def test_a_conversation_greets_once_and_words_a_repeat_differently(client: TestClient) -> None:
    first, second, third = (draft(client, text="几点发货", conversation_id="c-repeat") for _ in range(3))
    alone = draft(client, text="能开发票吗", conversation_id="c-greeting")
    later = draft(client, text="能开发票吗", conversation_id="c-repeat")
    stages = [{segment["stage"] for one in body["drafts"] for segment in one["segments"]} for body in (alone, later)]
    assert "greet" in stages[0]
    assert "greet" not in stages[1]
    assert not set(texts(first)) & set(texts(second))
    assert [first["decision"], second["decision"], third["decision"]] == ["reply", "reply", "hand_over"]
    assert draft(client, text="几点发货", conversation_id="c-other")["decision"] == "reply"


def test_the_same_message_id_gives_the_same_draft_again(client: TestClient) -> None:
    call = FULL | {"conversation_id": "c-twice", "message_id": "m-1"}
    first, again = draft(client, **call), draft(client, **call)
    later = draft(client, **call | {"message_id": "m-2"})
    assert first.pop("took_ms") > 0
    assert again.pop("took_ms") >= 0
    assert first == again
    assert later["id"] != first["id"]


@pytest.mark.parametrize("styles", [["brief"], ["soothing"], ["brief", "soothing"], list(STYLES)])
def test_only_the_styles_asked_for_are_drafted(client: TestClient, styles: list[str]) -> None:
    assert [one["style"] for one in draft(client, text="收到是坏的", styles=styles)["drafts"]] == styles


def test_the_product_card_says_which_product_is_meant(client: TestClient) -> None:
    asked = {"text": "这个多少钱"}
    by_sku, by_item = draft(client, **asked, product="LS002"), draft(client, **asked, product="617204835102")
    unknown = draft(client, **asked)
    assert all("琥珀核桃仁" in text and "29.9元" in text for text in texts(by_sku))
    assert texts(by_item) == texts(by_sku)
    assert unknown["decision"] == "ask"
    assert [missing["name"] for missing in unknown["missing"]] == ["product"]


def test_the_order_state_decides_what_the_same_question_gets(client: TestClient) -> None:
    given = {state: texts(draft(client, text="能退吗", order={"status": state}))[0] for state in STATUSES}
    assert len(set(given.values())) == len(STATUSES)
    assert "拒收" in given["shipped"]


@pytest.mark.parametrize("trait", ["refund_only_habit", "bad_review_habit", "标记{{7*7}}"])
def test_traits_warn_the_agent_and_never_reach_the_buyer(client: TestClient, trait: str) -> None:
    plain = draft(client, text="收到少了一袋")
    marked = draft(client, text="收到少了一袋", buyer={"traits": [trait]})
    assert len(marked["risk"]) == len(plain["risk"]) + 1
    assert marked["risk"][-1]["why"]
    assert texts(marked) == texts(plain)
    assert marked["remark"] == plain["remark"]


def test_the_hand_over_is_told_in_lines(client: TestClient) -> None:
    passed = draft(client, **FULL)["hand_over"]
    assert passed["text"] == "\n".join(passed["lines"])
    assert "13812345678" not in passed["text"]


def test_the_clock_runs_from_the_oldest_unanswered_message(client: TestClient) -> None:
    turns = [
        {"role": "buyer", "text": text, "at": f"2026-11-21T10:0{at}:00+08:00"}
        for at, text in ((0, "在吗"), (1, "几点发货"))
    ]
    due = "2026-11-21T10:03:00+08:00"
    waited = {"waited_s": 60, "limit_s": 180, "due_at": due, "counts": True}
    assert draft(client, messages=turns)["clock"] == waited
    late = draft(client, messages=turns, now="2026-11-21T10:02:30+08:00")
    assert late["clock"] == waited | {"waited_s": 150}
    assert late["drafts"][0]["sendable"]
    assert draft(client, text="几点发货")["clock"] is None


def test_a_refund_note_comes_with_words_for_the_payment_form(client: TestClient) -> None:
    order = {"status": "signed", "signed_at": "2026-11-20T10:00:00+08:00"}
    turns = [{"role": "buyer", "text": "刚买就降价，退差价5元", "at": "2026-11-21T10:00:00+08:00"}]
    first = draft(client, messages=turns, order=order)
    assert first["remark"] == {"text": "15天内退差价5元", "flag": True, "payment_note": "15天内退差价5元，请查收"}
    again = draft(client, messages=turns, order=order | {"remark": first["remark"]["text"]})
    assert (again["remark"], again["authority"]["needs"]) == (None, "lead")


def test_a_shop_may_use_the_wordings_it_can_prove(home: Path) -> None:
    shop = home / "shops" / "demo" / "shop.yaml"
    shop.write_text(shop.read_text(encoding="utf-8") + "\nallowed_words: [全网第一]\n", encoding="utf-8")
    client = TestClient(create_app(open_pipeline(Settings(home=home), train=False)))
    asked = {"text": "我们家全网第一", "platform": "pinduoduo"}
    assert client.post("/v1/lint", json=asked).json()["findings"]
    assert client.post("/v1/lint", json=asked | {"shop": "demo"}).json()["findings"] == []
