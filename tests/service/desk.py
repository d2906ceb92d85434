"""What tests of the agent's page share: pasting, stubbed answers, messages that a chat client pushes."""

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from playwright.sync_api import Page

SAMPLE = "我拍的耙子怎么发来个铲子"
DRAFTS, MESSAGES, OUTCOMES = "**/v1/drafts", "**/v1/messages", "**/v1/outcomes"
RECORD = "window.broken = []; addEventListener('securitypolicyviolation', (e) => broken.push(e.blockedURI))"


def paste(page: Page, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+V")


def clipboard(page: Page) -> object:
    return page.evaluate("navigator.clipboard.readText()")


def first_draft(page: Page) -> str:
    return (page.locator(".card .text").first.text_content() or "").rstrip("\u200b")


def draft(text: str, **changes: object) -> dict[str, object]:
    return {"style": "brief", "text": text, "segments": [], "blanks": [], "findings": [], "sendable": True} | changes


def body(*drafts: dict[str, object], **changes: object) -> dict[str, object]:
    """Give the body of a reply, where the wording must not depend on the shop's scripts."""
    return {
        "id": f"d-{uuid4().hex[:8]}", "shop": "demo", "conversation_id": "c", "decision": "reply",
        "flow": "aftersales", "stage": "solve",
        "intents": [{"name": "wrong_item", "title": "发错货", "confidence": 0.9}],
        "ranking": [{"name": "wrong_item", "title": "发错货", "confidence": 0.9}], "slots": [], "missing": [],
        "drafts": list(drafts), "remark": None, "authority": None, "todo": [], "follow_up": None,
        "hand_over": {"lines": [], "text": ""}, "clock": None, "tone": {"anger": 0, "sad": False}, "promised": [],
        "risk": [], "why": {"words": [], "nearest": []}, "took_ms": 1.0,
    } | changes  # fmt: skip


def answer_with(page: Page, *drafts: dict[str, object], **changes: object) -> list[dict[str, Any]]:
    """Answer every request with these drafts; give the list that outcomes are added to."""
    reply, told = body(*drafts, **changes), []
    message = {"conversation": None, "duplicate": False, "stale": [], "reply": reply}
    page.route(DRAFTS, lambda route: route.fulfill(json=reply))
    page.route(MESSAGES, lambda route: route.fulfill(json=message))

    def outcome(route: Any) -> None:
        told.append(route.request.post_data_json)
        route.fulfill(json={"outcome_id": len(told), "follow_up": None, "conversation": None})

    page.route(OUTCOMES, outcome)
    return told


def call(url: str, sent: dict[str, object] | None = None) -> dict[str, Any]:
    """Call the service as a chat client does."""
    data = None if sent is None else json.dumps(sent).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
        return dict(json.load(response))


def push(url: str, conversation: str, text: str, *, ago: int = 0, **more: object) -> dict[str, Any]:
    """Push a message that was written some seconds ago."""
    at = (datetime.now(UTC) - timedelta(seconds=ago)).isoformat()
    sent = {"conversation_id": conversation, "message_id": uuid4().hex, "text": text, "at": at}
    return call(f"{url}/v1/messages", sent | more)


def close_all(url: str) -> None:
    """Close every conversation, so that a test meets its own alone."""
    for one in call(f"{url}/v1/conversations")["conversations"]:
        call(f"{url}/v1/conversations/{quote(one['id'], safe='')}/close", {})
