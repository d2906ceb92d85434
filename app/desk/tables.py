"""The tables of the store. Whatever people wrote in them is masked before it gets here."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, DateTime, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """Keep aware moments; SQLite has no zone, so all are written in UTC and read back as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    type_annotation_map = {datetime: Moment, dict[str, Any]: JSON, list[str]: JSON, list[Any]: JSON, str: String}  # noqa: RUF012 - SQLAlchemy reads it once


Base.metadata.naming_convention = NAMES


class Conversation(Base):
    """One buyer's chat; `key` is the name that the chat client gives it."""

    __tablename__ = "conversation"
    __table_args__ = (UniqueConstraint("shop", "key"), Index("ix_conversation_open", "shop", "state", "last_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    shop: Mapped[str]
    key: Mapped[str]
    source: Mapped[str] = mapped_column(default="api")
    platform: Mapped[str] = mapped_column(default="")
    buyer: Mapped[str] = mapped_column(default="")
    agent: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="open")
    product: Mapped[str] = mapped_column(default="")
    order: Mapped[dict[str, Any] | None] = mapped_column("order_facts")
    opened_at: Mapped[datetime]
    last_at: Mapped[datetime]
    waiting_since: Mapped[datetime | None]
    """When the first buyer message came that nobody has answered yet."""
    intent: Mapped[str] = mapped_column(default="")
    confidence: Mapped[float] = mapped_column(default=0.0)
    anger: Mapped[int] = mapped_column(default=0)
    risk: Mapped[list[str]] = mapped_column(default=list)
    stage: Mapped[str] = mapped_column(default="")


class Message(Base):
    """One turn; `key` is the client's message id and empty where it gave none."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_key", "conversation_id", "key"),
        Index("ix_message_turns", "conversation_id", "at", "id"),
        Index("ix_message_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(default="")
    role: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    intent: Mapped[str] = mapped_column(default="")
    confidence: Mapped[float] = mapped_column(default=0.0)
    anger: Mapped[int] = mapped_column(default=0)
    style: Mapped[str] = mapped_column(default="")
    draft_id: Mapped[str] = mapped_column(default="")


class Draft(Base):
    """What was drafted for one run of buyer messages; `reply` is the masked body of the answer."""

    __tablename__ = "draft"
    __table_args__ = (
        Index("ix_draft_shop_at", "shop", "at"),
        Index("ix_draft_intent", "shop", "intent", "at"),
        Index("ix_draft_conversation", "conversation_id", "at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    shop: Mapped[str]
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id", ondelete="SET NULL"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="SET NULL"))
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    intent: Mapped[str]
    confidence: Mapped[float]
    decision: Mapped[str]
    ranking: Mapped[list[Any]]
    intents: Mapped[list[str]]
    causes: Mapped[list[str]]
    product: Mapped[str] = mapped_column(default="")
    courier: Mapped[str] = mapped_column(default="")
    platform: Mapped[str] = mapped_column(default="")
    reply: Mapped[dict[str, Any]]
    stale: Mapped[bool] = mapped_column(Boolean, default=False)
    took_ms: Mapped[float] = mapped_column(Float, default=0.0)
    waited_s: Mapped[int | None]
    limit_s: Mapped[int | None]
    counts: Mapped[bool] = mapped_column(Boolean, default=False)


class Outcome(Base):
    """What became of a draft; `key` makes a repeated report count once."""

    __tablename__ = "outcome"
    __table_args__ = (UniqueConstraint("key"), Index("ix_outcome_shop_at", "shop", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[str] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"), index=True)
    shop: Mapped[str]
    style: Mapped[str]
    outcome: Mapped[str]
    text: Mapped[str] = mapped_column(Text, default="")
    intent: Mapped[str] = mapped_column(default="")
    agent: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    waited_s: Mapped[int | None] = mapped_column(Integer)
    in_time: Mapped[bool | None] = mapped_column(Boolean)
    key: Mapped[str | None]


class FollowUp(Base):
    """Something to come back to; `kind` tells an agent's own reminder from an after-sales deadline."""

    __tablename__ = "follow_up"
    __table_args__ = (Index("ix_follow_up_due", "shop", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shop: Mapped[str]
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id", ondelete="SET NULL"))
    draft_id: Mapped[str | None] = mapped_column(ForeignKey("draft.id", ondelete="SET NULL"))
    due_at: Mapped[datetime]
    what: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(default="follow_up")
    state: Mapped[str] = mapped_column(default="open")
    agent: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(Text, default="")


class Feedback(Base):
    """A message that was not understood, or whose intent an agent corrected."""

    __tablename__ = "feedback"
    __table_args__ = (Index("ix_feedback_state", "shop", "state", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shop: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    heard: Mapped[str]
    confidence: Mapped[float]
    chosen: Mapped[str] = mapped_column(default="")
    source: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    at: Mapped[datetime]
    agent: Mapped[str] = mapped_column(default="")
    draft_id: Mapped[str | None] = mapped_column(index=True)
    decided_at: Mapped[datetime | None]


class Revision(Base):
    """The whole content of a script or a shop's file after a change; an empty text says it was removed."""

    __tablename__ = "revision"
    __table_args__ = (Index("ix_revision_name", "shop", "kind", "name", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shop: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    agent: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(Text, default="")
