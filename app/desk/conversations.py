"""Remember conversations while the process lives: what was asked, whether greeted, which drafts were given."""

from collections import OrderedDict
from dataclasses import dataclass, field

from app.records import History, Reply

_KEPT_CONVERSATIONS = 5_000
_KEPT_REPLIES = 50
_CLOSING = frozenset({"thanks", "goodbye_done"})


@dataclass
class _Conversation:
    asked: list[tuple[str, ...]] = field(default_factory=list)
    replies: OrderedDict[str, tuple[str, Reply]] = field(default_factory=OrderedDict)


class Conversations:
    """Keep the most recently used conversations, keyed by shop and conversation id."""

    def __init__(self, size: int = _KEPT_CONVERSATIONS) -> None:
        self._size = size
        self._kept: OrderedDict[tuple[str, str], _Conversation] = OrderedDict()

    def history(self, shop: str, conversation: str) -> History:
        """Give what a conversation has seen; an unknown one has seen nothing."""
        known = self._kept.get((shop, conversation))
        if known is None or not conversation:
            return History()
        asked = tuple(known.asked)
        return History(greeted=bool(asked), closed=bool(asked) and bool(_CLOSING & set(asked[-1])), asked=asked)

    def earlier(self, shop: str, conversation: str, message: str) -> tuple[str, Reply] | None:
        """Give the draft id and reply already made for a message id."""
        known = self._kept.get((shop, conversation))
        return known.replies.get(message) if known and message else None

    def record(self, shop: str, conversation: str, message: str, draft_id: str, reply: Reply) -> None:
        """Note a reply; without a conversation or message id there is nothing to come back to."""
        if not conversation and not message:
            return
        known = self._kept.setdefault((shop, conversation), _Conversation())
        self._kept.move_to_end((shop, conversation))
        if conversation:
            known.asked.append(tuple(answer.intent for answer in reply.decision.answers))
            del known.asked[:-_KEPT_REPLIES]
        if message:
            known.replies[message] = (draft_id, reply)
            while len(known.replies) > _KEPT_REPLIES:
                known.replies.popitem(last=False)
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)
