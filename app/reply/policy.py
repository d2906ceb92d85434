"""Decide what is answered and how: risk before order state before classifier."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.records import UNKNOWN, Answer, Decision, History, Kind, Missing, Order, Ranking, Risk, Scored
from app.reply.authority import Standing, authority_for
from app.reply.briefing import Briefing
from app.reply.dialogue import Dialogue
from app.shop.facts import Shop
from app.understand.catalogue import Catalogue
from app.understand.tone import Alarm

UNCLEAR = "other/unclear"
"""The script for messages that nobody can make sense of."""
_PERSON = "human_agent"
_HEAT = frozenset({"abuse", "bad_review_threat"})
"""Anger itself: beside a complaint, the complaint's own apology answers it."""
_NEGLECT = "service_complaint"
"""Anger at us for not answering: gives way only to trouble with the goods."""
_MOST_ANSWERS = 3
_REPEATS_TO_LEAD = 2
_SOUNDS_LIKE = 0.2
"""From this chance on a message may also mean the other intent."""

_ASKED_APART = 0.95
"""So sure must a clause be of an errand of its own (改地址, 开票) to be answered beside what sounds like it."""
_CANCELS = "cancel_order"
"""No errand of its own beside an after-sales matter: 退款申请了，给我取消."""

_SURE = 0.5
"""From this chance on no fact of the goods talks over a matter of …"""
_TROUBLES = frozenset({"order", "logistics", "aftersales"})

_OF_GOODS = frozenset({"product_spec", "product_suitability", "usage_help", "size_recommend"})
"""What asks for a fact of the goods; their scripts give it."""
_YIELD_TO_FACTS = frozenset({"quality_worry", "delivery_area", "price_query", "bargain"})
"""Beside small talk, what a question that the facts answer is easily mistaken for."""
_YIELD_TO_SILENCE = frozenset({"authenticity_query", "quality_worry", "stock_query"})
"""The same for a question for a fact that the shop has not."""


@dataclass(frozen=True)
class Policy:
    """Hold what decisions rest on: the intents and the questions that get a missing fact."""

    catalogue: Catalogue
    asks: Mapping[str, str]

    def decide(
        self,
        ranking: Ranking,
        alarms: Sequence[Alarm],
        order: Order,
        briefing: Briefing,
        history: History,
        shop: Shop,
        chosen: str = "",
    ) -> Decision:
        """Give a decision for every message: total, never a guess; `chosen` is what an agent says is meant."""
        told = (Answer(chosen, self._script(chosen, order), 1.0),) if chosen else ()
        answers = told or self._resumed(briefing.dialogue, alarms, order)
        heard = self._in_view_of_goods(briefing, self._in_view_of(order, ranking), alarms, order)
        answers = answers or self._answers(heard, alarms, order)
        if not answers:
            unclear = Answer(UNKNOWN, UNCLEAR, ranking.intents[0].confidence if ranking.intents else 0.0)
            return Decision("ask", (unclear,), "reception", risk=_risks(alarms))
        primary = self.catalogue[answers[0].speaker]
        missing = self._missing(answers, briefing)
        pressed = history.pressed or any(alarm.lead for alarm in alarms)
        authority = authority_for(answers[0].intent, primary.flow, Standing(shop, briefing, order, pressed))
        tired = history.repeats(answers[0].intent) >= _REPEATS_TO_LEAD
        kind: Kind = "reply"
        risky = any(self.catalogue[answer.speaker].flow == "risk" for answer in answers)
        if risky or any(answer.intent == _PERSON for answer in answers) or tired:
            kind = "hand_over"
        elif missing:
            kind = "ask"
        return Decision(kind, answers, primary.flow, missing, authority, _risks(alarms))

    def _resumed(self, dialogue: Dialogue, alarms: Sequence[Alarm], order: Order) -> tuple[Answer, ...]:
        """Go on with the open matter, where the buyer sends what was asked for, takes a way offered or only chases."""
        if alarms or not (dialogue.continued or dialogue.chased or dialogue.chosen):
            return ()
        return (Answer(dialogue.topic, self._script(dialogue.topic, order), 1.0),)

    def _in_view_of(self, order: Order, ranking: Ranking) -> Ranking:
        """Read a question that sounds like both as one about the order at hand, without one as a general one."""
        chances = {scored.name: scored.confidence for scored in ranking.scored}

        def meant(scored: Scored) -> Scored:
            other = self.catalogue.meant_by(scored.name, ordered=order.status is not None)
            return Scored(other, scored.confidence) if chances.get(other, 0.0) >= _SOUNDS_LIKE else scored

        return replace(ranking, intents=tuple(map(meant, ranking.intents)))

    def _in_view_of_goods(self, briefing: Briefing, ranking: Ranking, alarms: Sequence[Alarm], order: Order) -> Ranking:
        """Read a message as a question about the goods, where their facts answer it and it sounds like little else."""
        values = briefing.variables
        if alarms or values["upset"] or order.status not in (None, "unpaid") or not briefing.asks_goods:
            return ranking
        heard = [scored.name for scored in ranking.intents if scored.name in self.catalogue]
        picked = bool(values["compare"] or values["pick"])
        answered = bool(values["product_answer"]) or picked
        of_goods = [scored for scored in ranking.intents if scored.name in _OF_GOODS]
        yielding = (_YIELD_TO_FACTS if answered else _YIELD_TO_SILENCE) | _OF_GOODS
        yielding |= {"recommend_compare"} if picked else set()
        groups = {"chat", "other"} | ({"aftersales"} if answered or of_goods else set())
        groups |= {"order", "logistics"} if briefing.asks_only_goods or picked else set()
        if any(self.catalogue[name].group not in groups and name not in yielding for name in heard):
            return ranking
        if any(self._sure_trouble(scored) for scored in ranking.intents):
            return ranking
        if of_goods and not picked:
            return replace(ranking, intents=tuple(of_goods))
        meant = Scored("recommend_compare" if picked else "product_spec", 1.0)
        return replace(ranking, intents=(meant,), scored=(meant, *ranking.scored))

    def _sure_trouble(self, scored: Scored) -> bool:
        """Tell whether an order, a parcel or a trouble is clearly meant."""
        known = scored.name in self.catalogue and self.catalogue[scored.name].group in _TROUBLES
        return known and scored.confidence >= _SURE

    def _answers(self, ranking: Ranking, alarms: Sequence[Alarm], order: Order) -> tuple[Answer, ...]:
        """Name the scripts to speak: alarms first, each script once, small talk only where it stands alone."""
        answers: dict[str, Answer] = {}
        alarmed = [alarm.intent for alarm in alarms if alarm.intent in self.catalogue]
        for intent in alarmed:
            script = self._script(intent, order)
            answers.setdefault(script, Answer(intent, script, 1.0))
        heard = [scored for scored in ranking.intents if scored.name in self.catalogue]
        matters = [scored for scored in heard if not self._small_talk(scored.name)]
        if not matters and not answers:
            matters = heard
        for scored in sorted(matters, key=lambda scored: scored.name != ranking.scored[0].name):
            others = {answer.intent for answer in answers.values()} - set(alarmed)
            if scored.name not in alarmed and not any(self._told_twice(scored, other) for other in others):
                script = self._script(scored.name, order)
                answers.setdefault(script, Answer(scored.name, script, scored.confidence))
        place = {scored.name: at for at, scored in enumerate(ranking.intents)}
        ordered = sorted(
            answers.values(), key=lambda answer: (self._risk_first(answer, alarms), place.get(answer.intent, -1))
        )
        return tuple(self._matter_first(ordered)[:_MOST_ANSWERS])

    def _told_twice(self, scored: Scored, other: str) -> bool:
        """Tell whether one reply serves both: easily confused intents are mostly one trouble told twice.

        Questions before buying are answered each, and so is an errand that a clause surely asks: 少一包，发票也没有.
        """
        if not self.catalogue.confusable(scored.name, other):
            return False
        names = {scored.name, other}
        groups = {self.catalogue[name].group for name in names}
        if groups == {"presale"}:
            return False
        errand = "order" in groups and "risk" not in groups
        same = _CANCELS in names and "aftersales" in groups
        return not errand or same or scored.confidence < _ASKED_APART

    def _matter_first(self, answers: Sequence[Answer]) -> list[Answer]:
        goods = any(answer.script.startswith("aftersales/") for answer in answers)
        heated = _HEAT | {_NEGLECT} if goods else _HEAT
        heat = [answer for answer in answers if answer.intent in heated][:1]
        matters = [answer for answer in answers if answer.intent not in heated]
        complaint = any(self.catalogue[answer.speaker].flow != "reception" for answer in matters)
        return matters + heat if complaint else heat + matters

    def _small_talk(self, intent: str) -> bool:
        return self.catalogue[intent].group == "chat" and intent != _PERSON

    def _risk_first(self, answer: Answer, alarms: Sequence[Alarm]) -> float:
        alarmed = any(alarm.intent == answer.intent for alarm in alarms)
        return 0 if alarmed and self.catalogue[answer.intent].flow == "risk" else self.catalogue.rank(answer.intent) + 1

    def _script(self, intent: str, order: Order) -> str:
        """Choose the script by order state: the same 能退吗 cancels, intercepts or returns."""
        target = intent
        if order.status is not None:
            target = self.catalogue[intent].file.by_state.get(order.status, intent)
        return f"{self.catalogue[target].group}/{target}"

    def _missing(self, answers: Sequence[Answer], briefing: Briefing) -> tuple[Missing, ...]:
        """List what the answers need and nobody has said."""
        known = _known(briefing)
        needs = [need for answer in answers for need in self.catalogue[answer.speaker].file.needs]
        return tuple(Missing(need, self.asks[need]) for need in dict.fromkeys(needs) if not known.get(need, False))


def _known(briefing: Briefing) -> dict[str, bool]:
    values = briefing.variables
    return {
        "order_no": bool(values["order_no_given"] or values["has_order"]),
        "address": bool(values["address_given"]),
        "phone": bool(values["phone_given"]),
        "photo": bool(values["photo_given"]),
        "body": bool(values["body_given"]),
        "product": briefing.product is not None or bool(values["several"]),
        "date": bool(values["asked_date"]),
        "quantity": bool(values["asked_qty"]),
        "courier": bool(values["asked_courier"]),
        "amount": briefing.asked_amount is not None,
        "size": bool(values["asked_size"]),
    }


def _risks(alarms: Sequence[Alarm]) -> tuple[Risk, ...]:
    return tuple(alarm.risk for alarm in alarms)
