"""The route that finds what to say: scripts and stored answers by words, by pinyin or by what is meant."""

import threading
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from app.desk.phrases.search import LONGEST_QUERY, Phrases
from app.desk.phrases.texts import Phrase
from app.records import Status
from app.service.parts import Parts

_SHOWN, _MOST = 12, 500


def routes(parts: Parts) -> APIRouter:
    """Build the route."""
    router, shelf = APIRouter(), _Shelf(parts)

    @router.get("/v1/phrases")
    def phrases(
        shop: str = parts.shop,
        q: Annotated[str, Query(max_length=LONGEST_QUERY)] = "",
        status: Status | Literal[""] = "",
        limit: Annotated[int | None, Query(ge=1, le=_MOST)] = None,
        name: Annotated[list[str] | None, Query(max_length=_MOST)] = None,
        now: AwareDatetime | None = None,
    ) -> dict[str, Any]:
        """Find phrases, the best first; without `q` all of them by group, or those that `name` names."""
        state, moment = status or None, now or datetime.now(UTC)
        if name is not None and not q.strip():
            found = shelf.phrases.named(name, shop=shop, status=state, now=moment)
        else:
            most = limit or (_SHOWN if q.strip() else _MOST)
            found = shelf.phrases.find(q, shop=shop, status=state, now=moment, limit=most)
        return {"phrases": [phrase_json(one) for one in found]}

    return router


class _Shelf:
    """Build the index when the first agent asks, once."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._turn = threading.Lock()
        self._phrases: Phrases | None = None

    @property
    def phrases(self) -> Phrases:
        with self._turn:
            if self._phrases is None:
                self._phrases = Phrases(self._parts.pipeline)
            return self._phrases


def phrase_json(phrase: Phrase) -> dict[str, Any]:
    """Write one phrase; `text` may be sent once its `blanks` are filled."""
    return {
        "kind": phrase.kind,
        "name": phrase.name,
        "title": phrase.title,
        "text": phrase.text,
        "group": phrase.group,
        "why": phrase.why,
        "product": phrase.product,
        "blanks": phrase.blanks,
    }
