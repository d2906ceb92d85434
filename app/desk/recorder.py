"""Write down what happens at the desk: each function gives a job for the store, masked when it runs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.desk.chats import Chat, Made, Said
from app.desk.masking import Mask
from app.desk.tables import Conversation, Draft, Feedback, FollowUp, Message, Outcome
from app.errors import NotFoundError
from app.records import UNKNOWN
from app.shop.load import ShopData

USED = frozenset({"copied", "edited", "sent"})
_LONGEST_FEEDBACK = 200


@dataclass(frozen=True, slots=True)
class Report:
    """What an agent did with a draft."""

    draft_id: str
    style: str
    outcome: str
    text: str
    intent: str
    agent: str
    at: datetime
    key: str | None
    waited_s: int | None
    limit_s: int | None
    counts: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was written of an outcome."""

    outcome_id: int
    follow_up: FollowUp | None
    repeated: bool


@dataclass(frozen=True)
class Recorder:
    """Hold how texts are masked and how the causes of trouble are heard in them."""

    mask: Mask
    causes: Callable[[str], list[str]]

    def chat(
        self, chat: Chat, said: Said | None = None, made: Made | None = None, stale: list[str] | None = None
    ) -> Callable[[Session], None]:
        """Write a conversation as it stands, with a new turn and its draft; drafts named stale are marked."""
        facts = _facts_of(chat)

        def job(session: Session) -> None:
            row = self._conversation(session, facts)
            turn = self._message(session, row, said, made) if said else None
            if made:
                self._draft(session, made, row.id, turn.id if turn else None)
            if stale:
                session.execute(update(Draft).where(Draft.id.in_(stale)).values(stale=True))

        return job

    def draft(self, made: Made) -> Callable[[Session], None]:
        """Write a draft of no conversation."""
        return lambda session: self._draft(session, made, None, None)

    def feedback(self, made: Made, chosen: str, agent: str) -> Callable[[Session], None]:
        """Write down that a message was not understood, or (`chosen`) what it meant."""

        def job(session: Session) -> None:
            self._feedback(session, made, chosen, agent)

        return job

    def outcome(
        self, report: Report, *, chat: Chat | None, said: Said | None, made: Made | None, shop: ShopData
    ) -> Callable[[Session], Recorded]:
        """Write an outcome with what follows from it: the turn, the follow-up, the deadlines, the correction."""
        facts = _facts_of(chat) if chat else None

        def job(session: Session) -> Recorded:
            if report.key is not None:
                earlier = session.scalar(select(Outcome).where(Outcome.key == report.key))
                if earlier is not None:
                    row = _row_of(session, facts) if facts else None
                    return Recorded(earlier.id, _follow_up_of(session, earlier.draft_id, row), True)
            row = self._conversation(session, facts) if facts else None
            if made is not None:
                self._draft(session, made, row.id if row else None, None)
            draft = session.get(Draft, report.draft_id)
            if draft is None:
                raise NotFoundError("unknown_draft", f"没有草稿 {report.draft_id[:40]}", "draft_id")
            outcome = self._outcome(session, report, draft)
            if said is not None and row is not None:
                self._used(session, row, said, draft)
            later = self._follow_up(session, draft, made, row, report) if report.outcome in USED else None
            if report.outcome in USED and row is not None:
                self._deadlines(session, row, draft, report, shop)
            if report.intent and report.intent != draft.intent:
                self._correct(session, draft.shop, draft.text, draft.intent, draft.confidence, report)
            return Recorded(outcome.id, later, False)

        return job

    def _conversation(self, session: Session, facts: dict[str, Any]) -> Conversation:
        row = _row_of(session, facts)
        masked = facts | {name: self.mask.body(facts[name]) for name in ("buyer", "order", "risk")}
        if row is None:
            row = Conversation(**masked)
            session.add(row)
        else:
            for name, value in masked.items():
                if name != "opened_at":
                    setattr(row, name, value)
        session.flush()
        return row

    def _message(self, session: Session, row: Conversation, said: Said, made: Made | None) -> Message:
        """Write a turn once, whoever reports it first."""
        text = self.mask(said.text)
        known = select(Message).where(Message.conversation_id == row.id, Message.role == said.role)
        if said.id:
            same = session.scalar(known.where(Message.key == said.id))
            if same is not None:
                return same
        intent = made.body["intents"][0] if made and made.body["intents"] else {"name": "", "confidence": 0.0}
        turn = Message(
            conversation_id=row.id, key=said.id, role=said.role, text=text, at=said.at, style=said.style,
            intent=intent["name"], confidence=intent["confidence"], draft_id=made.body["id"] if made else "",
            anger=made.body["tone"]["anger"] if made else 0,
        )  # fmt: skip
        session.add(turn)
        session.flush()
        return turn

    def _used(self, session: Session, row: Conversation, said: Said, draft: Draft) -> None:
        """Write the turn that a draft became; another wording of the same draft takes its place."""
        same = select(Message).where(
            Message.conversation_id == row.id, Message.role == "agent", Message.draft_id == draft.id
        )
        turn = session.scalar(same) or Message(conversation_id=row.id, role="agent", draft_id=draft.id, at=said.at)
        turn.text, turn.style, turn.at = self.mask(said.text), said.style, said.at
        session.add(turn)

    def _draft(self, session: Session, made: Made, conversation: int | None, message: int | None) -> None:
        body = made.body
        if session.get(Draft, body["id"]) is not None:
            return
        first = body["intents"][0] if body["intents"] else {"name": UNKNOWN, "confidence": 0.0}
        clock = body["clock"] or {}
        session.add(
            Draft(
                id=body["id"], shop=made.shop, conversation_id=conversation, message_id=message, at=made.at,
                text=self.mask(made.text), intent=first["name"], confidence=first["confidence"],
                decision=body["decision"], ranking=[[one["name"], one["confidence"]] for one in body["ranking"][:5]],
                intents=[one["name"] for one in body["intents"]], causes=self.causes(made.text), product=made.product,
                courier=self.mask(made.courier), platform=made.platform, reply=self.mask.reply(body, made.text),
                took_ms=body["took_ms"], waited_s=clock.get("waited_s"), limit_s=clock.get("limit_s"),
                counts=bool(clock.get("counts")),
            )
        )  # fmt: skip
        session.flush()
        if first["name"] == UNKNOWN:
            self._feedback(session, made, "", "")

    def _feedback(self, session: Session, made: Made, chosen: str, agent: str) -> None:
        """Keep one open entry a message: what an agent says takes the place of what nobody knew."""
        heard = made.body["ranking"][0] if made.body["ranking"] else {"name": UNKNOWN, "confidence": 0.0}
        text = self.mask(made.text)[:_LONGEST_FEEDBACK]
        same = select(Feedback).where(Feedback.shop == made.shop, Feedback.text == text, Feedback.state == "open")
        row = session.scalar(same)
        if row is None:
            row = Feedback(
                shop=made.shop, text=text, heard=heard["name"], confidence=heard["confidence"], at=made.at,
                draft_id=made.body["id"], source="unknown",
            )  # fmt: skip
            session.add(row)
        if chosen:
            row.chosen, row.source, row.agent, row.at = chosen, "corrected", agent, made.at

    def _correct(self, session: Session, shop: str, text: str, heard: str, sure: float, report: Report) -> None:
        text = text[:_LONGEST_FEEDBACK]
        same = select(Feedback).where(Feedback.shop == shop, Feedback.text == text, Feedback.state == "open")
        row = session.scalar(same) or Feedback(
            shop=shop, text=text, heard=heard, confidence=sure, draft_id=report.draft_id, at=report.at
        )
        row.chosen, row.source, row.agent, row.at = report.intent, "corrected", report.agent, report.at
        session.add(row)

    def _outcome(self, session: Session, report: Report, draft: Draft) -> Outcome:
        in_time = None
        if report.waited_s is not None and report.limit_s and report.counts and report.outcome in USED:
            in_time = report.waited_s <= report.limit_s
        row = Outcome(
            draft_id=draft.id, shop=draft.shop, style=report.style, outcome=report.outcome,
            text=self.mask(report.text), intent=report.intent, agent=report.agent, at=report.at,
            waited_s=report.waited_s, in_time=in_time, key=report.key,
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row

    def _follow_up(
        self, session: Session, draft: Draft, made: Made | None, row: Conversation | None, report: Report
    ) -> FollowUp | None:
        """Note what the draft planned, once a conversation: the same words typed for two buyers are one draft."""
        planned = (made.body if made else draft.reply).get("follow_up")
        if not planned:
            return None
        known = _follow_up_of(session, draft.id, row)
        if known is not None:
            return known
        later = FollowUp(
            shop=draft.shop, conversation_id=row.id if row else draft.conversation_id, draft_id=draft.id,
            due_at=datetime.fromisoformat(planned["at"]), what=self.mask(planned["what"]), agent=report.agent,
            created_at=report.at,
        )  # fmt: skip
        session.add(later)
        session.flush()
        return later

    def _deadlines(self, session: Session, row: Conversation, draft: Draft, report: Report, shop: ShopData) -> None:
        """Note the last moment of what the shop has promised about this order, each once."""
        for what, due in deadlines(row.order or {}, shop):
            same = select(FollowUp.id).where(
                FollowUp.conversation_id == row.id, FollowUp.kind == "deadline",
                FollowUp.what == what, FollowUp.due_at == due,
            )  # fmt: skip
            if due > report.at and session.scalar(same) is None:
                session.add(
                    FollowUp(
                        shop=row.shop, conversation_id=row.id, draft_id=draft.id, due_at=due, what=what,
                        kind="deadline", agent=report.agent, created_at=report.at,
                    )
                )  # fmt: skip


def deadlines(order: dict[str, Any], shop: ShopData) -> list[tuple[str, datetime]]:
    """List what the order and the shop's facts say must happen by when."""
    found = []
    status, facts = order.get("status"), shop.facts
    if status == "unshipped" and order.get("paid_at"):
        by = datetime.fromisoformat(str(order["paid_at"])) + timedelta(hours=facts.shipping.promise_hours)
        found.append((f"最晚这时发货（付款后{facts.shipping.promise_hours}小时）", by))
    if status == "signed" and order.get("signed_at"):
        by = datetime.fromisoformat(str(order["signed_at"])) + timedelta(days=facts.returns.no_reason_days)
        found.append((f"{facts.returns.no_reason_days}天无理由到期", by))
    return found


def _row_of(session: Session, facts: dict[str, Any]) -> Conversation | None:
    same = (Conversation.shop == facts["shop"], Conversation.key == facts["key"])
    return session.scalar(select(Conversation).where(*same))


def _follow_up_of(session: Session, draft_id: str, row: Conversation | None) -> FollowUp | None:
    noted = select(FollowUp).where(FollowUp.draft_id == draft_id, FollowUp.kind == "follow_up")
    return session.scalar(noted.where(FollowUp.conversation_id == row.id) if row else noted)


def _facts_of(chat: Chat) -> dict[str, Any]:
    """Copy what the store keeps of a conversation, as it stands now."""
    body = chat.body or {}
    first = body["intents"][0] if body.get("intents") else {"name": "", "confidence": 0.0}
    return {
        "shop": chat.shop, "key": chat.key, "source": chat.source, "platform": chat.platform or "", "buyer": chat.buyer,
        "agent": chat.agent, "state": chat.state, "product": chat.product, "order": chat.order,
        "opened_at": chat.said[0].at, "last_at": chat.said[-1].at, "waiting_since": chat.waiting_since,
        "intent": first["name"], "confidence": first["confidence"], "anger": body.get("tone", {}).get("anger", 0),
        "risk": [one["why"] for one in body.get("risk", [])], "stage": body.get("stage", ""),
    }  # fmt: skip
