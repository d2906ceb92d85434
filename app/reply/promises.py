"""Read back what agents have said: what was promised, what was asked for, what was granted before on this order."""

import re
from collections.abc import Iterator, Sequence

from app.records import Turn

_SENTENCE = re.compile(r"[^。！？!?；;\n～~]+[。！？!?；;～~]?")
_COMMITMENT = re.compile(
    r"(?<!不)会(?!不会)|马上|这就|现在去|今天|今晚|明天|补发|重发|退|换|赔|申请|主管|负责人|登记|备注|安排|盯着|优先"
    r"|(?:告诉|通知|回复|联系|答复)您|回您|改好|帮您[查问催改联]"
)
_ASKING = re.compile(r"[？?]$|吗[。～~！!]?$|^(?:请问|您看)|(?:如果|要是|想退|不想)")
_GIVEN = re.compile(
    r"(?:已经?|刚刚?|刚才|上次|之前)(?:[给帮为]?您|这边|我们|帮|给)*"
    r"(?:退(?:了|您|过|回)*(?:差价|运费|\d|[一二两三四五六七八九十]+[元块])|补偿|补差|赔|打款|返|加?赠|加送|送了|送过|发了红包|退差)"
    r"|(?:差价|运费|补偿|红包|安抚|\d+(?:\.\d+)?[元块]钱?)[^，,。！？!?；;]{0,6}(?:已经?|都)?(?:退|补|打|转|返|赔|发)"
    r"(?:给您|您|回|过去|到账)*(?:了|好了|过了)"
    r"|(?:退|补偿|赔|打款|返|赠送|加送|补)(?:给您|您)?了?(?:您)?\d+(?:\.\d+)?[元块]钱?(?:了|过去了|，?请查收|，?注意查收)"
)
_GIVEN_REMARK = re.compile(r"退差|退运费|差价|补偿|安抚|赔付?\d|打款|红包|返现|加送|赠送?|送\d|\*\d")
_DENIED = re.compile(r"[没未不](?:有|能|会)?[^，,。]{0,4}$")
_SHORT = 24


def sentences(text: str) -> Iterator[str]:
    """Give the sentences of a text, each with its stop."""
    for match in _SENTENCE.finditer(text):
        if sentence := match[0].strip():
            yield sentence


def promised(turns: Sequence[Turn]) -> tuple[str, ...]:
    """List what agents said that binds the shop or refused the buyer, oldest first, each once."""
    spoken = (sentence for turn in turns if turn.role == "agent" for sentence in sentences(turn.text))
    kept = (one.rstrip("。～~！!；;") for one in spoken if _COMMITMENT.search(one) and not _ASKING.search(one))
    return tuple(dict.fromkeys(kept))


def requested(turns: Sequence[Turn]) -> str:
    """Join what agents asked the buyer for; "" where they asked nothing."""
    wants = re.compile(r"发我|给我|告诉我|说下|说说|拍|哪|多少|几|[？?]|吗")
    spoken = (sentence for turn in turns if turn.role == "agent" for sentence in sentences(turn.text))
    return "\n".join(one for one in spoken if wants.search(one))


def granted_before(turns: Sequence[Turn], remark: str) -> str:
    """Quote the first grant that agents told or noted on the order; "" where there is none."""
    for turn in turns:
        for sentence in sentences(turn.text) if turn.role == "agent" else ():
            match = _GIVEN.search(sentence)
            if match and not _DENIED.search(sentence[: match.start()]) and not sentence.endswith(("？", "?", "吗")):
                return _short(sentence.rstrip("。～~！!；;"))
    match = _GIVEN_REMARK.search(remark)
    if match and not _DENIED.search(remark[: match.start()]):
        return _short(f"备注：{remark.strip()}")
    return ""


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"
