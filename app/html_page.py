"""Render a page that stands alone in one file, and save it."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.errors import RequestError


def templates(folder: Path) -> Environment:
    """Read templates below `folder`; everything filled in is escaped, and a name that is missing is a fault."""
    return Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


def save(html: str, path: Path) -> None:
    """Write a page; raise RequestError where that is impossible."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(html, encoding="utf-8")
    except OSError as error:
        raise RequestError("bad_report", f"--html 写不了 {path}：{error.strerror}", "html") from error
