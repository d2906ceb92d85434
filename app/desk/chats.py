"""The conversations at hand: who said what, since when somebody waits, what was drafted last. Kept in memory, read
back from the store where they are not there any more; used from the event loop only."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.desk.store import DeskStore
from app.desk.tables import Conversation as ConversationRow
from app.desk.tables import Draft as DraftRow
from app.desk.tables import Message as MessageRow
from app.records import PLATFORMS, History, Platform, Role, Turn

_KEPT_CHATS = 5_000
_KEPT_REPLIES = 50
_KEPT_TURNS = 200
_KEPT_DRAFTS = 5_000
SILENT = timedelta(days=2)
_LISTED_MOST = 200
_CLOSING = frozenset({"thanks", "goodbye_done"})
LISTED = ("api", "page")
"""Conversations of these sources stand in the agent's list; a chat client that only asks for drafts has its own."""


@dataclass(frozen=True, slots=True)
class Said:
    """One turn with its id of the client and the style of the draft it came from, both empty where there is none."""

    id: str
    role: Role
    text: str
    at: datetime
    style: str = ""

    @property
    def turn(self) -> Turn:
        return Turn(self.role, self.text, self.at)


@dataclass(slots=True)
class Chat:
    """A conversation as it stands now."""

    shop: str
    key: str
    source: str = "api"
    buyer: str = ""
    traits: tuple[str, ...] = ()
    platform: Platform | None = None
    agent: str = ""
    state: str = "open"
    order: dict[str, Any] | None = None
    """The order as the client sent it."""
    product: str = ""
    said: list[Said] = field(default_factory=list)
    waiting_since: datetime | None = None
    asked: list[tuple[str, ...]] = field(default_factory=list)
    asking: tuple[str, ...] = ()
    """The intents of the buyer messages that nobody has answered yet."""
    used: str = ""
    """The draft that the last turn of the shop came from."""
    body: dict[str, Any] | None = None
    """The last reply as the client got it."""
    draft_ids: list[str] = field(default_factory=list)
    """Drafts of the buyer messages that nobody has answered yet, the latest last."""
    replies: OrderedDict[str, dict[str, Any]] = field(default_factory=OrderedDict)

    @property
    def turns(self) -> tuple[Turn, ...]:
        return tuple(one.turn for one in self.said)

    @property
    def unanswered(self) -> list[Said]:
        """Give the buyer messages after the last turn of the shop, without those that were closed unanswered."""
        at = len(self.said)
        while at and self.said[at - 1].role == "buyer":
            at -= 1
        return [one for one in self.said[at:] if self.waiting_since is None or one.at >= self.waiting_since]

    def history(self) -> History:
        """Give what the conversation has seen before the messages that wait."""
        asked = tuple(self.asked)
        return History(greeted=bool(asked), closed=bool(asked) and bool(_CLOSING & set(asked[-1])), asked=asked)

    def hear(self, said: Said) -> None:
        """Add a buyer message."""
        self.said.append(said)
        del self.said[:-_KEPT_TURNS]
        self.state = "open"
        self.waiting_since = min(self.waiting_since or said.at, said.at)

    def answer(self, said: Said, draft: str = "", *, after: Said | None = None) -> None:
        """Add what the shop said: nobody waits any more but who wrote since `after`.

        Another wording of the same draft takes its place.
        """
        at = len(self.said)
        while after in self.said and self.said[at - 1] != after:
            at -= 1
        since = [one.at for one in self.said[at:] if one.role == "buyer"]
        if draft and draft == self.used and self.said[at - 1].role == "agent":
            self.said[at - 1] = said
        else:
            self.said.insert(at, said)
            del self.said[:-_KEPT_TURNS]
        self.used = draft
        self.waiting_since = min(since, default=None)
        if not since:
            self.settle()

    def settle(self) -> None:
        """Count what was asked as asked before, from now on."""
        if self.asking:
            self.asked.append(self.asking)
            del self.asked[:-_KEPT_REPLIES]
        self.asking = ()
        self.draft_ids = []

    def drafted(self, message: str, body: dict[str, Any]) -> list[str]:
        """Note a reply; give the ids of the drafts that it makes stale."""
        self.body = body
        self.asking = tuple(one["name"] for one in body["intents"])
        stale = [one for one in self.draft_ids if one != body["id"]]
        self.draft_ids = [body["id"]]
        if message:
            self.replies[message] = body
            while len(self.replies) > _KEPT_REPLIES:
                self.replies.popitem(last=False)
        return stale


@dataclass(frozen=True, slots=True)
class Made:
    """A draft that was given out, with what the store has to know once somebody uses it."""

    shop: str
    chat: str
    text: str
    body: dict[str, Any]
    at: datetime
    product: str = ""
    courier: str = ""
    platform: str = ""


class Chats:
    """Keep the most recently used conversations and drafts."""

    def __init__(self, store: DeskStore, *, size: int = _KEPT_CHATS) -> None:
        self._store = store
        self._size = size
        self._kept: OrderedDict[tuple[str, str], Chat] = OrderedDict()
        self._made: OrderedDict[str, Made] = OrderedDict()

    def get(self, shop: str, key: str) -> Chat | None:
        """Give a conversation; None where nobody has heard of it."""
        place = (shop, key)
        if place not in self._kept:
            known = self._read(shop, key) if key and "\0" not in key else None
            if known is None:
                return None
            self._keep(place, known)
        self._kept.move_to_end(place)
        return self._kept[place]

    def open(self, shop: str, key: str, *, source: str) -> Chat:
        """Give a conversation, a new one where nobody has heard of it."""
        chat = self.get(shop, key)
        if chat is None:
            chat = Chat(shop, key, source)
            self._keep((shop, key), chat)
        return chat

    def listed(self, shop: str, now: datetime) -> list[Chat]:
        """List the open conversations that agents see, the latest last; long silent ones are left out."""
        since = now - SILENT
        with self._store.read() as session:
            keys = session.scalars(
                select(ConversationRow.key)
                .where(
                    ConversationRow.shop == shop,
                    ConversationRow.state == "open",
                    ConversationRow.source.in_(LISTED),
                    ConversationRow.last_at >= since,
                )
                .order_by(ConversationRow.last_at.desc())
                .limit(_LISTED_MOST)
            ).all()
        fresh = [key for (of, key), chat in self._kept.items() if of == shop and chat.source in LISTED and chat.said]
        chats = [self.get(shop, key) for key in dict.fromkeys([*fresh, *keys])]
        return sorted(
            (one for one in chats if one is not None and one.state == "open" and one.said and one.said[-1].at >= since),
            key=lambda chat: chat.said[-1].at,
        )

    def remember(self, made: Made) -> None:
        """Keep a draft at hand until somebody says what became of it."""
        self._made[made.body["id"]] = made
        while len(self._made) > _KEPT_DRAFTS:
            self._made.popitem(last=False)

    def made(self, draft_id: str) -> Made | None:
        """Give a draft that was given out; None where nobody knows of it."""
        return self._made.get(draft_id) or self._read_made(draft_id)

    def _read_made(self, draft_id: str) -> Made | None:
        with self._store.read() as session:
            found = session.execute(
                select(DraftRow, ConversationRow.key)
                .outerjoin(ConversationRow, DraftRow.conversation_id == ConversationRow.id)
                .where(DraftRow.id == draft_id)
            ).first()
        if found is None:
            return None
        row, key = found
        return Made(row.shop, key or "", row.text, row.reply, row.at, row.product, row.courier, row.platform)

    def _keep(self, place: tuple[str, str], chat: Chat) -> None:
        self._kept[place] = chat
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)

    def _read(self, shop: str, key: str) -> Chat | None:
        """Read a conversation back, as it was masked when it was written."""
        with self._store.read() as session:
            row = session.scalar(
                select(ConversationRow).where(ConversationRow.shop == shop, ConversationRow.key == key)
            )
            if row is None:
                return None
            latest = select(MessageRow).where(MessageRow.conversation_id == row.id)
            said = session.scalars(latest.order_by(MessageRow.at.desc(), MessageRow.id.desc()).limit(_KEPT_TURNS)).all()
            drafts = session.scalars(
                select(DraftRow)
                .where(DraftRow.conversation_id == row.id)
                .order_by(DraftRow.at.desc(), DraftRow.id)
                .limit(_KEPT_REPLIES)
            ).all()
        chat = Chat(
            shop, key, row.source, row.buyer, (), _platform(row.platform), row.agent, row.state, row.order, row.product,
            [_said(one) for one in reversed(said)], row.waiting_since,
        )  # fmt: skip
        chat.used = said[0].draft_id if said and said[0].role == "agent" else ""
        _replay(chat, list(reversed(drafts)), said)
        return chat


def _platform(name: str) -> Platform | None:
    return next((one for one in PLATFORMS if one == name), None)


def _said(row: MessageRow) -> Said:
    return Said(row.key, "agent" if row.role == "agent" else "buyer", row.text, row.at, row.style)


def _replay(chat: Chat, drafts: Sequence[DraftRow], said: Sequence[MessageRow]) -> None:
    """Put back what was drafted, so that the same message id gets the same draft and repeats are counted."""
    keys = {one.id: one.key for one in said}
    for draft in drafts:
        chat.drafted(keys.get(draft.message_id or 0, ""), draft.reply)
        answered = chat.source not in LISTED or chat.waiting_since is None or draft.at < chat.waiting_since
        if answered and not draft.stale:
            chat.settle()
