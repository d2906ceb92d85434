"""Check that intents, scripts, rules, lexicon and shops agree; every problem is listed at once."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from app.errors import DataError, Problem
from app.pipeline import Knowledge, load_knowledge
from app.reply import rules as rulebook
from app.reply.authority import RULED
from app.reply.notices import NOTICE_KINDS
from app.reply.reviews import REVIEW_KINDS
from app.reply.script_library import NOTICES, RATINGS, Library
from app.settings import Settings
from app.shop.load import list_shops, load_shop
from app.understand import catalogue as catalogues
from app.understand.alike import Alike
from app.understand.catalogue import Catalogue
from app.understand.normalise import Normaliser
from app.understand.reader import load_words

_FEWEST = 80
_FEWEST_RARE = 40
_RARE = frozenset({"chat", "risk"})


def check(settings: Settings) -> list[Problem]:
    """List everything that is wrong with the data."""
    problems: list[Problem] = []

    def collect(read: Callable[[], Any]) -> Any:
        """Run `read`; keep its problems and give None where it fails."""
        try:
            return read()
        except DataError as error:
            problems.extend(error.problems)
            return None

    catalogue = collect(lambda: catalogues.load(settings.intents))
    library = Library(settings.scripts)
    problems.extend(library.problems())
    problems.extend(_ratings(library))
    problems.extend(_notices(library))
    if catalogue is not None:
        problems.extend(_lines(catalogue))
        problems.extend(_scripts(catalogue, library))
        problems.extend(_golden(catalogue, settings.home / "tests" / "golden"))
    knowledge = collect(lambda: load_knowledge(settings)) if catalogue is not None else None
    if knowledge is not None:
        problems.extend(_lexicon(knowledge))
        problems.extend(_needs(knowledge))
        problems.extend(_facets(knowledge))
        collect(lambda: rulebook.prove(knowledge.rules, knowledge.linter))
    for shop in list_shops(settings.shops):
        data = collect(partial(load_shop, settings.shops, shop))
        if data is not None and data.scripts.is_dir():
            problems.extend(Library(settings.scripts, own=data.scripts).problems())
    return list(dict.fromkeys(problems))


def _lines(catalogue: Catalogue) -> Iterator[Problem]:
    """Find thin intents, duplicates and near-duplicates across intents."""
    normalise = Normaliser()
    seen: dict[str, tuple[str, str]] = {}
    for intent in catalogue:
        file = _file(intent.group, intent.name)
        needed = fewest(intent.group)
        if len(intent.file.examples) < needed:
            yield Problem(file, "examples", f"只有 {len(intent.file.examples)} 句，至少 {needed} 句")
        for line in intent.file.examples:
            bare = bare_text(normalise(line).text) or line
            if bare in seen:
                other, text = seen[bare]
                where = "本文件" if other == intent.name else other
                yield Problem(file, "examples", f"「{line}」和 {where} 的「{text}」重复，删掉一句")
            seen[bare] = (intent.name, line)
        for miss in intent.file.near_misses:
            if miss.intent == intent.name:
                yield Problem(file, "near_misses", f"「{miss.text}」指的是自己")
    yield from _near(seen)
    for intent in catalogue:
        for miss in intent.file.near_misses:
            owner = seen.get(bare_text(normalise(miss.text).text))
            if owner and owner[0] != miss.intent:
                text = f"「{miss.text}」说属于 {miss.intent}，却是 {owner[0]} 的例句"
                yield Problem(_file(intent.group, intent.name), "near_misses", text)


def _near(seen: Mapping[str, tuple[str, str]]) -> Iterator[Problem]:
    """Find lines of different intents that are all but the same."""
    alike = Alike()
    for text in seen:
        alike.add(text)
    for text, (name, line) in seen.items():
        for other in alike(text):
            if other > text and seen[other][0] != name:
                told = f"「{line}」太像 {seen[other][0]} 的「{seen[other][1]}」"
                yield Problem(f"intents/…/{name}.yaml", "examples", told)


def fewest(group: str) -> int:
    """Say how many examples an intent of a group needs."""
    return _FEWEST_RARE if group in _RARE else _FEWEST


def bare_text(text: str) -> str:
    """Strip everything but letters, digits and symbols such as emoji."""
    return "".join(char for char in text if unicodedata.category(char)[0] in "LNS")


def _scripts(catalogue: Catalogue, library: Library) -> Iterator[Problem]:
    """Find intents without a script and scripts whose flow is not the intent's."""
    names = set(library.names())
    for intent in catalogue:
        if f"{intent.group}/{intent.name}" not in names:
            yield Problem(f"scripts_zh/{intent.group}/{intent.name}.j2", "", "这个意图还没有脚本")
            continue
        flow = library.flow(f"{intent.group}/{intent.name}")
        if flow != intent.flow:
            yield Problem(
                f"scripts_zh/{intent.group}/{intent.name}.j2", "extends", f"继承的是 {flow}，意图写的是 {intent.flow}"
            )
    for name in sorted(names - {f"{intent.group}/{intent.name}" for intent in catalogue} - {"other/unclear"}):
        yield Problem(f"scripts_zh/{name}.j2", "", "没有同名的意图文件")
    for name in sorted(RULED):
        if name not in catalogue:
            yield Problem("app/reply/authority.py", name, "权限规则指向不存在的意图")


def _ratings(library: Library) -> Iterator[Problem]:
    """Find kinds of review without a script, scripts of no kind, and scripts of another flow."""
    named = {name.removeprefix(f"{RATINGS}/") for name in library.ratings()}
    for kind in sorted(named.symmetric_difference(REVIEW_KINDS)):
        advice = "没有这种评价，删掉或改名" if kind in named else "这种评价还没有脚本"
        yield Problem(f"scripts_zh/{RATINGS}/{kind}.j2", "", advice)
    for kind in sorted(named.intersection(REVIEW_KINDS)):
        if (flow := library.flow(f"{RATINGS}/{kind}")) != "review":
            yield Problem(f"scripts_zh/{RATINGS}/{kind}.j2", "extends", f"继承的是 {flow}，评价回复要继承 review")


def _notices(library: Library) -> Iterator[Problem]:
    """Find notices without a script and scripts of no notice."""
    named = {name.removeprefix(f"{NOTICES}/") for name in library.notices()}
    for kind in sorted(named.symmetric_difference(NOTICE_KINDS)):
        advice = "没有这种通知，删掉或改名" if kind in named else "这种通知还没有脚本"
        yield Problem(f"scripts_zh/{NOTICES}/{kind}.j2", "", advice)


def _golden(catalogue: Catalogue, folder: Path) -> Iterator[Problem]:
    for path in sorted(folder.glob("*/*.yaml")) if folder.is_dir() else ():
        if path.stem not in catalogue and path.stem != "unclear":
            yield Problem(f"tests/golden/{path.parent.name}/{path.name}", "", "没有同名的意图文件")


def _lexicon(knowledge: Knowledge) -> Iterator[Problem]:
    """Find lexicon words that the tokeniser still splits, and risks that name unknown intents."""
    for word in load_words(knowledge.settings.lexicon):
        if knowledge.reader.cut(word) != [knowledge.reader.normaliser(word).text]:
            yield Problem("lexicon_zh/words.txt", word, "切词时没有保持整词，检查有无空格或写法")
    for intent in knowledge.ear.intents:
        if intent not in knowledge.catalogue:
            yield Problem("lexicon_zh/risk.yaml", intent, "意图不存在")


def _needs(knowledge: Knowledge) -> Iterator[Problem]:
    for intent in knowledge.catalogue:
        for need in intent.file.needs:
            if need not in knowledge.asks:
                yield Problem(_file(intent.group, intent.name), "needs", f"scripts_zh/asks.yaml 里没有 {need} 的问法")


def _file(group: str, name: str) -> str:
    return f"intents/{group}/{name}.yaml"


def summary(problems: Sequence[Problem]) -> str:
    """Say how it stands in one line."""
    return f"有 {len(problems)} 处要改" if problems else "都对得上，没有问题"


def _facets(knowledge: Knowledge) -> Iterator[Problem]:
    """Name the sides of an intent that its script never answers, and intents that do not exist."""
    for intent, sides in knowledge.facets.patterns.items():
        if intent not in knowledge.catalogue:
            yield Problem("lexicon_zh/facets.yaml", intent, "没有这个意图，检查拼写")
            continue
        path = knowledge.settings.scripts / knowledge.catalogue[intent].group / f"{intent}.j2"
        script = path.read_text(encoding="utf-8") if path.is_file() else ""
        for side in sides:
            if f'"{side}"' not in script:
                yield Problem(
                    "lexicon_zh/facets.yaml", f"{intent}.{side}", f'脚本 {path.name} 里没有 facet == "{side}"'
                )
