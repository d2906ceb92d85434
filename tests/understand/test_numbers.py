"""Reading the numbers that buyers write."""

from decimal import Decimal

import pytest

from app.understand.numbers import limit


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("一百以内", 100),
        ("50左右的", 50),
        ("两百块以下", 200),
        ("预算80内", 80),
        ("想要便宜的", None),
        ("室内用", None),
        ("三天以后", None),
    ],
)
def test_reads_a_budget(text: str, yuan: int | None) -> None:
    assert limit(text) == (Decimal(yuan) if yuan else None)
