"""What a trial has found: how two versions of the model compare, kept beside the newer one."""

from pydantic import BaseModel, ConfigDict, ValidationError

from app.models import SLACK, Store

REPORT = "report.json"


class Change(BaseModel):
    """A message that the two versions hear differently; "" where one hears nothing."""

    model_config = ConfigDict(frozen=True)

    text: str
    intent: str
    before: str
    after: str


class Side(BaseModel):
    """One of the two versions."""

    model_config = ConfigDict(frozen=True)

    version: str
    lines: int
    intents: int
    held_out: float


class Report(BaseModel):
    """Both versions, how often they are right on the same training lines, and on the messages that were accepted.

    `before` is None where no version was in use; the shares are then of the new one alone.
    """

    model_config = ConfigDict(frozen=True)

    before: Side | None
    after: Side
    sampled: int
    right: tuple[float, float]
    p: float
    lost: tuple[Change, ...]
    won: tuple[Change, ...]
    lost_count: int
    won_count: int
    told: tuple[Change, ...]

    @property
    def worse(self) -> bool:
        """Tell whether the new one is less often right on lines it has not seen, by more than chance may do."""
        return self.before is not None and self.before.held_out - self.after.held_out > SLACK

    @property
    def told_right(self) -> tuple[int, int]:
        """Count the accepted messages that each version hears as it was told."""
        return (sum(one.before == one.intent for one in self.told), sum(one.after == one.intent for one in self.told))


def read_report(store: Store, version: str) -> Report | None:
    """Read what was found when a version was trained; None where nobody looked."""
    try:
        return Report.model_validate_json((store.folder / version / REPORT).read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError):
        return None
