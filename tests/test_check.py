"""`check` finds each way in which intents, scripts, lexicon and shops can disagree."""

import shutil
from functools import cache
from pathlib import Path

import pytest

from app.check import check, summary
from app.settings import HOME, Settings
from tests.shop import minimal

INTENT = """\
title: {title}
definition: 什么意思
flow: {flow}
examples:
{lines}"""
HARBOUR = ("港口今天有大雾船开不了", "港口的灯塔几点亮起来", "港口停靠费怎么收")
GARDEN = ("园子里的玫瑰开花没有", "园子浇水一周几次合适", "园子里能不能种番茄")


def write_intent(home: Path, name: str, lines: tuple[str, ...], *, flow: str = "reception", more: str = "") -> None:
    path = home / "intents" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = INTENT.format(title=path.stem, flow=flow, lines="".join(f"  - {line}\n" for line in lines))
    path.write_text(text + more, encoding="utf-8")


def write_script(home: Path, name: str, flow: str = "reception") -> None:
    path = home / "scripts_zh" / f"{name}.j2"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'{{% extends "_flow/{flow}.j2" %}}\n', encoding="utf-8")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a home with two intents and a minimal shop; what it lacks is the same in every test."""
    home = tmp_path_factory.mktemp("home")
    for folder in ("scripts_zh/_flow", "scripts_zh/ratings", "scripts_zh/other", "rules_zh", "lexicon_zh"):
        shutil.copytree(HOME / folder, home / folder)
    for file in ("styles.yaml", "asks.yaml", "ratings.yaml"):
        shutil.copy(HOME / "scripts_zh" / file, home / "scripts_zh" / file)
    for script in (home / "scripts_zh" / "other").glob("[!u]*.j2"):
        script.unlink()
    minimal.write(home / "shops")
    write_intent(home, "chat/harbour", HARBOUR)
    write_intent(home, "presale/garden", GARDEN)
    write_script(home, "chat/harbour")
    write_script(home, "presale/garden")
    check(Settings(home=home))
    return home


@pytest.fixture
def home(built: Path, tmp_path: Path) -> Path:
    shutil.copytree(built, tmp_path / "home")
    return tmp_path / "home"


def found(home: Path) -> set[str]:
    return {str(problem) for problem in check(Settings(home=home))}


@cache
def untouched(built: Path) -> frozenset[str]:
    return frozenset(found(built))


def only_new(home: Path, built: Path) -> str:
    """Give the one problem that `home` has beyond those of the untouched home."""
    new = found(home) - untouched(built)
    assert len(new) == 1, new
    return new.pop()


def test_the_repository_has_no_problem() -> None:
    assert check(Settings()) == []


def test_thin_intents(built: Path) -> None:
    problems = untouched(built)
    assert "intents/chat/harbour.yaml: examples: 只有 3 句，至少 40 句" in problems
    assert "intents/presale/garden.yaml: examples: 只有 3 句，至少 80 句" in problems


def test_rules_and_risks_of_missing_intents(built: Path) -> None:
    problems = untouched(built)
    assert "app/reply/authority.py: price_protection: 权限规则指向不存在的意图" in problems
    assert "lexicon_zh/risk.yaml: food_safety: 意图不存在" in problems


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ((*GARDEN, GARDEN[0]), "「园子里的玫瑰开花没有」和 本文件 的「园子里的玫瑰开花没有」重复"),
        ((*GARDEN, "港口停靠费怎么收？！"), "「港口停靠费怎么收？！」和 harbour 的「港口停靠费怎么收」重复"),
        ((*GARDEN, "港口停靠費 怎么收"), "和 harbour 的「港口停靠费怎么收」重复"),
        ((*GARDEN, "港口今天有大雾船开不了了"), "太像"),
    ],
    ids=["in one file", "by marks", "by spelling", "nearly"],
)
def test_lines_said_twice(built: Path, home: Path, lines: tuple[str, ...], message: str) -> None:
    write_intent(home, "presale/garden", lines)
    new = {text for text in found(home) - untouched(built) if "至少" not in text}
    assert len(new) == 1, new
    problem = new.pop()
    assert message in problem
    assert problem.startswith("intents/")


def test_alike_lines_of_one_intent_are_fine(built: Path, home: Path) -> None:
    write_intent(home, "chat/harbour", (*HARBOUR, "港口今天有大雾船开不了了"))
    assert {text for text in found(home) - untouched(built) if "至少" not in text} == set()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("near_misses:\n  - {text: 玫瑰, intent: garden}\n", "near_misses: 「玫瑰」指的是自己"),
        (f"near_misses:\n  - {{text: {GARDEN[0]}, intent: harbour}}\n", "说属于 harbour，却是 garden 的例句"),
        ("needs: [moon]\n", "needs: scripts_zh/asks.yaml 里没有 moon 的问法"),
    ],
    ids=["near miss of itself", "near miss of another", "need without question"],
)
def test_intents_that_contradict(built: Path, home: Path, more: str, message: str) -> None:
    write_intent(home, "presale/garden", GARDEN, more=more)
    problem = only_new(home, built)
    assert problem.startswith("intents/presale/garden.yaml")
    assert message in problem


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("near_misses:\n  - {text: 玫瑰, intent: moon}\n", "意图 moon 不存在"),
        ("by_state: {signed: moon}\n", "by_state.signed: 意图 moon 不存在"),
        ("colour: red\n", "colour: 不认识这个键"),
    ],
)
def test_intents_that_cannot_be_read(home: Path, more: str, message: str) -> None:
    write_intent(home, "presale/garden", GARDEN, more=more)
    assert any("presale/garden.yaml" in text and message in text for text in found(home))


def test_an_intent_without_script(built: Path, home: Path) -> None:
    (home / "scripts_zh/presale/garden.j2").unlink()
    assert only_new(home, built) == "scripts_zh/presale/garden.j2: 这个意图还没有脚本"


def test_a_script_without_intent(built: Path, home: Path) -> None:
    write_script(home, "presale/moon")
    assert only_new(home, built) == "scripts_zh/presale/moon.j2: 没有同名的意图文件"


def test_a_script_of_another_flow(built: Path, home: Path) -> None:
    write_script(home, "presale/garden", "risk")
    assert only_new(home, built) == "scripts_zh/presale/garden.j2: extends: 继承的是 risk，意图写的是 reception"


def test_a_faulty_script(built: Path, home: Path) -> None:
    with (home / "scripts_zh/presale/garden.j2").open("a", encoding="utf-8") as file:
        file.write("{% block answer %}{{ colour }}{% endblock %}")
    assert only_new(home, built).startswith("scripts_zh/presale/garden.j2: colour: ")


def test_a_golden_file_without_intent(built: Path, home: Path) -> None:
    for name in ("garden", "moon"):
        path = home / f"tests/golden/presale/{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert only_new(home, built) == "tests/golden/presale/moon.yaml: 没有同名的意图文件"


@pytest.mark.parametrize(
    "word", ["月牙儿 码头", "月牙兒碼頭", "月牙，码头"], ids=["with a blank", "traditional", "with a mark"]
)
def test_a_lexicon_word_that_is_never_met_whole(built: Path, home: Path, word: str) -> None:
    with (home / "lexicon_zh/words.txt").open("a", encoding="utf-8") as file:
        file.write(f"\n{word}\n")
    assert only_new(home, built).startswith(f"lexicon_zh/words.txt: {word}: 切词时没有保持整词")


def test_a_faulty_shop_and_its_scripts(built: Path, home: Path) -> None:
    own = minimal.write(home / "shops") / "scripts" / "presale"
    own.mkdir(parents=True)
    (own / "garden.j2").write_text('{% extends "base/presale/moon.j2" %}', encoding="utf-8")
    assert "base/presale/moon.j2" in only_new(home, built)
    minimal.write(home / "shops", shop=minimal.SHOP.replace("fee: 6", "fee: 六"))
    assert only_new(home, built).startswith("mini/shop.yaml: shipping.fee: ")


def test_all_problems_come_at_once_and_once(home: Path, built: Path) -> None:
    (home / "scripts_zh/presale/garden.j2").unlink()
    write_script(home, "presale/moon")
    minimal.write(home / "shops", shop=minimal.SHOP.replace("fee: 6", "fee: 六"))
    assert len(found(home) - untouched(built)) == 3
    problems = check(Settings(home=home))
    assert len(problems) == len(set(problems))
    assert summary(problems) == f"有 {len(problems)} 处要改"
    assert summary([]) == "都对得上，没有问题"
