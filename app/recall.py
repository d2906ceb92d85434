"""Read back a conversation: what was asked and said before the message at hand, in which mood, with which risks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from app.records import History, Turn, Utterance
from app.reply.dialogue import asked_again, said
from app.understand.classify import Classifier
from app.understand.reader import Reader
from app.understand.tone import Ear

_READ_BACK = 4
"""How many earlier messages are classified, to know the matter and to notice a question asked again."""
_WATCHED = 10
"""How many earlier messages are heard for risks."""


@dataclass(frozen=True)
class Recall:
    """Complete what is known of a conversation from its turns."""

    classifier: Classifier
    reader: Reader
    ear: Ear
    max_text: int

    def __call__(self, turns: Sequence[Turn], now: Utterance, history: History) -> History:
        """Add to `history` what the turns before the message `now` hold."""
        answered = turns[: _last_answer(turns)]
        runs = [
            "\n".join(turn.text for turn in group)[: self.max_text]
            for role, group in groupby(answered, lambda turn: turn.role)
            if role == "buyer"
        ][-_READ_BACK:]
        read = [self.classifier(run) for run in runs]
        intents = [tuple(scored.name for scored in ranking.intents) for _, ranking in read]
        again = [names for (utterance, _), names in zip(read, intents, strict=True) if asked_again(now, utterance)]
        moods = [self.ear.tone(turn.text.lower()) for turn in answered if turn.role == "buyer"]
        return self._warned(
            turns,
            replace(
                history,
                asked=history.asked or tuple(again),
                topics=tuple(name for names in (*history.asked, *intents) for name in names),
                said=said(turns),
                subdued=any(mood.sad or mood.anger for mood in moods),
            ),
        )

    def _warned(self, turns: Sequence[Turn], history: History) -> History:
        """Add the risks that earlier buyer messages named."""
        earlier = [turn.text for turn in turns[: last_run(turns)[0]] if turn.role == "buyer"][-_WATCHED:]
        alarms = [alarm for text in earlier for alarm in self.ear.alarms(self.reader.values(text)[1])]
        risk = (*history.risk, *(alarm.risk for alarm in alarms))
        return replace(history, risk=risk, pressed=history.pressed or any(alarm.lead for alarm in alarms))


def pending(turns: Sequence[Turn]) -> str:
    """Join the last run of buyer messages; what an agent (or a greeting robot) said after it does not end it."""
    start, end = last_run(turns)
    return "\n".join(turn.text for turn in turns[start:end])


def said_before(turns: Sequence[Turn]) -> list[str]:
    """List what was said before the last run of buyer messages, by either side, the latest last."""
    return [turn.text for turn in turns[: last_run(turns)[0]]]


def last_run(turns: Sequence[Turn]) -> tuple[int, int]:
    """Give start and end of the last run of buyer messages."""
    end = len(turns)
    while end and turns[end - 1].role != "buyer":
        end -= 1
    start = end
    while start and turns[start - 1].role == "buyer":
        start -= 1
    return start, end


def _last_answer(turns: Sequence[Turn]) -> int:
    roles = [turn.role for turn in turns]
    return len(roles) - 1 - roles[::-1].index("agent") if "agent" in roles else 0
