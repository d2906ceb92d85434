"""The sides of an intent: what is heard, and how a wrong file is named."""

from pathlib import Path

import pytest

from app.errors import DataError
from app.pipeline import Pipeline
from app.reply.facets import load


@pytest.mark.parametrize(
    ("intent", "text", "side"),
    [
        ("policy_query", "质保多久", "warranty"),
        ("policy_query", "有运费险吗", "insurance"),
        ("policy_query", "能开发票吗", ""),
        ("coupon_promo", "满减能叠加吗", "stack"),
        ("nothing", "质保多久", ""),
    ],
)
def test_hears_the_side(pipeline: Pipeline, intent: str, text: str, side: str) -> None:
    assert pipeline.knowledge.facets(intent, text) == side


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("- 质保\n", "应当是"),
        ("policy_query: 质保\n", "policy_query"),
        ("policy_query: {warranty: []}\n", "policy_query.warranty"),
        ('policy_query: {warranty: ["(质保"]}\n', "policy_query.warranty"),
        ('policy_query: {warranty: ["质保|"]}\n', "policy_query.warranty"),
        ("policy_query: {质保: [质保]}\n", "policy_query.质保"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "facets.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"facets\.yaml") as caught:
        load(tmp_path)
    assert named in str(caught.value)
