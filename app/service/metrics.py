"""The route that Prometheus reads: what was counted, and how things stand at this moment."""

from collections.abc import Iterator
from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app import __version__
from app.desk.chats import LISTED, SILENT
from app.desk.tables import Conversation
from app.service.parts import Parts


def routes(parts: Parts) -> APIRouter:
    """Build the route."""
    router = APIRouter(include_in_schema=False)
    parts.tally.registry.register(Standing(parts))

    @router.get("/metrics")
    def metrics() -> Response:
        """Give all figures; it reads the store and so runs beside the event loop."""
        return Response(generate_latest(parts.tally.registry), media_type=CONTENT_TYPE_LATEST)

    return router


class Standing(Collector):
    """Look how things stand when somebody asks."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def describe(self) -> list[Metric]:
        """Promise nothing beforehand: registering must not read the store."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Give the figures of this moment."""
        parts = self._parts
        yield _gauge("miaohui_sse_listeners", "Pages that listen to live events", len(parts.live))
        yield _gauge("miaohui_writer_queue", "Jobs that the store has not written yet", parts.store.queued)
        model = GaugeMetricFamily("miaohui_model_info", "The model that answers", labels=["version", "data_hash"])
        model.add_metric([parts.watch.version, parts.pipeline.classifier.artefact.card.data_hash[:12]], 1)
        yield model
        build = GaugeMetricFamily("miaohui_build_info", "The program that runs", labels=["version"])
        build.add_metric([__version__], 1)
        yield build
        yield from self._conversations()

    def _conversations(self) -> Iterator[Metric]:
        """Count what stands in the agents' lists; without a database only that it is gone."""
        now = datetime.now(UTC)
        stands = (
            select(
                Conversation.shop,
                func.count(),
                func.count(Conversation.waiting_since),
                func.min(Conversation.waiting_since),
            )
            .where(Conversation.state == "open", Conversation.source.in_(LISTED), Conversation.last_at >= now - SILENT)
            .group_by(Conversation.shop)
        )
        try:
            with self._parts.store.read() as session:
                rows = session.execute(stands).all()
        except SQLAlchemyError:
            yield _gauge("miaohui_store_up", "Whether the database answers", 0)
            return
        yield _gauge("miaohui_store_up", "Whether the database answers", 1)
        opened = GaugeMetricFamily("miaohui_conversations_open", "Conversations in the list", labels=["shop"])
        waiting = GaugeMetricFamily("miaohui_conversations_waiting", "Conversations that wait", labels=["shop"])
        oldest = GaugeMetricFamily("miaohui_oldest_wait_seconds", "Longest wait for an answer", labels=["shop"])
        for shop, count, waits, since in rows:
            opened.add_metric([shop], count)
            waiting.add_metric([shop], waits)
            oldest.add_metric([shop], max((now - since).total_seconds(), 0) if since else 0)
        yield from (opened, waiting, oldest)


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, what, value=value)
