"""Every word on a page has its English, and nothing is translated that no page says."""

import re
from collections import Counter
from pathlib import Path

import pytest

from app.errors import DataError
from app.service.places import HERE, LOCALE, STATIC, TEMPLATES
from app.service.words import load_words, used
from app.strict_yaml import load_file

_HAN = re.compile(r"[一-鿿]")
FILES = sorted((LOCALE / "en").glob("*.yaml"))


def english() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in FILES:
        found |= load_file(path, root=LOCALE)
    return found


def speaking() -> list[Path]:
    """List the files that say something to people."""
    places = ((TEMPLATES, "**/*.html"), (STATIC, "**/*.js"), (HERE, "**/*.py"))
    return [path for folder, pattern in places for path in sorted(folder.glob(pattern)) if "vendor" not in path.parts]


@pytest.mark.parametrize("path", speaking(), ids=lambda path: path.relative_to(HERE).as_posix())
def test_every_word_has_its_english(path: Path) -> None:
    said = english()
    assert [word for word in used(path) if word not in said] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_english_keeps_the_places_of_values(path: Path) -> None:
    def places(text: str) -> list[str]:
        return sorted(re.findall(r"\{(\w+)\}", text))

    table = load_file(path, root=LOCALE)
    assert {chinese: said for chinese, said in table.items() if places(chinese) != places(said)} == {}
    assert [said for said in table.values() if _HAN.search(said.replace("中文", ""))] == []


@pytest.mark.parametrize("path", sorted((HERE / "templates").rglob("*.html")), ids=lambda path: path.name)
def test_no_template_says_chinese_past_the_words(path: Path) -> None:
    text = re.sub(
        r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->|\"中文\"", "", path.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    assert _HAN.findall(text) == []


def test_values_are_filled_in_both_languages(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "one.yaml").write_text('"{count} 条": "{count} lines"\n', encoding="utf-8")
    words = load_words(tmp_path)
    assert (words("zh")("{count} 条", count=3), words("en")("{count} 条", count=3)) == ("3 条", "3 lines")
    assert words("en")("没有译文") == "没有译文"


def test_no_word_stands_in_two_files() -> None:
    where = Counter(chinese for path in FILES for chinese in load_file(path, root=LOCALE))
    assert [chinese for chinese, times in where.items() if times > 1] == []


def test_a_file_that_is_no_table_is_named(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "one.yaml").write_text("- 保存\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"en/one\.yaml"):
        load_words(tmp_path)
