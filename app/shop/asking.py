"""Tell whether a clause asks, and whether it asks for a yes or no, a figure or a choice."""

import re
from collections.abc import Iterator

_TALK = re.compile(r"[\s,，。!！?？~～、;；…]+|(?<=[吗嘛])(?=[\u4e00-\u9fff])")
_YES_NO = re.compile(
    r"([\u4e00-\u9fff])[不没]\1|有没有|(?:吗|么|嘛|不|没|没有|吧|不呢|不啊|了没)[呀啊哦]?$|^真?[能会可是].*啊$"
)
_TOLD = re.compile("(?:一点|都|也|根本|压根|完全|毫).{0,4}(?:不|没有?)$|^那?就|算了吧|还[不没]$")
"""Ends like a question and is none: 一点味道都没有, 那就拍这个吧."""
_WHICH = re.compile(r"什么|啥|多[大高宽长厚少重久]|(?<![好过了这前上十])几|哪|咋|怎么|如何|(?<=\w\w)(?<![了果])还是")
_FIGURE = re.compile(
    r"(?:几个?|多少)"
    r"(毫升|毫安|厘米|公分|毫米|分贝|大卡|小时|分钟|千克|公斤|[层抽片包袋罐瓶盒支块条枚张只米升克瓦伏双卷粒颗个节度帕平斤])"
)
_TWICE = re.compile(r"有没有|([\u4e00-\u9fff])[不没]\1")


def clauses_of(text: str) -> list[str]:
    """Give the clauses of folded `text`."""
    return [clause for clause in _TALK.split(text) if clause]


def yes_no(clause: str) -> bool:
    """Tell whether a clause asks for a yes or no."""
    return bool(_YES_NO.search(clause)) and not _TOLD.search(clause)


def which(clause: str) -> bool:
    """Tell whether a clause asks what, how much or which."""
    return bool(_WHICH.search(clause))


def figure(text: str) -> str:
    """Give the unit of the figure that `text` asks for: 瓦 for 多少瓦, "" for none."""
    found = _FIGURE.search(text)
    return found[1] if found else ""


def spoken(text: str) -> Iterator[str]:
    """Give every asking clause, then the whole in one: 我家龙头6分的 接得上吗."""
    clauses = clauses_of(text)
    asking = [clause for clause in clauses if yes_no(clause) or which(clause)]
    asking.sort(key=lambda clause: not figure(clause))
    yield from asking
    if asking and len(clauses) > 1:
        yield "".join(clauses)


def once(clause: str) -> str:
    """Write 会不会 as 会, 加没加 as 加."""
    return _TWICE.sub(lambda match: match[1] or "有", clause)


def without_question(clause: str) -> str:
    """Take out the words that ask: 什么, 多少瓦."""
    return _WHICH.sub(" ", _FIGURE.sub(" ", clause))
