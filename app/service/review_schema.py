"""What clients may send about a review, and how the replies are written as JSON. Field names are a contract."""

from datetime import datetime
from typing import Any

from pydantic import Field

from app.reply.reviews import Review, ReviewCause, ReviewReply, ReviewStyle
from app.service.schema import Moment, Sent, Text, draft_json


class ReviewRequest(Sent):
    """Stars and words of a public review; without a style every style that suits is drafted."""

    shop: str | None = Field(None, max_length=64)
    rating: int = Field(ge=1, le=5)
    text: Text = ""
    style: ReviewStyle | None = None
    follow_up: bool = False
    """Whether the buyer wrote it after an earlier review; the words may tell it as well."""
    product: str = Field("", max_length=100)
    traits: list[Text] = Field(default_factory=list, max_length=20)
    at: Moment | None = None
    """When the review is read; now where it is left out."""

    def review(self, now: datetime) -> Review:
        return Review(self.rating, self.text, self.at or now, self.follow_up, self.product, tuple(self.traits))


def review_json(reply: ReviewReply, *, took_ms: float) -> dict[str, Any]:
    """Write the replies to a review as the body of `POST /v1/reviews`."""
    return {
        "shop": reply.shop,
        "rating": reply.rating,
        "kind": reply.kind,
        "causes": [_cause_json(one) for one in reply.causes],
        "praise": [_cause_json(one) for one in reply.praise],
        "drafts": [draft_json(draft) for draft in reply.drafts],
        "flags": [
            {"title": flag.title, "note": flag.note, "words": flag.words, "keep": flag.keep} for flag in reply.flags
        ],
        "plan": [{"at": step.at.isoformat(timespec="seconds"), "what": step.what} for step in reply.plan],
        "todo": reply.todo,
        "took_ms": round(took_ms, 2),
    }


def _cause_json(cause: ReviewCause) -> dict[str, Any]:
    return {"name": cause.name, "title": cause.title, "class": cause.dsr, "words": cause.words}
