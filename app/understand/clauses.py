"""Split a message into clauses, each of which may ask something of its own."""

import re

_BREAK = re.compile(
    r"[。！？!?；;，,、~～…\n\r\t]+"
    r"|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])"
    r"|(?=顺便|另外|对了|还有就是|还有(?!货|没|吗|多|几|别|其|券|优|活|赠)|再问|还想问|再帮|再给|然后(?!呢)|以及|麻烦再|同时)"
    r"|(?<=[吗嘛呢呀])(?=[\u4e00-\u9fff]{3})"  # a question ends in its particle even where no mark follows
)
_SHORTEST = 2


def split(raw: str) -> list[str]:
    """Give the clauses of `raw` in order; a message that cannot be split gives itself."""
    parts = [part.strip() for part in _BREAK.split(raw)]
    clauses = [part for part in parts if len(part) >= _SHORTEST]
    return clauses or [raw]
