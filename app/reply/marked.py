"""A draft as people read it: its text cut where a finding or a blank begins or ends."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from app.outgoing import Draft, Finding

LONGEST: dict[str, int] = {"brief": 30, "standard": 70}
"""Above so many characters a text of the style is called long."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text that is marked in one way: as a finding of that level, as a blank, or not at all."""

    text: str
    mark: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """One text in one style."""

    style: str
    text: str
    blanks: tuple[str, ...]
    findings: tuple[Finding, ...]

    @classmethod
    def of(cls, draft: Draft) -> "Wording":
        return cls(draft.style, draft.text, draft.blanks, draft.findings)

    @property
    def length(self) -> int:
        return len(self.text)

    @property
    def long(self) -> bool:
        return self.length > LONGEST.get(self.style, self.length)

    def pieces(self) -> Iterator[Piece]:
        """Cut the text where a mark begins or ends; the pieces join back to the text."""
        marks: list[tuple[int, int, str, str]] = [(*one.span, one.level, one.message) for one in self.findings]
        for blank in self.blanks:
            start = self.text.index(f"【{blank}】")
            marks.append((start, start + len(blank) + 2, "blank", "发之前要填"))
        cuts = sorted({0, len(self.text), *(edge for start, end, *_ in marks for edge in (start, end))})
        for start, end in pairwise(cuts):
            over = next((one for one in marks if one[0] <= start and end <= one[1]), None)
            yield Piece(self.text[start:end], over[2], over[3]) if over else Piece(self.text[start:end])
