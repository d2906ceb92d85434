"""Keep what happens at the desk: one thread writes, in the order it was asked to, so that no draft waits for a disk."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import URL, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from app.errors import StoreError

T = TypeVar("T")
Job = Callable[[Session], Any]
_log = logging.getLogger(__name__)
_BUSY_MS = 5_000
_MIGRATIONS = Path(__file__).parent / "migrations"
_ALONE = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(20261122)"}
"""How a migration keeps others out; on SQLite it also makes all of it one transaction, which a crash undoes."""


class DeskStore:
    """Hold the engine and the writer of one database: SQLite by file, PostgreSQL by URL."""

    def __init__(self, url: str) -> None:
        self.url = _checked(url)
        self._engine = _engine(self.url)
        self._sessions = sessionmaker(self._engine, expire_on_commit=False)
        with ExitStack() as failed:
            failed.callback(self._engine.dispose)
            self._migrate()
            failed.pop_all()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="desk-writer")
        self._queued: set[Future[Any]] = set()

    @property
    def queued(self) -> int:
        """Tell how many jobs are not written yet."""
        return len(self._queued)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session for reading; nothing is committed."""
        with self._sessions() as session:
            yield session

    def write(self, job: Callable[[Session], T]) -> "Future[T]":
        """Queue `job`; its future resolves once it is committed, with what it gave or why it failed."""
        future = self._writer.submit(self._commit, job)
        self._queued.add(future)
        future.add_done_callback(self._queued.discard)
        return future

    async def run(self, job: Callable[[Session], T]) -> T:
        """Write and wait for the commit without holding up the event loop."""
        return await asyncio.wrap_future(self.write(job))

    def note(self, job: Job) -> None:
        """Write without waiting; a failure is logged."""
        self.write(job).add_done_callback(_logged)

    def ready(self) -> bool:
        """Tell whether the database answers."""
        try:
            with self._engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def close(self) -> None:
        """Finish what is queued, then let go of the database."""
        self._writer.shutdown()
        self._engine.dispose()

    def _migrate(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        try:
            with self._engine.begin() as connection:
                connection.exec_driver_sql(_ALONE[self.url.get_backend_name()])
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except SQLAlchemyError as error:
            raise StoreError(f"数据库打不开（{_safe(self.url)}）：{_reason(error)}。检查 MIAOHUI_DATABASE") from error
        except CommandError as error:
            message = f"数据库（{_safe(self.url)}）是更新的版本写的，请升级秒回，或换一个数据库"
            raise StoreError(message) from error

    def _commit(self, job: Callable[[Session], T]) -> T:
        with self._sessions.begin() as session:
            return job(session)


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"看不懂数据库地址「{url}」，写成 sqlite:///文件 或 postgresql://用户@主机/库名") from error
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(f"不支持的数据库 {parsed.get_backend_name()}，只能用 sqlite 或 postgresql")
    return parsed


def _engine(url: URL) -> Engine:
    try:
        return (
            create_engine(url, pool_pre_ping=True, json_serializer=_written)
            if url.get_backend_name() != "sqlite"
            else _file(url)
        )
    except (ArgumentError, ImportError) as error:
        raise StoreError(f"数据库地址（{_safe(url)}）里的驱动用不了，只写 sqlite:// 或 postgresql:// 就行") from error


def _file(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise StoreError("数据库地址里没有文件名，写成 sqlite:///文件")
    try:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"建不了数据库所在的文件夹 {Path(url.database).parent}：{error.strerror}") from error
    engine = create_engine(url, connect_args={"timeout": _BUSY_MS / 1000}, json_serializer=_written)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", f"busy_timeout={_BUSY_MS}", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def _written(value: Any) -> str:
    """Write JSON with Chinese as it is: a third of the room."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _logged(future: "Future[Any]") -> None:
    error = None if future.cancelled() else future.exception()
    if error is not None:
        _log.error("a note was not written: %s", error)


def _safe(url: URL) -> str:
    return url.render_as_string(hide_password=True)


def _reason(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]
