"""Find products for the card on the agent's page."""

import pytest
from starlette.testclient import TestClient


def found(client: TestClient, q: str, **more: str) -> list[str]:
    answer = client.get("/v1/goods", params={"q": q, **more})
    assert answer.status_code == 200
    return [one["sku"] for one in answer.json()["goods"]]


@pytest.mark.parametrize("q", ["LS002", "ls002", "617204835102", "琥珀核桃仁", "琥珀核桃", "琥珀核", "  琥珀核桃仁 "])
def test_number_name_and_alias_lead_to_the_product(client: TestClient, q: str) -> None:
    assert found(client, q)[0] == "LS002"


def test_a_whole_sentence_finds_what_it_names(client: TestClient) -> None:
    assert found(client, "琥珀核桃仁还有吗")[0] == "LS002"


def test_an_exact_name_comes_before_a_part_of_one(client: TestClient) -> None:
    assert found(client, "坚果")[0] == "LS001"


def test_nothing_is_guessed_and_empty_shows_some(client: TestClient) -> None:
    assert found(client, "飞机") == []
    assert 0 < len(found(client, "")) <= 8


def test_the_card_holds_money_as_text_and_names_what_goes_with_it(client: TestClient) -> None:
    one = client.get("/v1/goods", params={"q": "LS002"}).json()["goods"][0]
    assert one["price"] == "29.90"
    assert one["goes_with"] == ["每日坚果", "茉莉花茶"]
    assert one["attributes"]["规格"] == "2罐"
    assert one["promotion"]["price"] is None


def test_a_price_that_runs_now_goes_before_offers_of_the_whole_shop(client: TestClient) -> None:
    during = {"q": "LS002", "now": "2026-12-12T21:00:00+08:00"}
    one = client.get("/v1/goods", params=during).json()["goods"][0]
    assert one["promotion"]["title"] == "双12晚间抢购"
    assert one["promotion"]["price"] == "19.90"


@pytest.mark.parametrize("wrong", [{"shop": "none"}, {"q": "长" * 101}, {"now": "gestern"}])
def test_what_it_cannot_read_is_said(client: TestClient, wrong: dict[str, str]) -> None:
    answer = client.get("/v1/goods", params={"q": "核桃"} | wrong)
    assert answer.status_code in (404, 422)
    assert answer.json()["error"]["message"]
