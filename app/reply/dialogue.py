"""Follow a conversation: what it is about, whether the same is asked again, what the buyer has just sent or chosen."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.records import Ranking, Turn, Utterance
from app.understand.catalogue import Catalogue

_OFFERING = re.compile(r"[?？]|[吗嘛么](?:亲.{0,3}|[哦哈呀呢]|[~～。!！ ])*$|要不要|需不需要|可不可以|行不行|您看|您定")
_CLOSING = re.compile("还有(?:什么|其他|其它|别的).{0,10}(?:帮|问题|需要|咨询)")
_PROMISING = re.compile(
    "(?:帮|给|替)[您你]?.{0,3}(?:问|查|催|核实|反馈|登记)|我(?:去|这就|马上|现在).{0,3}(?:问|查|催|核)|稍等"
)
_DONE = re.compile("已经?|好了|过了|没有?问题")
_COMPLAINT = frozenset({"image", "order_no", "tracking_no", "phone"})
_DELIVERY = frozenset({"address", "phone", "name"})
_ASKED_FOR: Mapping[str, frozenset[str]] = {
    "change_address": _DELIVERY,
    "delivery_arrangement": _DELIVERY,
    "size_recommend": frozenset({"body"}),
    "invoice_request": frozenset({"tax_no"}),
}
"""Values that a buyer sends because a matter called for them; every complaint calls for photos and numbers."""
_ELLIPSIS = re.compile(r"(?:那|那么|要是|如果)?.{1,6}呢?[?]?")
_ASKED_OF_ANOTHER = frozenset({"quantity", "courier", "size", "amount", "date"})
"""Values of which the same may be asked again: 两件呢, 圆通呢."""
_SENDING = frozenset({"provide_info", "unknown", "out_of_scope", "received_notice", "ack"})
"""What a message sounds like that only sends something."""
_SAME_WORDS, _SURE = 0.6, 0.8
_CHASING = re.compile(
    "还没|还不|怎么还|咋还|到底|[几两三四]遍|[几两三四]次|第[二三四]|又问|没人[理回管]|不回|催|[查好办改弄发退]上?[了到]?没有?$|好了吗"
)
_LONGEST_CHASE = 8
_LEAD = (
    "(?:[那就行好嗯都先亲请你您要吧了,， ]|还是|直接|麻烦|算了|不等了|不用了|不要了|"
    "给我|帮我|我要|我想|我选|可以|的话|的)*"
)
_TAIL = "(?:[吧了啊呀哦嘛我款钱货回去就行得好]|一[个件份台双套只]|谢谢|别再.{1,4}|[,， ])*"
_CHOICES: Mapping[str, re.Pattern[str]] = {
    name: re.compile(f"{_LEAD}(?:{words}){_TAIL}")
    for name, words in {
        "补": "补(?:发|寄|上|给)?|重新?(?:发|寄|做|刻)",
        "换": "换(?:货|新的?|成新的)?",
        "退": "退(?:钱|款|货|掉)?",
        "修": "(?:维)?修",
    }.items()
}


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Where the conversation stands as a message comes in."""

    topic: str = ""
    """The matter that is open: the latest earlier intent that is no small talk."""
    continued: bool = False
    """The message sends what was asked for, and the topic goes on."""
    chased: bool = False
    """The message only asks how the topic stands."""
    chosen: str = ""
    """Of what was offered, the buyer takes 补, 换, 退 or 修."""


def follow(catalogue: Catalogue, topics: Sequence[str], ranking: Ranking, utterance: Utterance) -> Dialogue:
    """Tell where the conversation stands; `topics` are the earlier intents, oldest first."""
    topic = next((name for name in reversed(topics) if _is_matter(catalogue, name)), "")
    if not topic:
        return Dialogue()
    heard = {scored.name for scored in ranking.intents}
    complaint = catalogue[topic].flow in ("aftersales", "risk")
    wanted = _ASKED_FOR.get(topic, _COMPLAINT if complaint else frozenset())
    if heard <= _SENDING and any(slot.name in wanted for slot in utterance.slots):
        return Dialogue(topic, continued=True)
    text = utterance.normalised.text
    if _of_another(catalogue, topic, ranking, utterance):
        return Dialogue(topic, continued=True)
    if len(text) <= _LONGEST_CHASE and _CHASING.search(text) and not _own_matter(ranking):
        return Dialogue(topic, chased=True)
    if catalogue[topic].flow == "aftersales" and (choice := _choice(text)):
        return Dialogue(topic, chosen=choice)
    return Dialogue(topic)


def asked_again(now: Utterance, before: Utterance) -> bool:
    """Tell whether a message asks the same again, by its words or by its chasing; a new detail is no repetition."""
    if _CHASING.search(now.normalised.text):
        return True
    ours, theirs = (_words(one) for one in (now, before))
    return bool(ours) and len(ours & theirs) >= _SAME_WORDS * min(len(ours), len(theirs))


def we_asked(turns: Sequence[Turn]) -> bool:
    """Tell whether the shop's last message asked or offered something that the buyer now answers."""
    last = next((turn for turn in reversed(turns) if turn.role == "agent"), None)
    return last is not None and bool(_OFFERING.search(last.text)) and not _CLOSING.search(last.text)


def we_promised(turns: Sequence[Turn]) -> bool:
    """Tell whether the shop's last message said that something is being looked into."""
    last = next((turn for turn in reversed(turns) if turn.role == "agent"), None)
    return last is not None and bool(_PROMISING.search(last.text)) and not _DONE.search(last.text)


def said(turns: Sequence[Turn]) -> frozenset[str]:
    """List the sentences that the shop has said already."""
    return frozenset(
        sentence for turn in turns if turn.role == "agent" for sentence in sentences(turn.text) if sentence.strip()
    )


def sentences(text: str) -> list[str]:
    """Cut a text after its stops; the parts join back to it."""
    return re.findall(r"[^。！？!?～~]*[。！？!?～~]+|[^。！？!?～~]+$", text)


def _of_another(catalogue: Catalogue, topic: str, ranking: Ranking, utterance: Utterance) -> bool:
    """Tell whether a fragment asks the open question of another number, courier or size: 两件呢."""
    if catalogue[topic].flow != "reception" or _own_matter(ranking):
        return False
    values = any(slot.name in _ASKED_OF_ANOTHER for slot in utterance.slots)
    text = utterance.normalised.text
    return bool(_ELLIPSIS.fullmatch(text)) and (values or (text.startswith("那") and text.endswith("呢")))


def _own_matter(ranking: Ranking) -> bool:
    """Tell whether a message is surely about a matter of its own."""
    return bool(ranking.scored) and ranking.scored[0].confidence >= _SURE


def _is_matter(catalogue: Catalogue, name: str) -> bool:
    return name in catalogue and catalogue[name].group not in ("chat", "other")


def _choice(text: str) -> str:
    return next((name for name, pattern in _CHOICES.items() if pattern.fullmatch(text)), "")


def _words(utterance: Utterance) -> set[str]:
    return {token for token in utterance.tokens if token.isalnum()} - _IDLE


_IDLE = frozenset("的了吗呢吧呀啊哦嗯哈亲你您我们是有要就都也还这那个款在给和跟")
