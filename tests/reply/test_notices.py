"""What a shop tells its buyers unasked: true for the order, lint-clean, with the choices in it."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from app.cli import cli
from app.errors import RequestError
from app.pipeline import Pipeline, open_shop
from app.records import STATUSES, Item, Message, Order, Status
from app.reply.notices import NOTICE_KINDS, Notifier
from app.service.web import create_app
from app.shop.load import load_shop

NOW = datetime.fromisoformat("2026-11-21T14:10:00+08:00")
SHOPS = {"demo": "shops", "snacks": "tests/shops", "digital": "tests/shops"}
PROMISES = ("一定", "保证", "肯定")


@pytest.fixture(scope="module", params=SHOPS)
def notifier(request: pytest.FixtureRequest, pipeline: Pipeline) -> Notifier:
    folder = Path(__file__).parents[2] / SHOPS[request.param]
    desk = open_shop(pipeline.knowledge, load_shop(folder, request.param))
    return Notifier(desk.counter, desk.drafter, pipeline.knowledge.reader)


def about(status: Status | None, notifier: Notifier) -> Message:
    """Give a message about an order of the shop's first product; the parcel has not moved for three days."""
    product = next(iter(notifier.counter.shop.products.values()))
    order = Order(
        status,
        "261117-482910375561",
        NOW - timedelta(days=5),
        NOW - timedelta(days=4),
        NOW - timedelta(days=3),
        courier="中通",
        tracking_no="78400123456701",
        amount=Decimal(39),
        items=(Item(product.title, product.sku, 1),),
    )
    return Message((), NOW, order)


@pytest.mark.parametrize("kind", NOTICE_KINDS)
@pytest.mark.parametrize("date", ["", "11月25日"])
def test_notice_regrets_offers_a_choice_and_promises_nothing(notifier: Notifier, kind: str, date: str) -> None:
    found = notifier(kind, about(NOTICE_KINDS[kind][1][0], notifier), date=date)
    assert [draft.style for draft in found.drafts] == ["brief", "standard", "soothing"]
    for draft in found.drafts:
        assert draft.findings == ()
        assert "抱歉" in draft.text or "不好意思" in draft.text
        assert "退" in draft.text
        assert not any(word in draft.text for word in PROMISES)
        assert len(draft.text) <= {"brief": 40, "standard": 80, "soothing": 110}[draft.style]
        assert bool(draft.blanks) is (kind == "delay" and not date)
    assert found.todo
    assert found.follow_up is not None


def test_a_date_goes_into_text_and_remark(notifier: Notifier) -> None:
    found = notifier("delay", about("unshipped", notifier), date="11月25日")
    assert all("11月25日" in draft.text for draft in found.drafts)
    assert found.remark is not None
    assert "25" in found.remark.text


def test_days_without_movement_are_named(notifier: Notifier) -> None:
    assert "3天" in notifier("stalled", about("shipped", notifier)).drafts[1].text


@pytest.mark.parametrize("kind", NOTICE_KINDS)
def test_what_cannot_be_true_is_refused(notifier: Notifier, kind: str) -> None:
    for status in (None, *STATUSES):
        if status not in NOTICE_KINDS[kind][1]:
            with pytest.raises(RequestError, match=NOTICE_KINDS[kind][0]):
                notifier(kind, about(status, notifier))


def test_a_date_that_is_none_is_named(notifier: Notifier) -> None:
    with pytest.raises(RequestError, match="某天"):
        notifier("delay", about("unshipped", notifier), date="某天")


def test_same_order_same_words(notifier: Notifier) -> None:
    message = about("shipped", notifier)
    assert notifier("stalled", message) == notifier("stalled", replace(message))


def test_the_api_gives_the_drafts(pipeline: Pipeline) -> None:
    client = TestClient(create_app(pipeline))
    body = client.post("/v1/notices", json={"kind": "stockout", "order": {"status": "unshipped"}}).json()
    assert body["title"] == "付款后没货"
    assert [draft["sendable"] for draft in body["drafts"]] == [True] * 3
    wrong = client.post("/v1/notices", json={"kind": "stockout", "order": {"status": "signed"}})
    assert wrong.status_code == 422
    assert wrong.json()["error"]["field"] == "order"


def test_the_command_prints_the_drafts() -> None:
    result = CliRunner().invoke(cli, ["notice", "stalled", "--order", "shipped"])
    assert result.exit_code == 0
    assert "包裹" in result.output
