"""Try a shop's own wording before it is saved: what it may not hold, what it breaks, what the lint says of it."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from jinja2 import nodes

from app.desk.scripts.safety import literals, parsed, unsafe
from app.desk.scripts.samples import Said, Sample
from app.desk.scripts.text import base_of, split
from app.errors import DataError, Problem
from app.outgoing import Draft, Finding, Level
from app.pipeline import Knowledge
from app.reply.remark import KINDS
from app.reply.render import Rendered, render
from app.reply.review_variables import ReviewVariables
from app.reply.script_library import HIDDEN, RATINGS, Library
from app.reply.variables import Variables
from app.shop.facts import FollowUpTimes, Shop

_ORDER: Mapping[Level, int] = {"block": 0, "warn": 1, "info": 2}
_WORDED = ("note", "refund")
"""Order notes that need words behind the colon."""
_OF_WHOLE = "S"
"""Rules about the build of a whole text, which say nothing of a piece of it."""
BREAKS = (DataError, TypeError, ValueError, ArithmeticError, LookupError)
"""What filling a script may raise."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something the lint finds in a wording: which words, in which stage, where they are said and what to do."""

    rule: str
    level: Level
    stage: str
    words: str
    message: str
    rewrite: str
    where: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in a wording; problems and blocked words keep it from being saved."""

    problems: tuple[Problem, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def refused(self) -> bool:
        return bool(self.problems) or any(fault.level == "block" for fault in self.faults)

    @property
    def warned(self) -> bool:
        return any(fault.level == "warn" for fault in self.faults)

    @property
    def mark(self) -> str:
        """Tell one set of warnings from another, so that nobody accepts warnings they have not seen."""
        warnings = sorted((fault.rule, fault.words) for fault in self.faults if fault.level == "warn")
        return hashlib.sha256(repr(warnings).encode()).hexdigest()[:16]

    def stands(self, accepted: str) -> bool:
        """Tell whether the wording may be saved, where the warnings marked `accepted` were seen."""
        return not self.refused and (not self.warned or accepted == self.mark)


@dataclass(frozen=True)
class Trial:
    """One wording of one script beside the common one it extends."""

    name: str
    source: str
    common: Library
    scripts: Library
    """Holds the wording as if it were saved."""

    @property
    def file(self) -> str:
        return f"{self.name}.j2"


def read(trial: Trial) -> tuple[nodes.Template | None, tuple[Problem, ...]]:
    """Read a wording without running it: unsafe parts first, then what the data check would say."""
    tree, problems = parsed(trial.source, trial.common.environment, file=trial.file)
    if tree is not None:
        problems = unsafe(tree, file=trial.file, extends=base_of(trial.name))
        problems = problems or trial.common.faults(trial.source, trial.name, file=trial.file)
        told = split(trial.name, trial.source)
        if told is not None and told.keys() != {block.name for block in tree.find_all(nodes.Block)}:
            problems = [Problem(trial.file, "", "引号、花括号或注释没有成对，一段吞了另一段")]
    return tree, tuple(problems)


def check(trial: Trial, samples: Iterable[Sample], knowledge: Knowledge, facts: Shop) -> Verdict:
    """Read the wording, say it on every sample and lint what comes out; nothing runs that could not be read."""
    tree, problems = read(trial)
    if tree is None or problems:
        return Verdict(problems)
    own = frozenset(block.name for block in tree.find_all(nodes.Block))
    broken: list[Problem] = list(_unguarded(trial))
    faults: list[Fault] = list(written(tree, knowledge, facts))
    for sample in samples:
        try:
            spoken, usual = sample.speak(trial.scripts), sample.speak(trial.common)
            broken += [problem for filled in sample.fill(trial.scripts) for problem in _hidden(trial, filled, own)]
        except BREAKS as error:
            broken.append(Problem(trial.file, sample.where, f"填不出来：{reason(error)}"))
            continue
        broken += _mute(trial, sample.where, spoken, usual)
        faults += new_faults(sample.where, spoken, usual)
    return Verdict(tuple(dict.fromkeys(broken)), each_once(faults))


def new_faults(where: str, spoken: Said, usual: Said) -> Iterator[Fault]:
    """List what the lint finds in drafts and does not find in the common wording of the same."""
    known = {(draft.style, one.rule, _words(draft, one)) for draft in usual.drafts for one in draft.findings}
    for draft in spoken.drafts:
        for one in draft.findings:
            words = _words(draft, one)
            if (draft.style, one.rule, words) not in known:
                yield Fault(
                    one.rule, one.level, _stage(draft, one), words, one.message, one.rewrite, where, draft.style
                )


def each_once(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Keep one fault for the same words of the same rule, the gravest first."""
    found: dict[tuple[str, str], Fault] = {}
    for fault in sorted(faults, key=lambda one: (_ORDER[one.level], one.style == "")):
        found.setdefault((fault.rule, fault.words), fault)
    return tuple(found.values())


def _unguarded(trial: Trial) -> Iterator[Problem]:
    """Fill the script where nothing at all is known: what a wording looks into must be asked for first."""
    nothing = ReviewVariables() if trial.name.startswith(f"{RATINGS}/") else Variables()
    try:
        render(trial.scripts, trial.name, nothing.as_dict(), seed="1")
    except BREAKS as error:
        yield Problem(trial.file, "什么都不知道时", f"填不出来：{reason(error)}，先用 {{% if 变量 %}} 判断")


def written(tree: nodes.Template, knowledge: Knowledge, facts: Shop) -> Iterator[Fault]:
    """Lint the words as they are written, so that none hides where no sample goes."""
    for literal in literals(tree):
        if literal.stage in HIDDEN:
            continue
        found = knowledge.linter(
            literal.text, platform=facts.platform, category=facts.category, allowed=facts.allowed_words
        )
        for one in found:
            if not one.rule.startswith(_OF_WHOLE):
                words = literal.text[slice(*one.span)]
                line = f"第 {literal.line} 行"
                yield Fault(one.rule, one.level, literal.stage, words, one.message, one.rewrite, line)


def _hidden(trial: Trial, filled: Rendered, own: frozenset[str]) -> Iterator[Problem]:
    """Find notes and reminders that nobody could read."""
    kind, _, text = filled.remark.partition(":")
    if "remark" in own and filled.remark and (kind not in KINDS or (kind in _WORDED and not text.strip())):
        advice = "写成 note:短备注、refund:原因、address、delay、gift 或 tier_swap，或空着"
        yield Problem(trial.file, "remark", f"「{filled.remark[:20]}」不是订单备注的写法，{advice}")
    for line in filter(None, map(str.strip, filled.follow_up.splitlines())):
        when, _, what = line.partition(" ")
        if "follow_up_at" in own and (when not in FollowUpTimes.model_fields or not what.strip()):
            times = "、".join(FollowUpTimes.model_fields)
            yield Problem(trial.file, "follow_up_at", f"「{line[:20]}」要写成 {times} 之一，空一格，再写看什么")


def _mute(trial: Trial, where: str, spoken: Said, usual: Said) -> Iterator[Problem]:
    names = {"brief": "简短", "standard": "标准", "soothing": "安抚"}
    for now, before in zip(spoken.drafts, usual.drafts, strict=True):
        if before.text and not now.text:
            style = names.get(now.style, now.style)
            yield Problem(trial.file, where, f"{style}这一条一个字也没有，至少留一句")


def _words(draft: Draft, finding: Finding) -> str:
    return draft.text[slice(*finding.span)]


def _stage(draft: Draft, finding: Finding) -> str:
    """Name the stage in which a finding begins."""
    at = 0
    for segment in draft.segments:
        at += len(segment.text)
        if finding.span[0] < at:
            return segment.stage
    return draft.segments[-1].stage if draft.segments else ""


def reason(error: BaseException) -> str:
    problems: Sequence[Problem] = error.problems if isinstance(error, DataError) else ()
    return problems[0].message if problems else str(error)
