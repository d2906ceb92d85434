"""Draft public replies to reviews: the text decides the cause, the stars the kind of reply."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, get_args

from app.errors import RequestError
from app.outgoing import Draft, FollowUp, Segment
from app.reply.lint import Linter, Shape
from app.reply.ratings import Ratings
from app.reply.render import Rendered, blanks, render
from app.reply.review_variables import ReviewVariables
from app.reply.script_library import RATINGS, Library
from app.shop.facts import FollowUpTimes
from app.shop.goods import Goods
from app.shop.load import ShopData
from app.understand.causes import OTHER, CauseClass, HeardCause, HeardReview, Note
from app.understand.normalise import Normaliser
from app.understand.tone import Ear

ReviewStyle = Literal["official", "friend", "plea"]
ReviewKind = Literal["bad", "neutral", "good", "follow_up", "suspected"]
REVIEW_STYLES: tuple[ReviewStyle, ...] = get_args(ReviewStyle)
REVIEW_KINDS: tuple[ReviewKind, ...] = get_args(ReviewKind)
LONGEST = 90
_NEUTRAL = 3
_SUSPECTED = 2
"""How many points of suspicion make a review a suspected malicious one."""
_PLEADING = frozenset({"bad", "neutral", "follow_up"})
_SPARE = ("invite_back", "explain")
"""The stages that a text longer than LONGEST can do without, the first to go first."""
_PRODUCT = 8
"""A longer product name would crowd out what the reply has to say."""
_OFF_TOPIC = 12
"""A text from this length on that names nothing the shop knows is probably about something else."""


@dataclass(frozen=True, slots=True)
class Review:
    """A public review as the shop sees it; `rating` in stars, `text` may be empty."""

    rating: int
    text: str
    now: datetime
    follow_up: bool = False
    product: str = ""
    traits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewCause:
    """A cause for the shop's statistics, and the words that show it."""

    name: str
    title: str
    dsr: CauseClass
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """Something for the agent alone: what it is, what to do, the words that show it and the proof to keep."""

    title: str
    note: str
    words: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewReply:
    """Everything an agent gets for one review."""

    shop: str
    rating: int
    kind: ReviewKind
    causes: tuple[ReviewCause, ...]
    praise: tuple[ReviewCause, ...]
    drafts: tuple[Draft, ...]
    flags: tuple[Flag, ...]
    plan: tuple[FollowUp, ...]
    todo: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    """A review that was heard."""

    review: Review
    heard: HeardReview
    kind: ReviewKind
    product: str
    sad: bool
    suspicious: tuple[str, ...]

    @property
    def grave(self) -> bool:
        return any(one.cause.grave for one in self.heard.troubles)


@dataclass(frozen=True)
class Reviewer:
    """Hold one shop's scripts for reviews, the word lists and the lint."""

    shop: ShopData
    goods: Goods
    scripts: Library
    linter: Linter
    normalise: Normaliser
    ear: Ear
    max_text: int
    ratings: Ratings

    def __call__(self, review: Review, style: ReviewStyle | None = None) -> ReviewReply:
        """Draft in `style`, or in every style that suits; raise RequestError where the shop keeps `style` off."""
        if style == "plea" and not self.shop.facts.review_plea:
            raise RequestError(
                "style_off",
                "店铺没有开诚恳请求的写法，要用就在 shop.yaml 写 review_plea: 是，或用 official、friend",
                "style",
            )
        if len(review.text) > self.max_text:
            message = f"评价有 {len(review.text)} 字，最多 {self.max_text} 字，请只贴评价"
            raise RequestError("text_too_long", message, "text")
        case = self._hear(review)
        drafts = []
        hidden: Rendered | None = None
        for one in (style,) if style else self._styles(case):
            draft, rendered = self._draft(case, one)
            drafts.append(draft)
            hidden = hidden or rendered
        return ReviewReply(
            self.shop.id,
            review.rating,
            case.kind,
            tuple(self._causes(case)),
            tuple(self._praised(one) for one in case.heard.praises),
            tuple(drafts),
            tuple(self._flags(case)),
            tuple(_plan(hidden.follow_up, self.shop.facts.follow_up, review.now)) if hidden else (),
            hidden.todo if hidden else (),
        )

    def _hear(self, review: Review) -> _Case:
        folded = self.normalise(review.text)
        heard = self.ratings.causes(folded)
        if heard.signals:  # an advertisement or a threat is not thanked for its kind words
            heard = replace(heard, praises=())
        product = self.goods.by_key(review.product) or self.goods.in_text(folded.text)
        name = product.name if product and len(product.name) <= _PRODUCT else ""
        traits = self.ratings.causes.file.suspicious_traits
        suspicious = tuple(traits[trait] for trait in dict.fromkeys(review.traits) if trait in traits)
        points = len(suspicious) + sum(one.signal.weight for one in heard.signals)
        kind: ReviewKind = "bad" if review.rating < _NEUTRAL else "neutral" if review.rating == _NEUTRAL else "good"
        if review.rating <= _NEUTRAL and points >= _SUSPECTED:
            kind = "suspected"
        elif review.follow_up or heard.follow_up:
            kind = "follow_up"
        return _Case(review, heard, kind, name, self.ear.tone(folded.text).sad, suspicious)

    def _styles(self, case: _Case) -> Sequence[ReviewStyle]:
        pleads = self.shop.facts.review_plea and self._pleads(case)
        return [style for style in REVIEW_STYLES if style != "plea" or pleads]

    def _pleads(self, case: _Case) -> bool:
        unhappy = case.review.rating <= _NEUTRAL or bool(case.heard.troubles)
        return case.kind in _PLEADING and unhappy and not case.grave

    def _draft(self, case: _Case, style: ReviewStyle) -> tuple[Draft, Rendered]:
        """Fill the script of the kind, keep it to LONGEST and lint it."""
        variables = self._variables(case, style).as_dict()
        rendered = render(self.scripts, f"{RATINGS}/{case.kind}", variables, seed=_seed(case.review.text))
        segments = _fitting(rendered.segments)
        text = "".join(segment.text for segment in segments)
        facts = self.shop.facts
        shape = Shape("review", apology=case.kind == "bad", evidence_only=case.grave)
        findings = self.linter(
            text, platform=facts.platform, category=facts.category, allowed=facts.allowed_words, shape=shape
        )
        return Draft(style, text, segments, blanks(text), findings), rendered

    def _variables(self, case: _Case, style: ReviewStyle) -> ReviewVariables:
        troubles, facts = case.heard.troubles, self.shop.facts
        spoken = "friend" if style == "plea" and not self._pleads(case) else style
        wording = self.ratings.wordings[troubles[0].name if troubles else OTHER]
        second = self.ratings.wordings[troubles[1].name] if len(troubles) > 1 else None
        praises = [self.ratings.wordings[one.name].praise for one in case.heard.praises]
        return ReviewVariables(
            official=spoken == "official",
            friend=spoken == "friend",
            plea=spoken == "plea",
            low=case.review.rating < _NEUTRAL,
            wordless=case.heard.wordless,
            trouble=bool(troubles),
            sad=case.sad,
            grave=case.grave,
            named=wording.named,
            hurt=wording.hurt,
            look=wording.look,
            help=wording.help,
            second_named=second.named if second else "",
            second_look=second.look if second else "",
            praise=next(filter(None, praises), ""),
            titles="、".join(one.cause.title for one in troubles if one.name != OTHER),
            product=case.product,
            shop_name=facts.name,
            emoji="" if case.sad or troubles else facts.emoji,
        )

    def _causes(self, case: _Case) -> Iterator[ReviewCause]:
        """List what the review is counted under; a low one that names nothing goes to the fallback."""
        if case.kind == "suspected":
            words = tuple(word for one in case.heard.signals if one.signal.weight for word in one.words)
            title = self.ratings.causes.file.notes.suspected.title
            yield ReviewCause("malicious", title, "恶意评价", words)
        if case.kind == "follow_up":
            yield ReviewCause("follow_up", "追加评价", "追加评价", case.heard.follow_up)
        yield from map(_reported, case.heard.troubles)
        if case.review.rating <= _NEUTRAL and not case.heard.troubles:
            yield _reported(HeardCause(OTHER, self.ratings.causes.file.causes[OTHER], ()))

    def _praised(self, one: HeardCause) -> ReviewCause:
        return replace(_reported(one), title=self.ratings.wordings[one.name].praise or one.cause.title)

    def _flags(self, case: _Case) -> Iterator[Flag]:
        file, heard, rating = self.ratings.causes.file, case.heard, case.review.rating
        if case.kind == "suspected":
            yield _flag(file.notes.suspected, case.suspicious, keep=file.keep)
        for one in heard.signals:
            yield _flag(one.signal, one.words)
        if case.grave:
            yield _flag(file.notes.grave, [word for one in heard.troubles if one.cause.grave for word in one.words])
        if rating < _NEUTRAL and heard.praises and not heard.troubles:
            yield _flag(file.notes.low_praise, [word for one in heard.praises for word in one.words])
        if rating > _NEUTRAL and heard.troubles:
            yield _flag(file.notes.high_trouble, [word for one in heard.troubles for word in one.words])
        named = heard.troubles or heard.praises or heard.signals or heard.follow_up
        if not named and not heard.wordless and len(case.review.text) >= _OFF_TOPIC:
            yield _flag(file.notes.off_topic)


def _flag(note: Note, words: Sequence[str] = (), *, keep: tuple[str, ...] = ()) -> Flag:
    return Flag(note.title, note.note, tuple(words), keep)


def _reported(one: HeardCause) -> ReviewCause:
    return ReviewCause(one.name, one.cause.title, one.cause.dsr, one.words)


def _fitting(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """Leave out what a reply can do without until it is no longer than LONGEST."""
    for spare in _SPARE:
        if sum(len(segment.text) for segment in segments) > LONGEST:
            segments = tuple(segment for segment in segments if segment.stage != spare)
    return segments


def _plan(lines: str, times: FollowUpTimes, now: datetime) -> Iterator[FollowUp]:
    """Read lines such as `today 了解情况：…`: how long after now is the shop's setting."""
    for line in lines.splitlines():
        when, _, what = line.strip().partition(" ")
        delay: timedelta | None = getattr(times, when, None) if what else None
        if delay is not None:
            yield FollowUp(now + delay, what.strip())


def _seed(text: str) -> str:
    return str(zlib.crc32(text.encode("utf-8", "replace")))
