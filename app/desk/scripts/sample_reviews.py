"""What the scripts of public replies are tried out on: sample reviews of every kind."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from app.desk.scripts.samples import Said, Sample
from app.pipeline import Knowledge, ShopDesk
from app.reply.render import Rendered, render
from app.reply.review_variables import ReviewVariables
from app.reply.reviews import Review, Reviewer
from app.reply.script_library import Library
from app.review_desk import reviewer

_REVIEWS: Mapping[str, Sequence[tuple[int, str, bool]]] = {
    "bad": (
        (1, "收到就是坏的，也没人理", False),
        (2, "发错颜色了，物流还慢", False),
        (1, "", False),
        (1, "感觉是假货", False),
        (2, "客服态度挺好的", False),
        (1, "吃了拉肚子，去医院了", False),
    ),
    "neutral": ((3, "一般般吧，包装有点简单", False), (3, "", False), (3, "物流太慢了", False)),
    "good": ((5, "很好吃，发货也快", False), (5, "", False), (4, "味道不错，就是包装破了", False)),
    "follow_up": ((2, "追评：用了一周就坏了", True), (5, "追加：吃完了，还会再来", True)),
    "suspected": ((1, "加微信返现，不给钱就差评", False), (1, "垃圾，同行都比你家好，去别家买", False)),
}
_STARS = {1: "一星", 2: "两星", 3: "三星", 4: "四星", 5: "五星"}


def texts(name: str) -> tuple[str, ...]:
    """List the sample reviews of a kind."""
    return tuple(dict.fromkeys(text for _, text, _ in _REVIEWS[name.partition("/")[2]]))


def samples(
    name: str, knowledge: Knowledge, desk: ShopDesk, now: datetime, *, text: str | None = None
) -> Iterator[Sample]:
    """Give the samples of a kind of review; `text` puts a review of the editor's own in their place."""
    kind = name.partition("/")[2]
    reviews = (
        _REVIEWS[kind] if text is None else [(stars, text, follow_up) for stars, _, follow_up in _REVIEWS[kind][:1]]
    )
    for stars, words, follow_up in reviews:
        traits = tuple(knowledge.ratings.causes.file.suspicious_traits) if kind == "suspected" else ()
        review = Review(stars, words, now, follow_up=follow_up, traits=traits)
        answering = reviewer(knowledge, desk)
        if answering(review).kind == kind:
            yield _sample(name, answering, review)


def _sample(name: str, reviewer: Reviewer, review: Review) -> Sample:
    def speak(library: Library) -> Said:
        found = replace(reviewer, scripts=library)(review)
        return Said(found.drafts, "", found.todo, "；".join(step.what for step in found.plan))

    def fill(library: Library) -> list[Rendered]:
        unknown = ReviewVariables(official=True).as_dict()
        return [render(library, name, unknown, seed="1")]

    return Sample(f"{_STARS[review.rating]}：{review.text or '没写字'}", review.text, speak, fill)
