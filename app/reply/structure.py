"""The structural checks: what a text must hold as a whole. Words and messages stand in `rules_zh/structure.yaml`."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from app.errors import DataError, Problem
from app.outgoing import Level
from app.records import Span
from app.reply.rules import CheckRule, compile_pattern
from app.reply.shape import Shape

LONGEST = 200
LONGEST_BRIEF = 120
OPENING_STAGES = frozenset({"greet", "answer", "needs"})
_SENTENCE = re.compile(r"[^。!?~]+")


@dataclass(frozen=True, slots=True)
class Case:
    """One folded text with its shape and the check's compiled patterns."""

    text: str
    shape: Shape | None
    patterns: dict[str, re.Pattern[str]]

    def spans(self, name: str, within: str | None = None) -> list[Span]:
        """Find a named pattern, leaving out what lies inside the pattern `within`."""
        found = [match.span() for match in self.patterns[name].finditer(self.text)]
        if not found or within is None:
            return found
        free = [match.span() for match in self.patterns[within].finditer(self.text)]
        return [(a, b) for a, b in found if not any(c <= a and b <= d for c, d in free)]

    def has(self, name: str) -> bool:
        return self.patterns[name].search(self.text) is not None


Found = tuple[str, Span]
"""The name of the pattern whose message applies (empty: the check's own), and the span in folded text."""


def apology_first(case: Case) -> Iterator[Found]:
    """S01: apologise or show understanding in the first sentence; a bare greeting before it does not count."""
    if case.shape is None or not case.shape.apology:
        return
    for sentence in _SENTENCE.finditer(case.text):
        if case.patterns["sorry"].search(sentence[0]):
            return
        if not case.patterns["greeting"].fullmatch(sentence[0]):
            yield "", sentence.span()
            return


def next_action(case: Case) -> Iterator[Found]:
    """S02: say who does what next, or ask the buyer something."""
    if case.shape is None or case.shape.flow not in ("aftersales", "risk"):
        return
    if not case.has("action") and not case.has("question"):
        yield "", (0, len(case.text))


def opening_stage(case: Case) -> Iterator[Found]:
    """S03: a reception text answers, asks or greets."""
    if case.shape is None or case.shape.flow != "reception" or not case.shape.stages:
        return
    if OPENING_STAGES.isdisjoint(case.shape.stages):
        yield "", (0, len(case.text))


def asked_again(case: Case) -> Iterator[Found]:
    """S05: do not ask for what the chat already holds."""
    if case.shape is None:
        return
    if case.shape.known_photo:
        yield from (("photo", span) for span in case.spans("photo", within="more"))
    if case.shape.known_order_no:
        yield from (("order_no", span) for span in case.spans("order_no"))


def bargain(case: Case) -> Iterator[Found]:
    """S06: keep compensation apart from reviews and withdrawals."""
    if case.has("compensation"):
        yield from (("", span) for span in case.spans("review"))


def address_form(case: Case) -> Iterator[Found]:
    """S07: say 您, and more than one character."""
    yield from (("you", span) for span in case.spans("you"))
    if case.patterns["single"].fullmatch(case.text):
        yield "single", (0, len(case.text))


def size_and_blanks(case: Case) -> Iterator[Found]:
    """S08: stay short and leave no placeholder."""
    longest = LONGEST_BRIEF if case.shape and case.shape.style == "brief" else LONGEST
    if len(case.text) > longest:
        yield "", (longest, len(case.text))
    yield from (("placeholder", span) for span in case.spans("placeholder"))


def conclusion(case: Case) -> Iterator[Found]:
    """S09: draw no conclusion where only evidence may be taken."""
    if case.shape and case.shape.evidence_only:
        yield from (("", span) for span in case.spans("conclusion", within="open"))


def arrival_day(case: Case) -> Iterator[Found]:
    """S10: promise no day of arrival."""
    yield from (("", span) for span in case.spans("day", within="hedged"))


_CHECKS: dict[str, tuple[Callable[[Case], Iterator[Found]], frozenset[str]]] = {
    "S01": (apology_first, frozenset({"sorry", "greeting"})),
    "S02": (next_action, frozenset({"action", "question"})),
    "S03": (opening_stage, frozenset()),
    "S05": (asked_again, frozenset({"photo", "more", "order_no"})),
    "S06": (bargain, frozenset({"compensation", "review"})),
    "S07": (address_form, frozenset({"you", "single"})),
    "S08": (size_and_blanks, frozenset({"placeholder"})),
    "S09": (conclusion, frozenset({"conclusion", "open"})),
    "S10": (arrival_day, frozenset({"day", "hedged"})),
}


@dataclass(frozen=True, slots=True)
class Breach:
    """A place in folded text that breaks the rule `rule`."""

    rule: str
    span: Span
    level: Level
    message: str
    rewrite: str


class Structure:
    """Run every structural check that the rules file declares for the lint."""

    def __init__(self, checks: Sequence[CheckRule], *, file: str) -> None:
        declared = [check for check in checks if check.where == "lint"]
        problems = list(_mismatches(declared, file))
        if problems:
            raise DataError(problems)
        self._checks = [
            (check, _CHECKS[check.id][0], {name: compile_pattern(p.regex) for name, p in check.patterns.items()})
            for check in declared
        ]

    def __call__(self, text: str, shape: Shape | None) -> Iterator[Breach]:
        if not text:
            return
        for rule, check, patterns in self._checks:
            for name, span in check(Case(text, shape, patterns)):
                part = rule.patterns.get(name)
                level = (part and part.level) or rule.level
                message = (part and part.message) or rule.message
                yield Breach(rule.id, span, level, message, (part and part.rewrite) or rule.rewrite)


def _mismatches(declared: Sequence[CheckRule], file: str) -> Iterator[Problem]:
    for check in declared:
        if check.id not in _CHECKS:
            yield Problem(file, check.id, f"没有检查「{check.id}」的程序，改 where 或删掉")
        else:
            wanted = _CHECKS[check.id][1]
            for name in sorted(wanted.symmetric_difference(check.patterns)):
                advice = "缺这个正则，请补上" if name in wanted else "没有检查用到这个正则，删掉"
                yield Problem(file, f"{check.id}.patterns.{name}", advice)
    for rule_id in sorted(_CHECKS.keys() - {check.id for check in declared}):
        yield Problem(file, rule_id, "程序里有这项检查，文件里没有：补上")
