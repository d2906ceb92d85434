"""Whatever is sent, the answer is the one error shape in plain Chinese, or a proper draft: never a crash."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

JSON = {"content-type": "application/json"}
HAN = re.compile(r"[\u4e00-\u9fff]{3,}")
HOMES = "|".join(re.escape(str(folder)) for folder in (Path(__file__).parents[2], Path.home(), gettempdir()))
INTERNAL = re.compile(
    rf"{HOMES}|/home/|"
    r"Traceback|File \"|\.py\b|site-packages|pydantic|fastapi|starlette|jinja|<class|"
    r"[A-Za-z]+(?:Error|Exception|Request)\b|Input should|line \d+"
)


def refused(response: Any, status: int, code: str, field: str = "") -> None:
    """Check that an answer is the one error shape and tells nothing internal."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.json().keys() == {"error"}
    error = response.json()["error"]
    assert error.keys() == {"code", "message", "field"}
    assert (error["code"], error["field"]) == (code, field)
    assert HAN.search(error["message"]), error["message"]
    assert "对照接口说明" not in error["message"]
    assert not INTERNAL.search(response.text), response.text
    assert "default-src 'self'" in response.headers["content-security-policy"]


def drafted(response: Any) -> list[str]:
    """Check that an answer is a draft and give its texts."""
    assert response.status_code == 200, response.text
    assert not INTERNAL.search(response.text)
    texts = [one["text"] for one in response.json()["drafts"]]
    assert texts
    assert all(texts)
    return texts


EMPTY = {
    "empty": "",
    "blanks": " \t\n\u3000\xa0",
    "zero-width": "\u200b\u200d\u2060\ufeff",
    "controls": "\x00\x07\x1b",
    "private": "\ue000",
}


@pytest.mark.parametrize("text", EMPTY.values(), ids=EMPTY.keys())
@pytest.mark.parametrize("path", ["/v1/drafts", "/v1/classify"])
def test_a_message_of_nothing_is_refused(client: TestClient, path: str, text: str) -> None:
    refused(client.post(path, json={"text": text}), 422, "empty_text", "text")


STRANGE = {
    "controls inside": "几点\x00发\x07货\x1b[31m",
    "emoji only": "😭😭👨\u200d👩\u200d👧",
    "template": "{{41*271}}{% for x in y %}",
    "template in words": "几点发货{{ 41*271 }}{{ config }}",
    "html": "<script>alert(1)</script>几点发货",
    "sql": "'; drop table drafts; --",
    "combining": "发货" + "\u0301" * 500,
    "right to left": "\u202e几点发货",
    "one character": "1",
    "as long as allowed": "好" * 2000,
    "marks only": "？？？！！！。。。",
    "other script": "когда отправите заказ",
}


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE.keys())
def test_a_strange_message_gets_a_proper_draft(client: TestClient, text: str) -> None:
    response = client.post("/v1/drafts", json={"text": text, "order": {"order_no": text[:50], "courier": text[:20]}})
    shown = "".join(drafted(response))
    assert not set("<>{}\x00\x1b\u202e") & set(shown)
    assert "11111" not in shown


@pytest.mark.parametrize("where", ["order_no", "tracking_no", "courier", "product", "buyer id", "conversation_id"])
def test_no_field_is_filled_in_as_a_template(client: TestClient, where: str) -> None:
    code = "{{ 41*271 }}"
    call: dict[str, Any] = {"text": "怎么还没收到，快递到哪了", "order": {"status": "shipped"}}
    if where in ("product", "conversation_id"):
        call[where] = code
    elif where == "buyer id":
        call["buyer"] = {"id": code}
    else:
        call["order"][where] = code
    assert "11111" not in client.post("/v1/drafts", json=call).text


@given(st.text(max_size=60))
def test_any_text_is_drafted_or_refused(client: TestClient, text: str) -> None:
    response = client.post("/v1/drafts", json={"text": text})
    if response.status_code == 200:
        drafted(response)
    else:
        refused(response, 422, "empty_text", "text")


def _deep(depth: int, left: str = "[", right: str = "]") -> str:
    return '{"text": ' + left * depth + right * depth + "}"


RAW = {
    "nothing": (b"", 422, "invalid_request"),
    "cut off": (b'{"text": "a', 400, "malformed_json"),
    "not json": ("几点发货".encode(), 400, "malformed_json"),
    "not utf-8": ('{"text": "几点发货"}'.encode("gbk"), 400, "malformed_json"),
    "bare null": (b"null", 422, "invalid_request"),
    "bare list": (b"[]", 422, "invalid_request"),
    "bare text": ('"几点发货"'.encode(), 422, "invalid_request"),
    "nested deep": (_deep(100_000).encode(), 400, "malformed_json"),
    "endless number": (b'{"text": ' + b"9" * 5000 + b"}", 400, "malformed_json"),
    "too large": (b'{"text": "' + b"a" * 300_000 + b'"}', 413, "body_too_large"),
}


@pytest.mark.parametrize(("body", "status", "code"), RAW.values(), ids=RAW.keys())
@pytest.mark.parametrize("path", ["/v1/drafts", "/v1/classify", "/v1/lint"])
def test_a_body_that_is_no_request_is_refused(
    client: TestClient, path: str, body: bytes, status: int, code: str
) -> None:
    refused(client.post(path, content=body, headers=JSON), status, code)


def test_a_large_body_is_refused_even_where_its_length_is_not_told(client: TestClient) -> None:
    def parts() -> Iterator[bytes]:
        yield b'{"text": "'
        yield from (b"a" * 10_000 for _ in range(30))
        yield b'"}'

    refused(client.post("/v1/drafts", content=parts(), headers=JSON), 413, "body_too_large")


@pytest.mark.parametrize("length", ["-1", "1e9", "²"])
def test_a_length_that_is_no_number_is_refused(client: TestClient, length: str) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", length.encode("latin-1"))]
    refused(client.post("/v1/drafts", content=b'{"text": "a"}', headers=headers), 413, "body_too_large")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_content_type_is_refused_with_the_right_one(client: TestClient, kind: str) -> None:
    response = client.post("/v1/drafts", content=b'{"text": "a"}', headers={"content-type": kind} if kind else {})
    refused(response, 422, "invalid_request")
    assert "application/json" in response.json()["error"]["message"]


NOW = "2026-11-21T10:00:00"
TURN = {"role": "buyer", "text": "几点发货"}
WRONG = {
    "number for text": ({"text": 5}, "text"),
    "list for text": ({"text": ["几点发货"]}, "text"),
    "neither": ({"shop": "demo"}, ""),
    "both": ({"text": "a", "messages": [TURN]}, ""),
    "no messages": ({"messages": []}, ""),
    "unknown field": ({"text": "a", "txt": "b"}, "txt"),
    "unknown field inside": ({"messages": [TURN | {"x": 1}]}, "messages.0.x"),
    "unknown role": ({"messages": [TURN | {"role": "seller"}]}, "messages.0.role"),
    "no role": ({"messages": [{"text": "a"}]}, "messages.0.role"),
    "naive time": ({"messages": [TURN | {"at": NOW}]}, "messages.0.at"),
    "no time": ({"messages": [TURN | {"at": "昨天"}]}, "messages.0.at"),
    "time before all shops": ({"messages": [TURN | {"at": "0001-01-01T00:00:00Z"}]}, "messages.0.at"),
    "end of time": ({"messages": [TURN | {"at": "9999-12-31T23:59:59-12:00"}]}, "messages.0.at"),
    "naive order time": ({"text": "a", "order": {"paid_at": NOW}}, "order.paid_at"),
    "order time out of range": ({"text": "a", "order": {"paid_at": "9999-12-31T23:59:59Z"}}, "order.paid_at"),
    "unknown state": ({"text": "a", "order": {"status": "lost"}}, "order.status"),
    "order is text": ({"text": "a", "order": "shipped"}, "order"),
    "negative amount": ({"text": "a", "order": {"amount": "-1"}}, "order.amount"),
    "amount in words": ({"text": "a", "order": {"amount": "五元"}}, "order.amount"),
    "amount is not a number": ({"text": "a", "order": {"amount": "NaN"}}, "order.amount"),
    "amount beyond count": ({"text": "a", "order": {"amount": "1e999999"}}, "order.amount"),
    "none of an item": ({"text": "a", "order": {"items": [{"qty": 0}]}}, "order.items.0.qty"),
    "half an item": ({"text": "a", "order": {"items": [{"qty": 1.5}]}}, "order.items.0.qty"),
    "traits is text": ({"text": "a", "buyer": {"traits": "x"}}, "buyer.traits"),
    "unknown platform": ({"text": "a", "platform": "amazon"}, "platform"),
    "unknown style": ({"text": "a", "styles": ["loud"]}, "styles.0"),
    "no style": ({"text": "a", "styles": []}, "styles"),
    "long shop": ({"text": "a", "shop": "x" * 65}, "shop"),
    "long conversation": ({"text": "a", "conversation_id": "x" * 201}, "conversation_id"),
    "half a character": ({"text": "发货\ud800吗"}, "text"),
    "half a character in a turn": ({"messages": [TURN | {"text": "\udfff"}]}, "messages.0.text"),
    "half a character in a trait": ({"text": "a", "buyer": {"traits": ["\ud800"]}}, "buyer.traits.0"),
    "half a character in an id": ({"text": "a", "conversation_id": "\ud800"}, "conversation_id"),
}


@pytest.mark.parametrize(("fields", "field"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_field_is_named(client: TestClient, fields: dict[str, Any], field: str) -> None:
    refused(client.post("/v1/drafts", content=json.dumps(fields), headers=JSON), 422, "invalid_request", field)


@pytest.mark.parametrize("shop", ["nope", "../demo", "..", ".", "/etc", "demo/", "demo\x00", "DEMO", "{{7*7}}"])
def test_an_unknown_shop_is_not_found_and_the_known_are_named(client: TestClient, shop: str) -> None:
    response = client.post("/v1/drafts", json={"text": "几点发货", "shop": shop})
    refused(response, 404, "unknown_shop", "shop")
    assert "demo" in response.json()["error"]["message"]


LONG = {"bare": {"text": "好" * 20_000}, "together": {"messages": [TURN | {"text": "好" * 1500}] * 2}}


@pytest.mark.parametrize("fields", LONG.values(), ids=LONG.keys())
def test_a_long_message_is_refused_with_the_limit(client: TestClient, fields: dict[str, Any]) -> None:
    response = client.post("/v1/drafts", json=fields)
    refused(response, 422, "text_too_long", "text")
    assert "2000" in response.json()["error"]["message"]


def test_nothing_from_the_buyer_leaves_nothing_to_answer(client: TestClient) -> None:
    refused(client.post("/v1/drafts", json={"messages": [TURN | {"role": "agent"}]}), 422, "empty_text", "text")


def test_one_bad_text_of_many_is_named(client: TestClient) -> None:
    refused(client.post("/v1/classify", json={"texts": ["几点发货", " "]}), 422, "empty_text", "texts.1")


@pytest.mark.parametrize("fields", [{"texts": []}, {"texts": "a"}, {"texts": ["a"] * 1001}])
def test_a_wrong_list_of_texts_is_refused(client: TestClient, fields: dict[str, Any]) -> None:
    refused(client.post("/v1/classify", json=fields), 422, "invalid_request", "texts")


@pytest.mark.parametrize("path", ["/v1/drafts", "/v1/classify", "/v1/lint", "/healthz"])
def test_another_method_is_not_allowed(client: TestClient, path: str) -> None:
    refused(client.request("DELETE", path), 405, "method_not_allowed")
    refused(client.get(f"{path}/nope"), 404, "not_found")
