"""What the store promises: tables come and go whole, one job's fault is nobody else's, nothing queued is lost."""

import asyncio
import logging
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, func, inspect, select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from app.desk import store as stores
from app.desk.store import DeskStore
from app.desk.tables import Base, Conversation, Message, Revision
from app.errors import StoreError
from tests.desk.loops import run

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
_PATIENCE = 20


def add(name: str, at: datetime = NOW) -> Callable[[Session], None]:
    return lambda session: session.add(Revision(shop="demo", kind="facts", name=name, text="", at=at))


def names(store: DeskStore) -> list[str]:
    with store.read() as session:
        return list(session.scalars(select(Revision.name).order_by(Revision.id)))


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found


def test_the_newest_tables_are_made_once(database: str) -> None:
    assert tables(database) == set()
    for _ in range(2):
        store = DeskStore(database)
        store.write(add("kept")).result()
        store.close()
    assert tables(database) == {*Base.metadata.tables, "alembic_version"}
    again = DeskStore(database)
    assert names(again) == ["kept", "kept"]
    again.close()


def test_migrations_make_what_the_models_say(store: DeskStore, database: str) -> None:
    engine = create_engine(database)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_going_down_leaves_nothing(store: DeskStore, database: str) -> None:
    store.write(add("gone")).result()
    config = Config()
    config.set_main_option("script_location", str(Path(stores.__file__).parent / "migrations"))
    engine = create_engine(database)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    engine.dispose()
    assert tables(database) == {"alembic_version"}
    again = DeskStore(database)
    assert names(again) == []
    again.close()


def test_a_migration_that_breaks_off_leaves_nothing(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(config: Config, revision: str) -> None:
        command_upgrade(config, revision)
        raise KeyboardInterrupt

    command_upgrade = command.upgrade
    monkeypatch.setattr(command, "upgrade", broken)
    with pytest.raises(KeyboardInterrupt):
        DeskStore(database)
    assert tables(database) == set()
    monkeypatch.undo()
    DeskStore(database).close()
    assert "outcome" in tables(database)


def test_many_may_open_an_empty_database_at_once(database: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: DeskStore(database), range(4)))
    for store in opened:
        assert names(store) == []
        store.close()


def test_what_is_written_can_be_read(store: DeskStore) -> None:
    def job(session: Session) -> int:
        chat = Conversation(shop="demo", key="c", opened_at=NOW, last_at=NOW, order={"amount": "49.90"}, risk=["差评"])
        session.add(chat)
        session.flush()
        session.add(Message(conversation_id=chat.id, role="buyer", text="😭 ｏｋ", at=NOW))
        return chat.id

    number = store.write(job).result()
    with store.read() as session:
        chat = session.get_one(Conversation, number)
        assert (chat.order, chat.risk, chat.waiting_since, chat.state) == ({"amount": "49.90"}, ["差评"], None, "open")
        assert session.scalar(select(Message.text)) == "😭 ｏｋ"


def test_reading_commits_nothing(store: DeskStore) -> None:
    with store.read() as session:
        add("lost")(session)
        session.flush()
    assert names(store) == []


FAULTS: list[BaseException] = [ValueError("wrong"), KeyboardInterrupt(), SystemExit(3)]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_a_job_that_fails_takes_back_only_its_own(store: DeskStore, fault: BaseException) -> None:
    def failing(session: Session) -> None:
        add("half")(session)
        session.flush()
        raise fault

    futures = [store.write(job) for job in (add("before"), failing, add("after"))]
    assert futures[1].exception(_PATIENCE) is fault
    assert futures[2].exception(_PATIENCE) is None
    assert names(store) == ["before", "after"]


def test_a_job_that_the_database_refuses_takes_back_only_its_own(store: DeskStore) -> None:
    def orphan(session: Session) -> None:
        add("half")(session)
        session.add(Message(conversation_id=4711, role="buyer", text="谁的", at=NOW))

    assert isinstance(store.write(orphan).exception(_PATIENCE), IntegrityError)
    store.write(add("after")).result(_PATIENCE)
    assert names(store) == ["after"]


def test_a_note_that_fails_is_logged(store: DeskStore, caplog: pytest.LogCaptureFixture) -> None:
    def failing(_session: Session) -> None:
        raise ValueError("磁盘满了")

    with caplog.at_level(logging.ERROR, "app.desk.store"):
        store.note(failing)
        store.write(add("after")).result(_PATIENCE)
    assert "磁盘满了" in caplog.text
    assert names(store) == ["after"]


def test_jobs_are_written_in_the_order_they_came(store: DeskStore) -> None:
    wanted = [f"{at:03}" for at in range(200)]
    for name in wanted:
        store.note(add(name))
    store.write(add("last")).result(_PATIENCE)
    assert names(store) == [*wanted, "last"]
    assert store.queued == 0


def test_what_waits_is_counted(store: DeskStore) -> None:
    go, begun = threading.Event(), threading.Event()

    def slow(_session: Session) -> None:
        begun.set()
        go.wait(_PATIENCE)

    futures = [store.write(slow), store.write(add("one")), store.write(add("two"))]
    assert begun.wait(_PATIENCE)
    assert store.queued == 3
    go.set()
    for future in futures:
        future.result(_PATIENCE)
    assert store.queued == 0


def test_eight_threads_may_write_at_once(store: DeskStore) -> None:
    def many(thread: int) -> None:
        for at in range(25):
            store.write(add(f"{thread}-{at}")).result(_PATIENCE)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(many, range(8)))
    found = names(store)
    assert sorted(found) == sorted(f"{thread}-{at}" for thread in range(8) for at in range(25))
    for thread in range(8):  # each thread's own order holds
        assert [one for one in found if one.startswith(f"{thread}-")] == [f"{thread}-{at}" for at in range(25)]


def test_waiting_for_a_commit_leaves_the_loop_free(store: DeskStore) -> None:
    go = threading.Event()

    async def main() -> int:
        writing = asyncio.ensure_future(store.run(lambda _session: go.wait(_PATIENCE) and 7))
        for _ in range(20):
            await asyncio.sleep(0.001)
        assert not writing.done()
        go.set()
        return int(await writing)

    assert run(main()) == 7


def test_closing_finishes_what_is_queued(database: str) -> None:
    store = DeskStore(database)
    for at in range(100):
        store.note(add(str(at)))
    store.close()
    again = DeskStore(database)
    assert len(names(again)) == 100
    again.close()


def test_moments_keep_their_zone(store: DeskStore) -> None:
    shanghai = datetime(2026, 11, 20, 7, 30, 1, 250_000, tzinfo=timezone(timedelta(hours=8)))
    store.write(add("early", shanghai)).result()
    store.write(add("late", shanghai + timedelta(seconds=1))).result()
    with store.read() as session:
        read = session.scalar(select(Revision.at).where(Revision.name == "early"))
        assert read == shanghai
        assert read is not None
        assert read.utcoffset() == timedelta(0)
        since = select(Revision.name).where(Revision.at > shanghai)
        assert session.scalars(since).all() == ["late"]
        assert session.scalar(select(func.max(Revision.at))) == shanghai + timedelta(seconds=1)


def test_a_moment_without_zone_is_refused(store: DeskStore) -> None:
    naive = NOW.replace(tzinfo=None)
    assert isinstance(store.write(add("naive", naive)).exception(_PATIENCE), StatementError)
    assert names(store) == []


def test_the_store_tells_whether_it_answers(store: DeskStore, monkeypatch: pytest.MonkeyPatch) -> None:
    assert store.ready()
    gone = create_engine("postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setattr(store, "_engine", gone)
    assert not store.ready()
    monkeypatch.undo()


READER = """
import sqlite3, sys
rows = sqlite3.connect(sys.argv[1], timeout=0).execute("SELECT count(*) FROM revision").fetchone()
print(rows[0])
"""


def test_another_process_reads_while_we_write(tmp_path: Path) -> None:
    store = DeskStore(f"sqlite:///{tmp_path / 'desk.db'}")
    store.write(add("there")).result()
    go, begun = threading.Event(), threading.Event()

    def slow(session: Session) -> None:
        add("not yet")(session)
        session.flush()
        begun.set()
        go.wait(_PATIENCE)

    writing = store.write(slow)
    assert begun.wait(_PATIENCE)
    seen = subprocess.run([sys.executable, "-c", READER, tmp_path / "desk.db"], capture_output=True, text=True)  # noqa: S603
    go.set()
    writing.result(_PATIENCE)
    store.close()
    assert (seen.stdout.strip(), seen.stderr) == ("1", "")


def file_in_the_way(folder: Path) -> str:
    (folder / "taken").write_text("", encoding="utf-8")
    return f"sqlite:///{folder / 'taken' / 'desk.db'}"


def folder_in_the_way(folder: Path) -> str:
    return f"sqlite:///{folder}"


def not_a_database(folder: Path) -> str:
    (folder / "letter.db").write_text("亲，这不是数据库。" * 100, encoding="utf-8")
    return f"sqlite:///{folder / 'letter.db'}"


def from_the_future(folder: Path) -> str:
    with sqlite3.connect(folder / "future.db") as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
    connection.close()
    return f"sqlite:///{folder / 'future.db'}"


WRONG: dict[str, tuple[Callable[[Path], str], str]] = {
    "no URL": (lambda _: "miaohui.db", "看不懂数据库地址"),
    "another kind": (lambda _: "mysql://root@localhost/desk", "不支持的数据库 mysql"),
    "another driver": (lambda _: "postgresql+telepathy://x@localhost/desk", "驱动用不了"),
    "nowhere": (lambda _: "sqlite://", "没有文件名"),
    "in memory": (lambda _: "sqlite:///:memory:", "没有文件名"),
    "a file where the folder should be": (file_in_the_way, "建不了数据库所在的文件夹"),
    "a folder where the file should be": (folder_in_the_way, "数据库打不开"),
    "some other file": (not_a_database, "数据库打不开"),
    "tables of a newer version": (from_the_future, "更新的版本"),
    "nobody there": (lambda _: "postgresql://me:secret@127.0.0.1:1/desk", "数据库打不开"),
}


@pytest.mark.parametrize(("url", "words"), WRONG.values(), ids=WRONG.keys())
def test_a_database_that_cannot_be_used_says_why(tmp_path: Path, url: Callable[[Path], str], words: str) -> None:
    with pytest.raises(StoreError, match=words) as refused:
        DeskStore(url(tmp_path))
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    store = DeskStore(f"sqlite:///{tmp_path / 'new' / 'deep' / 'desk.db'}")
    assert store.ready()
    store.close()


def test_sqlite_reads_beside_writing_and_keeps_references(tmp_path: Path) -> None:
    store = DeskStore(f"sqlite:///{tmp_path / 'desk.db'}")
    with store.read() as session:
        found = [session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "foreign_keys", "synchronous")]
    store.close()
    assert found == ["wal", 1, 1]
