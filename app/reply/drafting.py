"""Draft: speak each answer in each style, join the stages in the order of the flow, lint what comes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.outgoing import Draft, FollowUp, Remark, Segment
from app.records import STYLES, Answer, Decision, Flow, History, Platform, Style
from app.reply.briefing import Briefing
from app.reply.dialogue import sentences
from app.reply.facets import Facets
from app.reply.lint import Linter, Shape
from app.reply.remark import Noted, together, write
from app.reply.render import Rendered, blanks, render
from app.reply.script_library import NOTICES, Library, Styles
from app.shop.facts import FollowUpTimes
from app.understand.catalogue import Catalogue

STAGES = (
    "respond",
    "greet",
    "thank_or_apologise",
    "apologise",
    "understand",
    "explain",
    "evidence",
    "answer",
    "solve",
    "remedy",
    "escalate",
    "needs",
    "recommend",
    "promo",
    "cross_sell",
    "follow_up",
    "close",
    "invite_back",
)
"""All stages in the order in which a reply speaks them, whichever flow they come from."""
_BESIDE = frozenset({"respond", "greet", "needs", "recommend", "promo", "cross_sell", "follow_up", "close"})
"""Stages that surround an answer: said once in a conversation."""


@dataclass(frozen=True)
class Drafted:
    """The drafts and what the agent does beside them."""

    drafts: tuple[Draft, ...]
    stage: str
    remark: Remark | None
    todo: tuple[str, ...]
    follow_up: FollowUp | None


@dataclass(frozen=True, slots=True)
class Task:
    """One decided message: everything that its drafts are made from."""

    decision: Decision
    briefing: Briefing
    noted: Noted
    history: History
    platform: Platform
    styles: tuple[Style, ...]
    seed: str
    """Fixes which of several wordings is taken."""


@dataclass(frozen=True)
class Drafter:
    """Hold one shop's scripts and the lint."""

    scripts: Library
    styles: Styles
    catalogue: Catalogue
    linter: Linter
    facets: Facets

    def __call__(self, task: Task) -> Drafted:
        spoken = {style: self._speak(style, task) for style in STYLES if style in task.styles}
        drafts = tuple(self._draft(style, rendered, task) for style, rendered in spoken.items())
        hidden = next(iter(spoken.values()))
        times = task.noted.shop.facts.follow_up
        dues = [_due(one.follow_up, times, task.noted.now) for one in hidden]
        return Drafted(
            drafts,
            drafts[-1].segments[-1].stage if drafts[-1].segments else "",
            together(self._notes(hidden, task)),
            tuple(dict.fromkeys(line for one in hidden for line in one.todo)),
            min(filter(None, dues), key=lambda due: due.at, default=None),
        )

    def _notes(self, hidden: Sequence[Rendered], task: Task) -> list[Remark]:
        """Write the notes of the answers; that of a cause stands for the demand beside it too."""
        written = [
            (answer.intent in self.catalogue and self.catalogue[answer.intent].file.demand, note)
            for answer, one in zip(task.decision.answers, hidden, strict=True)
            if (note := write(one.remark, task.noted))
        ]
        return [note for demand, note in written if not demand] or [note for _, note in written]

    def _speak(self, style: Style, task: Task) -> list[Rendered]:
        """Fill the script of every answer."""
        rendered = []
        several = len(task.decision.answers) > 1
        for at, answer in enumerate(task.decision.answers):
            repeat = task.history.repeats(answer.intent)
            facet = self.facets(answer.speaker, task.noted.utterance.normalised.text)
            variables = task.briefing.speak(style, second=at > 0, more=several and at == 0, repeat=repeat, facet=facet)
            rendered.append(render(self.scripts, answer.script, variables, seed=f"{task.seed}/{repeat}"))
        return rendered

    def _draft(self, style: Style, rendered: Sequence[Rendered], task: Task) -> Draft:
        """Join what the style speaks, in the order of the stages, and lint it."""
        spoken: list[tuple[bool, Segment]] = []
        trouble = self._flow(task.decision.answers[0]) != "reception"
        for at, (answer, one) in enumerate(zip(task.decision.answers, rendered, strict=True)):
            flow = self._flow(answer)
            stages = self.styles(style, flow, at=at, of=len(rendered))
            aside = trouble and flow == "reception"  # a question beside a trouble is answered after it
            spoken += [(aside, segment) for segment in one.segments if segment.stage in stages]
        if task.history.closed:
            spoken = [(aside, segment) for aside, segment in spoken if segment.stage != "close"]
        spoken.sort(key=lambda one: (one[0], STAGES.index(one[1].stage)))
        segments = _fresh([segment for _, segment in spoken], task)
        text = "".join(segment.text for segment in segments)
        shape = self._shape(style, task, tuple(segment.stage for segment in segments))
        facts = task.noted.shop.facts
        findings = self.linter(
            text, platform=task.platform, category=facts.category, allowed=facts.allowed_words, shape=shape
        )
        return Draft(style, text, tuple(segments), blanks(text), findings)

    def _flow(self, answer: Answer) -> Flow:
        if answer.script.startswith(f"{NOTICES}/"):
            return "aftersales"
        return self.catalogue[answer.speaker].flow if answer.speaker in self.catalogue else "reception"

    def _shape(self, style: Style, task: Task, stages: tuple[str, ...]) -> Shape:
        speaker = task.decision.answers[0].speaker
        return Shape(
            flow=task.decision.flow,
            apology=speaker in self.catalogue and self.catalogue[speaker].apology and not _goes_on(task),
            evidence_only=task.decision.flow == "risk",
            style=style,
            known_photo=bool(task.briefing.variables["photo_given"]),
            known_order_no=bool(task.briefing.variables["order_no_given"]),
            stages=stages,
        )


def _goes_on(task: Task) -> bool:
    """Tell whether the draft goes on with a matter for which regret was said already."""
    dialogue = task.briefing.dialogue
    return dialogue.continued or bool(dialogue.chosen)


def _fresh(segments: Sequence[Segment], task: Task) -> list[Segment]:
    """Drop what stands in the draft already, and beside the answer itself what the shop has said before."""
    fresh: list[Segment] = []
    seen: set[str] = set()
    promo = str(task.briefing.variables["promo"])
    told = bool(promo) and any(promo in sentence for sentence in task.history.said)
    for segment in segments:
        if segment.stage == "promo" and told:
            continue
        stale = seen | task.history.said if segment.stage in _BESIDE else seen
        parts = [part for part in sentences(segment.text) if part not in stale]
        seen.update(parts)
        if parts:
            fresh.append(Segment(segment.stage, "".join(parts)))
    return fresh


def _due(wish: str, times: FollowUpTimes, now: datetime) -> FollowUp | None:
    """Read `today 看补发单号`: how long after now is the shop's setting."""
    when, _, what = wish.partition(" ")
    delay: timedelta | None = getattr(times, when, None) if what else None
    return FollowUp(now + delay, what.strip()) if delay else None
