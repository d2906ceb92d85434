"""Hand an evaluation to its readers: terminal or JSON, Rasa's files, the page."""

import json
from pathlib import Path

import typer
from rich.console import Console

from app.evaluate import figures, page, rasa
from app.evaluate.assess import Evaluation
from app.evaluate.report import show


def publish(found: Evaluation, console: Console, *, as_json: bool, report: Path | None, html: Path | None) -> None:
    """Write what was asked for, and say where."""
    if as_json:
        typer.echo(json.dumps(figures.as_json(found), ensure_ascii=False, indent=2))
    else:
        show(found, console)
    for path, write in ((report, rasa.write), (html, page.write)):
        if path is None:
            continue
        write(found, path)
        if not as_json:
            console.print(f"写好 {path}", markup=False, highlight=False, soft_wrap=True)
