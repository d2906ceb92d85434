"""The figures: how each message is counted, and that every figure is exactly the messages it leads to."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from app.desk.reports import report as reports
from app.desk.reports.listing import chosen, lines
from app.desk.reports.rows import Asked
from app.desk.reports.scope import CLASSES, NOBODY, Names, Period, Scope, load_reasons, names_of, period_of
from app.desk.reports.tables import quantile
from app.desk.store import DeskStore
from app.desk.tables import Conversation, Draft, Message, Outcome
from app.errors import DataError, RequestError
from app.pipeline import Pipeline
from tests.desk import fortnight
from tests.desk.fortnight import ZONE

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
WEEK = Scope("demo", period_of("7", "", "", now=NOW, zone=ZONE))
MONTH = Scope("demo", period_of("30", "", "", now=NOW, zone=ZONE))


@pytest.fixture(scope="module")
def names(pipeline: Pipeline) -> Names:
    return names_of(pipeline.knowledge, pipeline.shop("demo").counter.shop)


def read(store: DeskStore, names: Names, scope: Scope = WEEK, *, now: datetime = NOW, text: str = "") -> list[Asked]:
    with store.read() as session:
        return reports.read(session, scope, names, now, text=text)


class Desk:
    """Writes single drafts and what became of them."""

    def __init__(self, store: DeskStore) -> None:
        self.store = store
        self.made = 0

    def draft(
        self, *outcomes: tuple[str, int | None, bool | None], at: datetime = NOW - timedelta(hours=5),
        typed: int | None = None, order: dict[str, str] | None = None, state: str = "open", **values: Any,
    ) -> str:  # fmt: skip
        """Write a draft with (outcome, seconds waited, in time); `typed` is when an agent's own words follow."""
        self.made += 1
        name = f"d-{self.made}"
        facts: dict[str, Any] = {
            "shop": "demo", "text": "在吗", "intent": "greeting", "confidence": 0.9, "decision": "reply",
            "ranking": [], "intents": [], "causes": [], "reply": {"drafts": [{"style": "brief", "text": "在的"}]},
            "waited_s": 0, "limit_s": 180, "counts": True,
        } | values  # fmt: skip

        def job(session: Session) -> None:
            number = facts.pop("conversation_id", None)
            if number is None:
                chat = Conversation(
                    shop=facts["shop"], key=f"k{self.made}", opened_at=at, last_at=at, risk=[], order=order, state=state
                )
                session.add(chat)
                session.flush()
                number = chat.id
            session.add(Draft(id=name, at=at, conversation_id=number, **facts))
            session.flush()
            for at_, (outcome, waited, in_time) in enumerate(outcomes):
                session.add(
                    Outcome(
                        draft_id=name, shop=facts["shop"], style="brief", outcome=outcome, agent="小林",
                        at=at + timedelta(seconds=at_), waited_s=waited, in_time=in_time, key=f"{name}-{at_}",
                    )
                )  # fmt: skip
            if typed is not None:
                later = at + timedelta(seconds=typed)
                session.add(Message(conversation_id=number, role="agent", text="自己写的", at=later, style=""))

        self.store.write(job).result()
        return name


@pytest.fixture
def desk(store: DeskStore) -> Desk:
    return Desk(store)


# every figure leads to its messages


def test_every_figure_is_exactly_the_messages_it_leads_to(store: DeskStore, names: Names) -> None:
    fortnight.fill(store, None, NOW)
    with store.read() as session:
        found = reports.report(session, MONTH, names, NOW)
        rows = reports.read(session, MONTH, names, NOW)
    followed = 0
    for table in found.tables:
        for row in table.rows:
            for cell in row:
                if cell.where is not None:
                    assert len(chosen(rows, cell.where)) == cell.value, (table.name, row)
                    followed += bool(cell.value)
    assert followed > 300
    assert len({table.name for table in found.tables}) == len(found.tables) == 10
    total = found.total
    assert (total.total, found.unsold) == (len(rows), len(chosen(rows, {"unsold": ("any",)})))
    assert total.accepted + total.edited == len(chosen(rows, {"outcome": ("used",)}))
    assert total.negative == len(chosen(rows, {"cause": ("any",)}))


def test_parts_add_up_to_the_whole(store: DeskStore, names: Names) -> None:
    fortnight.fill(store, None, NOW)
    with store.read() as session:
        found = reports.report(session, MONTH, names, NOW)
    for name in ("intents", "hours", "days", "outcomes", "agents"):
        table = found.table(name)
        assert table is not None
        assert sum(row[1].value for row in table.rows) == found.total.total, name  # type: ignore[misc]
    total = found.total
    assert total.accepted + total.edited + total.rejected + total.none == total.total
    assert total.kept + total.missed + total.uncounted == total.total
    hours, days, intents = (found.table(name) for name in ("hours", "days", "intents"))
    assert hours is not None
    assert days is not None
    assert intents is not None
    assert (len(hours.rows), len(days.rows), len(intents.rows)) == (24, 30, reports.TOP + 1)


def test_an_agents_figures_are_a_part_of_all(store: DeskStore, names: Names) -> None:
    fortnight.fill(store, None, NOW)
    everything = read(store, names, MONTH)
    by_agent = Counter(row.agent for row in everything)
    for agent in fortnight.AGENTS:
        own = read(store, names, Scope("demo", MONTH.period, agent))
        assert len(own) == by_agent[agent] > 50
    assert read(store, names, Scope("demo", MONTH.period, NOBODY)) == []
    assert read(store, names, Scope("other", MONTH.period)) == []


def test_a_list_shows_the_words_that_went_out(store: DeskStore, names: Names) -> None:
    fortnight.fill(store, None, NOW)
    rows = read(store, names)
    with store.read() as session:
        found = lines(session, rows)
    assert [line.asked.id for line in found] == [row.id for row in rows]
    edited = next(line for line in found if line.asked.outcome == "edited")
    assert edited.reply.endswith("您放心。")
    assert (edited.style, bool(edited.conversation), bool(edited.buyer)) == ("standard", True, True)
    assert all(not line.reply for line in found if line.asked.outcome in ("none", "rejected"))


# what became of a draft, and of its clock

FATES = {
    "copied in time": ([("copied", 60, True)], {}, ("accepted", "kept", 60)),
    "sent late": ([("sent", 200, False)], {}, ("accepted", "missed", 200)),
    "copied, then edited": ([("copied", 60, True), ("edited", 90, True)], {}, ("edited", "kept", 60)),
    "edited, then sent": ([("edited", 60, True), ("sent", 61, True)], {}, ("edited", "kept", 60)),
    "rejected, then copied": ([("rejected", 20, None), ("copied", 170, True)], {}, ("accepted", "kept", 170)),
    "rejected, own words": ([("rejected", 20, None)], {"typed": 100}, ("rejected", "kept", 100)),
    "rejected, own words too late": ([("rejected", 20, None)], {"typed": 181}, ("rejected", "missed", 181)),
    "nothing at all": ([], {}, ("none", "missed", None)),
    "own words only": ([], {"typed": 30, "waited_s": 100}, ("none", "kept", 130)),
    "the platform does not count": ([("copied", 9000, None)], {"counts": False}, ("accepted", "uncounted", 9000)),
    "no clock": ([], {"limit_s": None, "waited_s": None, "counts": False}, ("none", "uncounted", None)),
    "the time still runs": ([], {"at": NOW - timedelta(seconds=100)}, ("none", "uncounted", None)),
    "waited before": ([], {"at": NOW - timedelta(seconds=100), "waited_s": 90}, ("none", "missed", None)),
    "drafted anew": ([("rejected", 20, None)], {"stale": True, "typed": 30}, ("rejected", "uncounted", None)),
}  # fmt: skip


@pytest.mark.parametrize("case", FATES.values(), ids=FATES)
def test_what_became_of_a_message(desk: Desk, store: DeskStore, names: Names, case: tuple[Any, Any, Any]) -> None:
    outcomes, values, expected = case
    desk.draft(*outcomes, **values)
    (row,) = read(store, names)
    assert (row.outcome, row.clock, row.waited) == expected


def test_a_draft_replaced_before_anybody_judged_it_is_not_counted(desk: Desk, store: DeskStore, names: Names) -> None:
    desk.draft(stale=True)
    kept = desk.draft()
    assert [row.id for row in read(store, names)] == [kept]


def test_a_message_drafted_twice_counts_once(desk: Desk, store: DeskStore, names: Names) -> None:
    first = desk.draft()
    (row,) = read(store, names)

    def message(session: Session) -> int:
        said = Message(conversation_id=row.conversation, role="buyer", text="在吗", at=row.at)
        session.add(said)
        session.flush()
        draft = session.get(Draft, first)
        assert draft is not None
        draft.message_id = said.id
        return said.id

    number = store.write(message).result()
    used = desk.draft(("copied", 9, True), message_id=number, at=NOW - timedelta(hours=6))
    assert [row.id for row in read(store, names)] == [used]


def test_hours_and_days_are_the_shops(desk: Desk, store: DeskStore, names: Names) -> None:
    desk.draft(at=datetime(2026, 11, 20, 15, 59, 59, 900_000, tzinfo=UTC))
    desk.draft(at=datetime(2026, 11, 20, 16, 0, tzinfo=UTC))
    assert [(row.day, row.hour) for row in read(store, names)] == [(date(2026, 11, 21), 0), (date(2026, 11, 20), 23)]


@pytest.mark.parametrize(
    ("at", "expected"),
    [(datetime(2026, 11, 1, 5, 30, tzinfo=UTC), (1, 1)), (datetime(2026, 11, 1, 7, 30, tzinfo=UTC), (1, 2))],
    ids=["summer time", "winter time"],
)
def test_hours_follow_a_zone_that_changes_its_clock(
    desk: Desk, store: DeskStore, names: Names, at: datetime, expected: tuple[int, int]
) -> None:
    desk.draft(at=at)
    period = Period(date(2026, 11, 1), date(2026, 11, 1), ZoneInfo("America/New_York"))
    (row,) = read(store, names, Scope("demo", period))
    assert (row.day.day, row.hour) == expected


def test_a_period_holds_its_first_moment_and_not_the_one_after_its_last(
    desk: Desk, store: DeskStore, names: Names
) -> None:
    day = Scope("demo", Period(date(2026, 11, 20), date(2026, 11, 20), ZONE))
    first = desk.draft(at=day.period.start)
    desk.draft(at=day.period.end)
    desk.draft(at=day.period.start - timedelta(microseconds=1))
    assert [row.id for row in read(store, names, day)] == [first]


def test_words_are_searched_as_they_are(desk: Desk, store: DeskStore, names: Names) -> None:
    wanted = desk.draft(text="打八折 50%_OFF 行不")
    desk.draft(text="打八折 500元 off")
    assert [row.id for row in read(store, names, text="50%_off")] == [wanted]


# complaints


def test_a_message_of_two_classes_counts_in_both(desk: Desk, store: DeskStore, names: Names) -> None:
    desk.draft(causes=["slow_delivery", "courier_service", "damaged"], courier="圆通", product="LS001")
    desk.draft(causes=["恶意评价"], courier="圆通")
    desk.draft(causes=["no_such_cause"])
    desk.draft(courier="中通", product="gone")
    with store.read() as session:
        found = reports.report(session, WEEK, names, NOW)
    tables = {table.name: [[cell.value for cell in row] for row in table.rows] for table in found.tables}
    assert [row[0] for row in tables["classes"]] == list(CLASSES)
    assert {row[0]: row[1] for row in tables["classes"] if row[1]} == {"快递": 1, "商品": 1, "恶意评价": 1, "其他": 1}
    assert [row[:4] for row in tables["couriers"]] == [["圆通", 2, 2, 1.0], ["中通", 1, 0, 0.0]]
    assert [row[0] for row in tables["products"]] == [names.products["LS001"], "gone"]


# enquiries that did not sell

PAID, UNPAID = {"status": "unshipped"}, {"status": "unpaid"}
UNSOLD = {
    "asked the price": (["bargain"], {}, "价格优惠"),
    "asked, then only thanks": (["stock_query", "thanks"], {}, "缺货"),
    "asked two things": (["shipping_fee", "size_recommend"], {}, "尺码"),
    "nothing that tells": (["product_new_kind"], {}, ""),
    "has not paid": (["delivery_eta"], {"order": UNPAID}, "到货时间"),
    "has paid": (["bargain"], {"order": PAID}, ""),
    "says so": (["bargain", "order_placed"], {}, ""),
    "has the parcel": (["bargain", "wrong_item"], {}, ""),
    "only greets": (["greeting"], {}, ""),
    "still talking": (["bargain"], {"at": NOW - timedelta(minutes=90)}, ""),
    "closed a minute ago": (["bargain"], {"at": NOW - timedelta(minutes=90), "state": "closed"}, "价格优惠"),
    "answered late": (["bargain"], {"outcome": ("copied", 300, False)}, "没及时回"),
    "never answered": (["bargain"], {"outcome": None}, "没及时回"),
}


@pytest.mark.parametrize("case", UNSOLD.values(), ids=UNSOLD)
def test_why_a_buyer_did_not_buy(desk: Desk, store: DeskStore, names: Names, case: tuple[Any, Any, str]) -> None:
    asked, values, reason = case
    values = dict(values)
    outcome, at = values.pop("outcome", ("copied", 20, True)), values.pop("at", NOW - timedelta(hours=5))
    number = None
    for step, intent in enumerate(asked):
        outcomes = [outcome] if outcome else []
        more = {"conversation_id": number} if number else values
        desk.draft(*outcomes, at=at + timedelta(minutes=step), intent=intent, **more)
        number = read(store, names)[0].conversation
    rows = read(store, names)
    assert [row.unsold for row in rows] == [reason] + [""] * (len(rows) - 1)


def test_reasons_name_intents_that_exist(pipeline: Pipeline) -> None:
    reasons = load_reasons(pipeline.knowledge.settings.lexicon)
    assert {intent for intent in reasons if intent not in pipeline.knowledge.catalogue} == set()
    presale = {one.name for one in pipeline.knowledge.catalogue if one.group == "presale"}
    assert presale <= reasons.keys()


def test_an_intent_with_two_reasons_is_refused(tmp_path: Any) -> None:
    folder = tmp_path / "lexicon_zh"
    folder.mkdir()
    (folder / "unsold.yaml").write_text("缺货: [stock_query]\n尺码: [stock_query]\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"unsold.yaml: 尺码: stock_query 已经归在「缺货」"):
        load_reasons(folder)


# what may be asked


@pytest.mark.parametrize(
    ("asked", "days", "choice"),
    [
        (("today", "", ""), (date(2026, 11, 22), date(2026, 11, 22)), "today"),
        (("", "", ""), (date(2026, 11, 16), date(2026, 11, 22)), "7"),
        (("30", "", ""), (date(2026, 10, 24), date(2026, 11, 22)), "30"),
        (("", "2026-11-16", "2026-11-22"), (date(2026, 11, 16), date(2026, 11, 22)), "7"),
        (("", "2026-11-16", ""), (date(2026, 11, 16), date(2026, 11, 22)), "7"),
        (("", "2026-12-01", ""), (date(2026, 12, 1), date(2026, 12, 1)), "free"),
        (("", "", "2026-11-20"), (date(2026, 10, 22), date(2026, 11, 20)), "free"),
    ],
)
def test_periods(asked: tuple[str, str, str], days: tuple[date, date], choice: str) -> None:
    period = period_of(*asked, now=NOW, zone=ZONE)
    assert (period.since, period.until, period.choice) == (*days, choice)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (("soon", "", ""), "period"),
        (("", "yesterday", ""), "since"),
        (("", "", "2026-02-30"), "until"),
        (("", "2026-11-22", "2026-11-21"), "since"),
        (("", "2020-01-01", "2026-11-21"), "since"),
        (("", "0001-01-01", ""), "since"),
    ],
)
def test_a_period_that_is_none_is_refused(asked: tuple[str, str, str], field: str) -> None:
    with pytest.raises(RequestError) as refused:
        period_of(*asked, now=NOW, zone=ZONE)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "where", [{"hour": ("24",)}, {"hour": ("x",)}, {"day": ("now",)}, {"outcome": ("good",)}, {"colour": ("red",)}]
)
def test_a_filter_that_is_none_is_refused(where: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(RequestError) as refused:
        chosen([], where)
    assert refused.value.field in where


def test_a_quantile_is_a_value_that_was_measured() -> None:
    assert (quantile([], 0.5), quantile([7], 0.9), quantile([1, 2, 3, 4], 0.5)) == (None, 7, 2)
    assert quantile(range(1, 11), 0.9) == 9
