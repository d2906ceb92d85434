"""Labelled messages are read from every form that others keep them in."""

from pathlib import Path

import pytest

from app.errors import RequestError
from app.labelled import read_lines

RASA = """\
version: "3.1"
nlu:
- intent: track
  examples: |
    - [圆通](courier)到哪了
    - 单号[YT1]{"entity": "tracking_no"}呢
- intent: faq/ship
  examples:
  - text: |
      几点发货
    metadata: {sentiment: neutral}
- synonym: 圆通
  examples: |
    - yto
"""


def _written(folder: Path, name: str, text: str, *, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


def test_rasa_values_lose_their_marks(tmp_path: Path) -> None:
    lines = read_lines([_written(tmp_path, "nlu.yml", RASA)])
    assert lines == [("圆通到哪了", "track"), ("单号YT1呢", "track"), ("几点发货", "faq/ship")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.tsv", "label\ttext\nship\t几点发货\n"),
        ("a.tsv", "ship\t几点发货\n"),
        ("a.csv", "text,source,label\n几点发货,x,ship\n"),
    ],
    ids=["header", "no-header", "other-order"],
)
def test_tables(tmp_path: Path, name: str, text: str) -> None:
    assert read_lines([_written(tmp_path, name, text, encoding="utf-8-sig")]) == [("几点发货", "ship")]


def test_a_folder_of_intents(settings: object) -> None:
    folder = settings.intents  # type: ignore[attr-defined]
    assert ("在吗", "greeting") in read_lines([folder])


def test_each_text_counts_once_and_the_last_source_wins(tmp_path: Path) -> None:
    one = _written(tmp_path, "a.tsv", "a\t几点发货\n")
    two = _written(tmp_path, "b.tsv", "b\t几点发货\n")
    assert read_lines([one, two]) == [("几点发货", "b")]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.tsv", "intent\ttext\nship\t几点发货\n", "label 和 text"),
        ("a.tsv", "label\ttext\nship\t\n", "第 2 行"),
        ("a.tsv", "", "label 和 text"),
        ("a.tsv", "几点发货\n", "label 和 text"),
        ("a.yml", "rules: []\n", "nlu"),
        ("a.yml", "nlu:\n- intent: a\n  examples: {}\n", "examples"),
        ("a.docx", "x", "nlu.yml"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, text: str, words: str) -> None:
    with pytest.raises(RequestError, match=words):
        read_lines([_written(tmp_path, name, text)])
