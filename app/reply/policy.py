"""Decide what is answered and how: risk before order state before classifier."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.records import UNKNOWN, Answer, Decision, History, Kind, Missing, Order, Ranking, Risk, Scored
from app.reply.authority import Standing, authority_for
from app.reply.briefing import Briefing
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


@dataclass(frozen=True)
class Policy:
    """Hold what decisions rest on: the intents and the questions that get a missing fact."""

    catalogue: Catalogue
    asks: Mapping[str, str]

    def decide(
        self, ranking: Ranking, alarms: Sequence[Alarm], order: Order, briefing: Briefing, history: History, shop: Shop
    ) -> Decision:
        """Give a decision for every message: total, never a guess where nothing is known."""
        answers = self._answers(self._in_view_of(order, ranking), alarms, order)
        if not answers:
            unclear = Answer(UNKNOWN, UNCLEAR, ranking.intents[0].confidence if ranking.intents else 0.0)
            return Decision("ask", (unclear,), "reception", risk=_risks(alarms))
        primary = self.catalogue[answers[0].speaker]
        missing = self._missing(answers, briefing)
        authority = authority_for(answers[0].intent, primary.flow, Standing(shop, briefing, order))
        tired = history.repeats(answers[0].intent) >= _REPEATS_TO_LEAD
        kind: Kind = "reply"
        risky = any(self.catalogue[answer.speaker].flow == "risk" for answer in answers)
        if risky or answers[0].intent == _PERSON or tired:
            kind = "hand_over"
        elif missing:
            kind = "ask"
        return Decision(kind, answers, primary.flow, missing, authority, _risks(alarms))

    def _in_view_of(self, order: Order, ranking: Ranking) -> Ranking:
        """Read a question as one about the order at hand, where it sounds like that too."""
        if order.status is None:
            return ranking
        chances = {scored.name: scored.confidence for scored in ranking.scored}

        def meant(scored: Scored) -> Scored:
            other = self.catalogue[scored.name].file.with_order if scored.name in self.catalogue else ""
            return Scored(other, scored.confidence) if chances.get(other, 0.0) >= _SOUNDS_LIKE else scored

        return replace(ranking, intents=tuple(map(meant, ranking.intents)))

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
            if scored.name not in alarmed and not any(self._told_twice(scored.name, other) for other in others):
                script = self._script(scored.name, order)
                answers.setdefault(script, Answer(scored.name, script, scored.confidence))
        place = {scored.name: at for at, scored in enumerate(ranking.intents)}
        ordered = sorted(
            answers.values(), key=lambda answer: (self._risk_first(answer, alarms), place.get(answer.intent, -1))
        )
        return tuple(self._matter_first(ordered)[:_MOST_ANSWERS])

    def _told_twice(self, one: str, other: str) -> bool:
        """Tell whether one reply serves both: easily confused intents are mostly one trouble told twice.

        Questions before buying are answered each.
        """
        questions = self.catalogue[one].group == self.catalogue[other].group == "presale"
        return not questions and self.catalogue.confusable(one, other)

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
        "product": briefing.product is not None,
        "date": bool(values["asked_date"]),
        "quantity": bool(values["asked_qty"]),
        "courier": bool(values["asked_courier"]),
        "amount": briefing.asked_amount is not None,
        "size": bool(values["asked_size"]),
    }


def _risks(alarms: Sequence[Alarm]) -> tuple[Risk, ...]:
    return tuple(alarm.risk for alarm in alarms)
