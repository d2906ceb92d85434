"""A home with three small intents, on which a training takes seconds."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from app.desk.store import DeskStore
from app.desk.tables import Feedback
from app.understand.catalogue import Catalogue

INTENTS = ("ship_time_query", "invoice_request", "cancel_order")
_LINES = 40
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


def shrink(home: Path, catalogue: Catalogue) -> None:
    """Leave three intents of a few lines each, and no model."""
    for path in (home / "intents").glob("*/*.yaml"):
        path.unlink()
    for name in INTENTS:
        intent = catalogue[name]
        lines = "".join(f"  - {json.dumps(line, ensure_ascii=False)}\n" for line in intent.file.examples[:_LINES])
        (home / "intents" / intent.group / f"{name}.yaml").write_text(
            f"title: {intent.title}\ndefinition: {intent.file.definition}\nflow: {intent.flow}\nexamples:\n{lines}",
            encoding="utf-8",
        )
    (home / "models").unlink()


def seed(store: DeskStore, *texts: str, shop: str = "demo", chosen: str = "", heard: str = "unknown") -> list[int]:
    """Write open feedback, a minute apart; give the numbers."""

    def job(session: Session) -> list[int]:
        rows = [
            Feedback(
                shop=shop, text=text, heard=heard, confidence=0.2, chosen=chosen, agent="小林" if chosen else "",
                source="corrected" if chosen else "unknown", at=NOW + timedelta(minutes=at),
            )
            for at, text in enumerate(texts)
        ]  # fmt: skip
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]

    return store.write(job).result()
