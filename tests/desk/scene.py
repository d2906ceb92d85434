"""Chats and drafts by hand, for tests of what keeps them: no model is asked."""

from datetime import UTC, datetime, timedelta
from typing import Any

from app.desk.chats import Chat, Made, Said
from app.desk.recorder import Report

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def body(name: str, *, intent: str = "broken", chat: str = "c-1", **fields: Any) -> dict[str, Any]:
    """Write the body of a reply, as `POST /v1/drafts` gives it, with the fields that the desk reads."""
    heard = {"name": intent, "title": "破损", "confidence": 0.9}
    return {
        "id": name, "shop": "demo", "conversation_id": chat, "decision": "reply", "intents": [heard],
        "ranking": [heard], "flow": "aftersales", "stage": "solve", "slots": [],
        "drafts": [{"style": "standard", "text": "拍张照给我，给您补发。"}], "remark": None, "follow_up": None,
        "clock": {"waited_s": 0, "limit_s": 180, "due_at": later(180).isoformat(), "counts": True},
        "tone": {"anger": 1, "sad": False}, "risk": [], "took_ms": 1.5,
    } | fields  # fmt: skip


def buyer(text: str, at: datetime = NOW, name: str = "") -> Said:
    return Said(name, "buyer", text, at)


def agent(text: str, at: datetime = NOW, style: str = "") -> Said:
    return Said("", "agent", text, at, style)


def heard(chat: Chat, said: Said, name: str, **fields: Any) -> tuple[Made, list[str]]:
    """Let a chat hear a message and get a draft; give it with the drafts that it makes stale."""
    chat.hear(said)
    answer = body(name, chat=chat.key, **fields)
    made = Made(chat.shop, chat.key, "\n".join(one.text for one in chat.unanswered), answer, said.at)
    return made, chat.drafted(said.id, answer)


def report(draft: str, *, outcome: str = "copied", at: datetime = NOW, **fields: Any) -> Report:
    """Write what an agent did with a draft."""
    known: dict[str, Any] = {
        "style": "standard", "text": "", "intent": "", "agent": "小林", "key": None, "waited_s": 20, "limit_s": 180,
        "counts": True,
    }  # fmt: skip
    return Report(draft_id=draft, outcome=outcome, at=at, **(known | fields))
