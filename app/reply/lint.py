"""Find what a reply must not say: words and patterns on folded text, spans in the raw text."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import ahocorasick

from app.outgoing import Finding, Level
from app.records import Normalised, Platform, Span
from app.reply.rules import ListRule, Pattern, Rules, compile_pattern
from app.reply.shape import Category, Shape
from app.reply.structure import Structure

__all__ = ["Linter", "Shape"]

_WEIGHT: Mapping[Level, int] = {"info": 0, "warn": 1, "block": 2}
_BEFORE_ALONE = re.compile(r"(?:^|[。!?~])(?:这个|那个|这|那)?(?:我|你|您)?(?:也|真|还)?$")
_AFTER_ALONE = re.compile(r"[的了啊呢哦哈呀吧呗亲]*(?:[。!?~.]|$)")
_NEAR = 5
"""How far before a word its sentence may begin: the longest lead of _BEFORE_ALONE."""


@dataclass(frozen=True, slots=True)
class _Hit:
    """A match in folded text."""

    span: Span
    level: Level
    message: str
    rewrite: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """One folded word of one rule, as the automaton keeps it."""

    rule: int
    word: str
    owner: str
    size: int
    left: bool
    right: bool
    """Whether the word begins or ends in a Latin letter or digit, so that none may stand next to it."""
    alone: bool

    def stands_in(self, text: str, start: int, end: int) -> bool:
        if self.left and start and _latin(text[start - 1]):
            return False
        if self.right and end < len(text) and _latin(text[end]):
            return False
        return not self.alone or _is_sentence(text, start, end)


class _Compiled:
    """One list rule ready to run."""

    def __init__(self, rule: ListRule, fold: Callable[[str], str]) -> None:
        self.rule = rule
        self.patterns: list[tuple[re.Pattern[str], Pattern]] = [(compile_pattern(p.regex), p) for p in rule.patterns]
        self.allow = [compile_pattern(regex) for regex in rule.allow]
        self._rewrites = {fold(word): text for word, text in rule.rewrites.items()}
        self._levels = [(frozenset(map(fold, part.words)), part) for part in rule.levels]

    def word_hit(self, word: str, span: Span, category: str) -> _Hit:
        """Give the hit of a folded word with its own level and rewrite."""
        level = self.rule.level
        for words, part in self._levels:
            if word in words and (not part.categories or category in part.categories):
                level = part.level
        return _Hit(span, level, self.rule.message, self._rewrites.get(word, self.rule.rewrite))

    def pattern_hits(self, text: str) -> Iterator[_Hit]:
        for regex, part in self.patterns:
            for found in regex.finditer(text):
                yield _Hit(
                    found.span(),
                    part.level or self.rule.level,
                    part.message or self.rule.message,
                    part.rewrite or self.rule.rewrite,
                )


class Linter:
    """Check texts against the rules; `normalise` is the same folding that reads messages."""

    def __init__(self, rules: Rules, normaliser: Callable[[str], Normalised]) -> None:
        self._normalise = normaliser
        self._fold = lru_cache(maxsize=1024)(lambda word: normaliser(word).text)
        self._rules = [_Compiled(rule, self._fold) for rule in rules.lists.values()]
        self._structure = Structure(rules.checks, file=rules.structure_file)
        self._words = self._automaton()

    def __call__(
        self,
        text: str,
        *,
        platform: Platform,
        category: Category = "general",
        allowed: Sequence[str] = (),
        shape: Shape | None = None,
    ) -> tuple[Finding, ...]:
        """Find every breach in `text`; `allowed` are wordings this shop may use, for it can prove them."""
        folded = self._normalise(text)
        released = list(self._occurrences(folded.text, allowed)) if allowed else []
        found: list[Finding] = []
        for rule, hits in self._list_hits(folded.text, platform, category):
            kept = _outside(hits, released)
            if kept and rule.allow:
                kept = _outside(kept, [match.span() for regex in rule.allow for match in regex.finditer(folded.text)])
            found.extend(_finding(rule.rule.id, hit, folded) for hit in _merged(kept))
        for breach in self._structure(folded.text, shape):
            hit = _Hit(breach.span, breach.level, breach.message, breach.rewrite)
            found.append(_finding(breach.rule, hit, folded))
        return tuple(sorted(found, key=lambda finding: (finding.span, finding.rule)))

    def _list_hits(self, text: str, platform: str, category: str) -> Iterator[tuple[_Compiled, list[_Hit]]]:
        by_rule: dict[int, list[_Hit]] = {}
        for last, entries in self._words.iter(text) if len(self._words) else ():
            for entry in entries:
                start = last + 1 - entry.size
                if entry.owner != platform and entry.stands_in(text, start, last + 1):
                    hit = self._rules[entry.rule].word_hit(entry.word, (start, last + 1), category)
                    by_rule.setdefault(entry.rule, []).append(hit)
        for at, rule in enumerate(self._rules):
            if rule.rule.holds_for(platform, category):
                hits = [*by_rule.get(at, ()), *rule.pattern_hits(text)]
                if hits:
                    yield rule, hits

    def _occurrences(self, text: str, phrases: Iterable[str]) -> Iterator[Span]:
        for phrase in phrases:
            folded = self._fold(phrase)
            start = text.find(folded) if folded else -1
            while start >= 0:
                yield start, start + len(folded)
                start = text.find(folded, start + 1)

    def _automaton(self) -> ahocorasick.Automaton:
        entries: dict[str, list[_Entry]] = {}
        for at, compiled in enumerate(self._rules):
            rule = compiled.rule
            groups = [("", rule.words, False), ("", rule.alone, True)]
            groups += [(owner, words, False) for owner, words in rule.words_by_platform.items()]
            for owner, words, alone in groups:
                for word in dict.fromkeys(map(self._fold, words)):
                    entry = _Entry(at, word, owner, len(word), _latin(word[0]), _latin(word[-1]), alone)
                    entries.setdefault(word, []).append(entry)
        automaton = ahocorasick.Automaton()
        for word, listed in entries.items():
            automaton.add_word(word, tuple(listed))
        automaton.make_automaton()
        return automaton


def _is_sentence(text: str, start: int, end: int) -> bool:
    before = _BEFORE_ALONE.search(text, max(0, start - _NEAR), start)
    return before is not None and _AFTER_ALONE.match(text, end) is not None


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _outside(hits: list[_Hit], spans: Sequence[Span]) -> list[_Hit]:
    """Drop the hits that lie inside one of `spans`."""
    if not spans:
        return hits
    return [hit for hit in hits if not any(a <= hit.span[0] and hit.span[1] <= b for a, b in spans)]


def _merged(hits: list[_Hit]) -> Iterator[_Hit]:
    """Join overlapping hits of one rule; the gravest, then the first, lends its words."""
    group: _Hit | None = None
    for hit in sorted(hits, key=lambda hit: (hit.span[0], -hit.span[1])):
        if group is None or hit.span[0] >= group.span[1]:
            if group is not None:
                yield group
            group = hit
            continue
        span = (group.span[0], max(group.span[1], hit.span[1]))
        group = replace(hit if _WEIGHT[hit.level] > _WEIGHT[group.level] else group, span=span)
    if group is not None:
        yield group


def _finding(rule: str, hit: _Hit, folded: Normalised) -> Finding:
    return Finding(rule, hit.level, folded.raw_span(*hit.span), hit.message, hit.rewrite)
