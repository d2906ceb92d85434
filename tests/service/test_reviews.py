"""`POST /v1/reviews` and `miaohui review`: what clients get, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.conftest import Run, refused

KEYS = {"shop", "rating", "kind", "causes", "praise", "drafts", "flags", "plan", "todo", "took_ms"}
JSON = {"content-type": "application/json"}
DRAFT = {"style", "text", "segments", "blanks", "findings", "sendable"}


def posted(client: TestClient, **fields: Any) -> dict[str, Any]:
    response = client.post("/v1/reviews", json=fields)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def test_a_review_is_answered(client: TestClient) -> None:
    body = posted(client, rating=2, text="盒子压扁了，少了一袋", at="2026-11-21T12:00:00+08:00")
    assert body.keys() == KEYS
    assert (body["shop"], body["rating"], body["kind"]) == ("demo", 2, "bad")
    assert body["causes"][0] == {"name": "damaged", "title": "破损", "class": "商品", "words": ["压扁"]}
    assert [draft["style"] for draft in body["drafts"]] == ["official", "friend"]
    assert all(draft.keys() == DRAFT and draft["sendable"] for draft in body["drafts"])
    assert body["drafts"][0]["segments"][0]["stage"] == "thank_or_apologise"
    assert [step["at"] for step in body["plan"]][::5] == ["2026-11-21T12:30:00+08:00", "2026-11-23T12:00:00+08:00"]


def test_one_style_may_be_asked_for(client: TestClient) -> None:
    assert [draft["style"] for draft in posted(client, rating=1, text="", style="friend")["drafts"]] == ["friend"]


def test_traits_and_flags(client: TestClient) -> None:
    body = posted(client, rating=1, text="不好", traits=["no_reply", "silent_order"])
    assert body["kind"] == "suspected"
    assert body["flags"][0].keys() == {"title", "note", "words", "keep"}
    assert body["flags"][0]["keep"]


WRONG = {
    "no rating": ({"text": "坏了"}, "invalid_request", "rating", 422),
    "no stars": ({"rating": 0}, "invalid_request", "rating", 422),
    "six stars": ({"rating": 6}, "invalid_request", "rating", 422),
    "half a star": ({"rating": 2.5}, "invalid_request", "rating", 422),
    "style": ({"rating": 1, "style": "angry"}, "invalid_request", "style", 422),
    "plea is off": ({"rating": 1, "style": "plea"}, "style_off", "style", 422),
    "field": ({"rating": 1, "stars": 1}, "invalid_request", "stars", 422),
    "shop": ({"rating": 1, "shop": "nowhere"}, "unknown_shop", "shop", 404),
    "long": ({"rating": 1, "text": "好" * 2001}, "text_too_long", "text", 422),
}


@pytest.mark.parametrize(("fields", "code", "field", "status"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_answered(
    client: TestClient, fields: dict[str, Any], code: str, field: str, status: int
) -> None:
    response = client.post("/v1/reviews", json=fields)
    assert response.status_code == status
    assert response.json().keys() == {"error"}
    error = response.json()["error"]
    assert (error["code"], error["field"]) == (code, field)
    assert error["message"]


def test_half_a_character_is_refused(client: TestClient) -> None:
    response = client.post("/v1/reviews", content='{"rating": 1, "text": "\\ud83d"}', headers=JSON)
    assert (response.status_code, response.json()["error"]["field"]) == (422, "text")


class TestCommand:
    def test_people_read_drafts_and_what_to_do(self, run: Run) -> None:
        ran = run("review", "盒子压扁了", "--rating", "2")
        assert (ran.status, ran.err) == (0, "")
        assert all(word in ran.out for word in ("官方", "朋友", "商品·破损：压扁", "待办", "跟进", "跟踪落实"))

    def test_flags_are_shown(self, run: Run) -> None:
        ran = run("review", "给钱就删", "--rating", "1")
        assert "疑似恶意评价" in ran.out
        assert "留好" in ran.out

    def test_programs_read_what_the_api_answers(self, run: Run) -> None:
        ran = run("review", "-", "--rating", "5", "--style", "friend", "--json", stdin="好吃")
        body = json.loads(ran.out)
        assert body.keys() == KEYS
        assert [draft["style"] for draft in body["drafts"]] == ["friend"]

    def test_a_shop_may_switch_the_plea_on(self, run: Run, own_home: Path) -> None:
        file = own_home / "shops" / "demo" / "shop.yaml"
        source = file.read_text(encoding="utf-8").replace("review_plea: 否", "review_plea: 是")
        file.write_text(source, encoding="utf-8")
        assert "恳请" in run("review", "起球", "--rating", "1").out

    WRONG = (
        (("坏了", "--rating", "9"), "rating"),
        (("坏了", "--rating", "1", "--style", "x"), "style"),
        (("坏了", "--rating", "1", "--style", "plea"), "review_plea"),
        (("坏了", "--rating", "1", "--shop", "x"), "没有店铺"),
    )

    @pytest.mark.parametrize(("arguments", "word"), WRONG, ids=[word for _, word in WRONG])
    def test_a_wrong_call_says_what_to_mend(self, run: Run, arguments: tuple[str, ...], word: str) -> None:
        refused(run("review", *arguments), word)
