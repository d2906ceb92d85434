"""A conversation read back from the store goes on as if nothing had happened."""

from collections.abc import Callable
from dataclasses import fields

import pytest

from app.desk.chats import Chat, Chats, Made, Said
from app.desk.recorder import Recorder
from app.desk.store import DeskStore
from app.pipeline import Pipeline
from app.service import web
from tests.desk.scene import NOW, agent, body, buyer, heard, later

Told = Callable[[Chat], None]
FORGOTTEN = {"traits"}
"""What the store does not keep."""


@pytest.fixture(scope="module")
def recorder(pipeline: Pipeline) -> Recorder:
    return web.recorder(pipeline.knowledge)


class Desk:
    """Talk in a chat and write everything down, as the service does."""

    def __init__(self, store: DeskStore, recorder: Recorder) -> None:
        self._store, self._recorder = store, recorder
        self.chats = Chats(store)

    def hear(self, key: str, said: Said, draft: str, intent: str = "broken", source: str = "api") -> Chat:
        chat = self.chats.open("demo", key, source=source)
        made, stale = heard(chat, said, draft, intent=intent)
        self._store.write(self._recorder.chat(chat, said, made, stale)).result()
        return chat

    def answer(self, key: str, said: Said, draft: str = "") -> Chat:
        chat = self.chats.open("demo", key, source="api")
        chat.answer(said, draft)
        self._store.write(self._recorder.chat(chat, said)).result()
        return chat

    def close(self, chat: Chat) -> None:
        chat.state, chat.waiting_since = "closed", None
        chat.settle()
        self._store.write(self._recorder.chat(chat)).result()

    def again(self, key: str) -> Chat:
        """Give the chat as it is after a restart."""
        chat = Chats(self._store).get("demo", key)
        assert chat is not None
        return chat


@pytest.fixture
def desk(store: DeskStore, recorder: Recorder) -> Desk:
    return Desk(store, recorder)


def waits(desk: Desk) -> Chat:
    desk.hear("c-1", buyer("在吗", NOW, "m-1"), "d-1", "greeting")
    return desk.hear("c-1", buyer("坚果碎了", later(1), "m-2"), "d-2")


def answered(desk: Desk) -> Chat:
    waits(desk)
    return desk.answer("c-1", agent("拍张照给我", later(20)))


def asked_again(desk: Desk) -> Chat:
    answered(desk)
    return desk.hear("c-1", buyer("照片发了，怎么说", later(60), "m-3"), "d-3")


def twice_answered(desk: Desk) -> Chat:
    asked_again(desk)
    return desk.answer("c-1", agent("马上补发", later(90)))


def closed(desk: Desk) -> Chat:
    chat = waits(desk)
    desk.close(chat)
    return chat


def with_everything(desk: Desk) -> Chat:
    chat = desk.chats.open("demo", "c-1", source="page")
    chat.buyer, chat.agent, chat.product, chat.platform = "b-1", "小林", "LS001", "jd"
    chat.order = {"status": "signed", "amount": "49.90", "order_no": "4111111111111111"}
    return desk.hear("c-1", buyer("坚果碎了"), "d-1")


@pytest.mark.parametrize("story", [waits, answered, asked_again, twice_answered, closed, with_everything])
def test_after_a_restart_nothing_has_changed(desk: Desk, story: Callable[[Desk], Chat]) -> None:
    before = story(desk)
    after = desk.again("c-1")
    for field in fields(Chat):
        if field.name not in FORGOTTEN:
            assert getattr(after, field.name) == getattr(before, field.name), field.name
    assert after.history() == before.history()
    assert after.unanswered == before.unanswered
    assert after.turns == before.turns


def test_repeats_are_counted_over_a_restart(desk: Desk) -> None:
    twice_answered(desk)
    after = desk.again("c-1")
    assert after.asked == [("broken",), ("broken",)]
    assert after.history().greeted
    made, stale = heard(after, buyer("还没收到", later(200), "m-4"), "d-4")
    assert (made.text, stale) == ("还没收到", [])


def test_the_same_message_has_the_same_draft_over_a_restart(desk: Desk) -> None:
    before = waits(desk)
    after = desk.again("c-1")
    assert after.replies == before.replies
    assert after.replies["m-1"]["id"] == "d-1"


def test_a_burst_goes_on_over_a_restart(desk: Desk) -> None:
    waits(desk)
    after = desk.again("c-1")
    made, stale = heard(after, buyer("人呢", later(30), "m-3"), "d-3")
    assert stale == ["d-2"]
    assert made.text == "在吗\n坚果碎了\n人呢"
    assert after.waiting_since == NOW


def test_what_was_closed_unanswered_waits_no_more(desk: Desk) -> None:
    closed(desk)
    for chat in (desk.chats.get("demo", "c-1"), desk.again("c-1")):
        assert chat is not None
        chat.hear(buyer("对了", later(500)))
        assert [one.text for one in chat.unanswered] == ["对了"]
        assert (chat.waiting_since, chat.state) == (later(500), "open")


def test_an_answer_leaves_who_wrote_meanwhile_waiting() -> None:
    chat = Chat("demo", "c-1")
    chat.hear(buyer("坚果碎了"))
    latest = chat.said[-1]
    chat.hear(buyer("还少了一包", later(5)))
    chat.answer(agent("拍张照", later(4), "short"), "d-1", after=latest)
    assert [one.text for one in chat.said] == ["坚果碎了", "拍张照", "还少了一包"]
    assert chat.waiting_since == later(5)
    assert [one.text for one in chat.unanswered] == ["还少了一包"]


def test_another_wording_of_a_draft_takes_its_place() -> None:
    chat = Chat("demo", "c-1")
    chat.hear(buyer("坚果碎了"))
    chat.answer(agent("拍张照", later(4), "short"), "d-1")
    chat.answer(agent("麻烦拍张照", later(6), "standard"), "d-1")
    assert [one.text for one in chat.said] == ["坚果碎了", "麻烦拍张照"]
    assert chat.waiting_since is None


def test_late_news_of_an_older_message_counts_from_then() -> None:
    chat = Chat("demo", "c-1")
    chat.hear(buyer("坚果碎了", later(5)))
    chat.hear(buyer("在吗", NOW))
    assert chat.waiting_since == NOW
    assert len(chat.unanswered) == 2


def test_long_chats_and_many_drafts_are_bounded() -> None:
    chat = Chat("demo", "c-1")
    for at in range(300):
        heard(chat, buyer(str(at), later(at), f"m-{at}"), f"d-{at}")
        chat.answer(agent("好", later(at)))
    assert (len(chat.said), len(chat.replies), len(chat.asked)) == (200, 50, 50)
    assert chat.said[-2].text == "299"
    assert "m-299" in chat.replies


def test_the_least_used_chat_is_let_go_and_read_back(store: DeskStore, recorder: Recorder) -> None:
    chats = Chats(store, size=2)
    for key in ("a", "b"):
        chat = chats.open("demo", key, source="api")
        made, stale = heard(chat, buyer(f"我是{key}"), f"d-{key}")
        store.write(recorder.chat(chat, chat.said[-1], made, stale)).result()
    first = chats.get("demo", "a")
    chats.open("demo", "c", source="api")
    assert len(chats._kept) == 2
    assert chats.get("demo", "a") is first
    read = chats.get("demo", "b")
    assert read is not None
    assert [one.text for one in read.said] == ["我是b"]


def test_drafts_are_found_after_a_restart(store: DeskStore, recorder: Recorder, desk: Desk) -> None:
    desk.hear("c-1", buyer("坚果碎了"), "d-1")
    alone = Made("demo", "", "在吗", body("d-2", chat=""), NOW, "LS001", "中通", "jd")
    store.write(recorder.draft(alone)).result()
    chats = Chats(store)
    found = chats.made("d-1")
    assert found is not None
    assert (found.shop, found.chat, found.text, found.body["id"], found.at) == ("demo", "c-1", "坚果碎了", "d-1", NOW)
    assert chats.made("d-2") == alone
    assert chats.made("d-none") is None


@pytest.mark.parametrize("key", ["", "nobody", "\0"])
def test_nobody_has_no_chat(store: DeskStore, key: str) -> None:
    assert Chats(store).get("demo", key) is None


def test_shops_are_kept_apart(desk: Desk) -> None:
    desk.hear("c-1", buyer("坚果碎了"), "d-1")
    assert desk.chats.get("other", "c-1") is None
    assert Chats(desk._store).get("other", "c-1") is None
