"""A believable fortnight of a shop's desk, for tests and pictures: chats, drafts, outcomes, follow-ups."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy.orm import Session

from app.desk.store import DeskStore
from app.desk.tables import Conversation, Draft, Feedback, FollowUp, Message, Outcome
from app.pipeline import Pipeline
from app.records import Message as Asking
from app.records import Order, Turn

ZONE = ZoneInfo("Asia/Shanghai")
LIMIT = 180
AGENTS = ("小林", "小周", "阿敏")
_HOURS = (1, 0, 0, 0, 0, 0, 1, 2, 6, 9, 11, 9, 7, 8, 9, 9, 8, 7, 8, 11, 14, 13, 8, 3)
"""How many chats begin in each hour, as weights."""


UNHEARD = (
    ("收货码给下", "", "unknown", 0.31),
    ("收货码多少啊驿站要", "", "unknown", 0.28),
    ("驿站说要收货码", "delivery_arrangement", "corrected", 0.44),
    ("团长说你家能拼", "", "unknown", 0.22),
    ("拼单差一个人咋弄", "", "unknown", 0.35),
    ("我那单拼成了没", "", "unknown", 0.4),
    ("盖子拧不开", "usage_help", "corrected", 0.52),
    ("壶盖死活拧不开怎么弄", "usage_help", "corrected", 0.47),
    ("发我小号上行不", "", "unknown", 0.19),
    ("跟隔壁老王一起的那单", "", "unknown", 0.15),
)
"""What was not understood, or corrected by an agent: text, intent, source, confidence."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a buyer writes and what goes out; `after` is seconds after the answer before."""

    intent: str
    text: str
    answer: str
    causes: tuple[str, ...] = ()
    confidence: float = 0.93
    after: int = 90


@dataclass(frozen=True, slots=True)
class Story:
    asks: tuple[Ask, ...]
    weight: int = 2
    status: str = ""
    product: str = ""
    courier: str = ""
    follow_up: str = ""
    deadline: str = ""


def stories() -> list[Story]:
    """Read `fortnight.yaml`."""
    told = yaml.safe_load((Path(__file__).parent / "fortnight.yaml").read_text(encoding="utf-8"))
    return [Story(**(one | {"asks": tuple(_ask(ask) for ask in one["asks"])})) for one in told]


def _ask(told: dict[str, Any]) -> Ask:
    return Ask(**(told | {"causes": tuple(told.get("causes", ()))}))


@dataclass
class _Told:
    """What one chat writes."""

    story: Story
    key: str
    begins: datetime
    agent: str
    rows: list[Any] = field(default_factory=list)


def fill(store: DeskStore, pipeline: Pipeline | None, now: datetime, shop: str = "demo", *, days: int = 14) -> None:
    """Write the days before `now`; with a pipeline every draft is a real one."""
    chance = random.Random(20261122)  # noqa: S311 - the same fortnight every time
    told = stories()
    weights = [story.weight for story in told]
    midnight = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    starts = [
        midnight - timedelta(days=back) + timedelta(hours=hour, seconds=chance.randrange(3600))
        for back in range(days)
        for hour in chance.choices(range(24), _HOURS, k=chance.randrange(20, 30))
    ]
    chats = [
        _Told(chance.choices(told, weights)[0], f"chat-{number:04}", begins, chance.choice(AGENTS))
        for number, begins in enumerate(sorted(starts))
        if begins < now - timedelta(minutes=5)
    ]

    def job(session: Session) -> None:
        for chat in chats:
            _tell(session, chat, chance, pipeline, now, shop)
        for hours, (text, chosen, source, sure) in enumerate(UNHEARD, 1):
            session.add(
                Feedback(
                    shop=shop, text=text, heard="delivery_eta", confidence=sure, chosen=chosen, source=source,
                    at=now - timedelta(hours=hours), agent=AGENTS[hours % 3] if chosen else "",
                )
            )  # fmt: skip
        session.flush()

    store.write(job).result()


def _tell(
    session: Session, chat: _Told, chance: random.Random, pipeline: Pipeline | None, now: datetime, shop: str
) -> None:
    """Write one chat as far as `now`."""
    story = chat.story
    row = Conversation(
        shop=shop, key=chat.key, source="api", platform="pinduoduo", buyer=f"买家{chat.key[-4:]}", agent=chat.agent,
        state="open", product=story.product, order={"status": story.status} if story.status else None,
        opened_at=chat.begins, last_at=chat.begins, risk=[], stage="solve",
    )  # fmt: skip
    session.add(row)
    session.flush()
    at, used = chat.begins, ""
    for number, ask in enumerate(story.asks):
        if at >= now:
            break
        draft = _draft(session, row, story, ask, f"d-{shop}-{chat.key}-{number}", at, pipeline, shop)
        waited, outcome = _fate(chance, at)
        row.last_at, row.intent, row.waiting_since = at, ask.intent, None if outcome else at
        if outcome and at + timedelta(seconds=waited) < now:
            at += timedelta(seconds=waited)
            used = _answer(session, row, draft, ask, outcome, at, waited, chat.agent)
            row.last_at = at
        at += timedelta(seconds=ask.after + chance.randrange(60))
    row.state = "open" if now - row.last_at < timedelta(hours=12) else "closed"
    if used and (story.follow_up or story.deadline):
        _remind(session, row, story, used, chance, now, chat.agent)


def _fate(chance: random.Random, at: datetime) -> tuple[int, str]:
    """Give how long the buyer waits and what becomes of the draft; evenings are busy."""
    busy = at.astimezone(ZONE).hour in (20, 21, 22)
    waited = int(chance.lognormvariate(4.5 if busy else 3.8, 0.75)) + 4
    outcome = chance.choices(("copied", "sent", "edited", "rejected", ""), (46, 14, 22, 9, 9 if busy else 4))[0]
    return waited, outcome


def _draft(
    session: Session, row: Conversation, story: Story, ask: Ask, name: str, at: datetime,
    pipeline: Pipeline | None, shop: str,
) -> Draft:  # fmt: skip
    local = at.astimezone(ZONE)
    message = Message(
        conversation_id=row.id, key=f"{name}-m", role="buyer", text=ask.text, at=at, intent=ask.intent,
        confidence=ask.confidence, anger=1 if ask.causes else 0, draft_id=name,
    )  # fmt: skip
    session.add(message)
    session.flush()
    draft = Draft(
        id=name, shop=shop, conversation_id=row.id, message_id=message.id, at=at, text=ask.text, intent=ask.intent,
        confidence=ask.confidence, decision="ask" if ask.intent == "unknown" else "reply",
        ranking=[[ask.intent, ask.confidence]], intents=[ask.intent], causes=list(ask.causes), product=story.product,
        courier=story.courier, platform="pinduoduo", reply=_body(ask, name, row.key, at, story, pipeline, shop),
        took_ms=6.4, waited_s=0, limit_s=LIMIT, counts=8 <= local.hour < 23,
    )  # fmt: skip
    session.add(draft)
    session.flush()
    return draft


def _body(
    ask: Ask, name: str, key: str, at: datetime, story: Story, pipeline: Pipeline | None, shop: str
) -> dict[str, Any]:
    """Give the body that a client got: the pipeline's, or the story's answer alone."""
    if pipeline is not None:
        from app.service.schema import reply_json

        status = Order(status=story.status or None)  # type: ignore[arg-type]
        reply = pipeline.reply(Asking((Turn("buyer", ask.text, at),), at, status, story.product), shop=shop)
        titles = {one.name: one.title for one in pipeline.knowledge.catalogue}
        return reply_json(reply, titles, name=name, conversation=key, took_ms=6.4)
    drafts = [{"style": style, "text": ask.answer} for style in ("brief", "standard")]
    return {"id": name, "drafts": drafts, "intents": [{"name": ask.intent, "confidence": ask.confidence}]}


def _answer(
    session: Session, row: Conversation, draft: Draft, ask: Ask, outcome: str, at: datetime, waited: int, agent: str
) -> str:
    """Write what went out; after a refusal the agent's own words do."""
    words = {"edited": f"{ask.answer}您放心。", "rejected": ""}.get(outcome, ask.answer)
    in_time = waited <= LIMIT if draft.counts and outcome != "rejected" else None
    session.add(
        Outcome(
            draft_id=draft.id, shop=draft.shop, style="standard", outcome=outcome, text=words, agent=agent, at=at,
            waited_s=waited, in_time=in_time, key=f"{draft.id}-o",
        )
    )  # fmt: skip
    style = "" if outcome == "rejected" else "standard"
    session.add(Message(conversation_id=row.id, role="agent", text=words or "我看一下马上回您", at=at, style=style))
    return draft.id


def _remind(
    session: Session, row: Conversation, story: Story, draft: str, chance: random.Random, now: datetime, agent: str
) -> None:
    """Write what has to be come back to; most of what is past is done."""
    wanted: Sequence[tuple[str, str, timedelta]] = (
        (story.follow_up, "follow_up", chance.choice((timedelta(minutes=30), timedelta(hours=4), timedelta(days=1)))),
        (story.deadline, "deadline", timedelta(days=7) if story.status == "signed" else timedelta(hours=40)),
    )
    for what, kind, later in wanted:
        if not what:
            continue
        due = row.last_at + later
        closed = due < now and chance.random() < 0.96
        session.add(
            FollowUp(
                shop=row.shop, conversation_id=row.id, draft_id=draft, due_at=due, what=what, kind=kind, agent=agent,
                created_at=row.last_at, state="done" if closed else "open", done_at=due if closed else None,
                done_by=agent if closed else "",
            )
        )  # fmt: skip
