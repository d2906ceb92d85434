"""Everything a script of `scripts_zh/ratings/` may name. Text fields are "" where the review says nothing of it."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewVariables:
    """Hold the flat facts that a public reply is filled with; nothing of the buyer's own words is among them."""

    official: bool = False
    friend: bool = False
    plea: bool = False
    low: bool = False
    wordless: bool = False
    trouble: bool = False
    sad: bool = False
    grave: bool = False
    named: str = ""
    hurt: str = ""
    look: str = ""
    help: str = ""
    second_named: str = ""
    second_look: str = ""
    praise: str = ""
    titles: str = ""
    product: str = ""
    shop_name: str = ""
    emoji: str = ""

    def as_dict(self) -> dict[str, object]:
        """Give the names and values that a template sees."""
        return {name: getattr(self, name) for name in REVIEW_NAMES}


REVIEW_NAMES: tuple[str, ...] = tuple(field.name for field in fields(ReviewVariables))
