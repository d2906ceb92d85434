"""Draft: speak each answer in each style, join the stages in the order of the flow, lint what comes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.records import STYLES, Answer, Decision, Draft, Flow, FollowUp, History, Remark, Segment, Style
from app.reply.briefing import Briefing
from app.reply.library import Library, Styles
from app.reply.lint import Linter, Shape
from app.reply.remark import Noted, write
from app.reply.render import Rendered, blanks, render
from app.shop.facts import FollowUpTimes
from app.understand.catalogue import Catalogue

STAGES = (
    "respond",
    "greet",
    "thank_or_apologise",
    "apologise",
    "understand",
    "evidence",
    "answer",
    "solve",
    "explain",
    "escalate",
    "remedy",
    "needs",
    "recommend",
    "promo",
    "cross_sell",
    "follow_up",
    "invite_back",
    "close",
)
"""All stages in the order in which a reply speaks them, whichever flow they come from."""


@dataclass(frozen=True)
class Drafted:
    """The drafts and what the agent does beside them."""

    drafts: tuple[Draft, ...]
    stage: str
    remark: Remark | None
    todo: tuple[str, ...]
    follow_up: FollowUp | None


@dataclass(frozen=True)
class Drafter:
    """Hold one shop's scripts and the lint."""

    library: Library
    styles: Styles
    catalogue: Catalogue
    linter: Linter

    def __call__(
        self,
        decision: Decision,
        briefing: Briefing,
        noted: Noted,
        history: History,
        wanted: Sequence[Style],
        *,
        seed: str,
    ) -> Drafted:
        drafts = [self._draft(style, decision, briefing, noted, history, seed) for style in STYLES if style in wanted]
        hidden = [
            self._render(answer, at, len(decision.answers) > 1, "standard", briefing, history, seed) for at, answer in enumerate(decision.answers)
        ]
        remarks = [remark for one in hidden if (remark := write(one.remark, noted))]
        todo = dict.fromkeys(line for one in hidden for line in one.todo)
        spoken = drafts[-1].segments if drafts else ()
        return Drafted(
            tuple(drafts),
            spoken[-1].stage if spoken else "",
            remarks[0] if remarks else None,
            tuple(todo),
            next((due for one in hidden if (due := _due(one.follow_up, noted.shop.facts.follow_up, noted.now))), None),
        )

    def _render(
        self, answer: Answer, at: int, more: bool, style: Style, briefing: Briefing, history: History, seed: str
    ) -> Rendered:
        repeat = history.repeats(answer.intent)
        variables = briefing.speak(style, second=at > 0, more=at == 0 and more, repeat=repeat)
        return render(self.library, answer.script, variables, seed=f"{seed}/{repeat}")

    def _draft(
        self, style: Style, decision: Decision, briefing: Briefing, noted: Noted, history: History, seed: str
    ) -> Draft:
        segments: list[Segment] = []
        more = len(decision.answers) > 1
        for at, answer in enumerate(decision.answers):
            flow = self._flow(answer)
            stages = self.styles(style, flow, second=at > 0, more=more)
            rendered = self._render(answer, at, more, style, briefing, history, seed)
            segments += [segment for segment in rendered.segments if segment.stage in stages]
        if history.closed:
            segments = [segment for segment in segments if segment.stage != "close"]
        segments.sort(key=lambda segment: STAGES.index(segment.stage))
        text = "".join(segment.text for segment in segments)
        shape = self._shape(style, decision, briefing, tuple(segment.stage for segment in segments))
        facts = noted.shop.facts
        findings = self.linter(
            text, platform=facts.platform, category=facts.category, allowed=facts.allowed_words, shape=shape
        )
        return Draft(style, text, tuple(segments), blanks(text), findings)

    def _flow(self, answer: Answer) -> Flow:
        name = answer.script.split("/")[1]
        return self.catalogue[name].flow if name in self.catalogue else "reception"

    def _shape(self, style: Style, decision: Decision, briefing: Briefing, stages: tuple[str, ...]) -> Shape:
        script = decision.answers[0].script.split("/")[1]
        apology = script in self.catalogue and self.catalogue[script].apology
        return Shape(
            flow=decision.flow,
            apology=apology,
            evidence_only=decision.flow == "risk",
            style=style,
            known_photo=bool(briefing.variables["photo_given"]),
            known_order_no=bool(briefing.variables["order_no_given"]),
            stages=stages,
        )


def _due(wish: str, times: FollowUpTimes, now: datetime) -> FollowUp | None:
    """Read `today 看补发单号`: how long after now is the shop's setting."""
    when, _, what = wish.partition(" ")
    delay: timedelta | None = getattr(times, when, None) if what else None
    return FollowUp(now + delay, what.strip()) if delay else None
