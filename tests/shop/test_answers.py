"""A product's own facts answer a question; what they do not say is never inferred."""

import pytest

from app.shop.answers import Answers
from app.shop.facts import Product
from app.shop.wording import Wording

WORDING = Wording(
    {"材质": ["材质", "什么做的"], "容量": ["能装多少", "容量"], "洗涤": ["怎么洗"], "热量": ["热量"]},
    {
        "材质": {"全棉": ["全棉", "纯棉"], "涤纶": ["涤纶"]},
        "洗涤": {"机洗": ["机洗"], "手洗": ["手洗"]},
        "其他": {"微波炉": ["微波炉"], "精油": ["精油"], "酒精": ["酒精"], "断电": ["断电"]},
        "部件": {"盖子": ["盖子"]},
        "虚词": {"词": list("吗不能会是有的用吧")},
    },
)
ANSWERS = Answers(WORDING, list, {})
SHIRT = Product.model_validate(
    {
        "sku": "A1", "name": "打底衫", "title": "打底衫女", "category": "服饰", "price": "39.9", "stock": 3,
        "attributes": {"材质": "涤纶", "洗涤": "手洗", "颜色": "黑、米白", "容量": "3升"},
        "usage": "不加精油。水开自动断电。适用不含酒精", "fits": "三岁以上", "sizes": {"M": "脚长23", "L": "脚长24-25"},
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "verdict", "told"),
    [
        ("是涤纶的吗", "yes", "是的，材质是涤纶"),
        ("纯棉的不", "no", "不是的，材质是涤纶"),
        ("能机洗吗", "no", "不建议，资料写的是手洗"),
        ("能加精油不", "no", "不加精油"),
        ("会断电吗", "yes", "会的，水开自动断电"),
        ("不含酒精的吧", "yes", "是的，适用不含酒精"),
        ("有白的吗", "yes", "有米白的"),
        ("有红的吗", "no", "没有红的，颜色有黑、米白"),
        ("有xl码吗", "no", "没有XL码，做的是M、L"),
        ("一岁半能用吗", "no", "不建议，标注适合三岁以上"),
        ("什么做的", "", "材质是涤纶"),
        ("能装多少升", "", "容量是3升"),
    ],
)
def test_facts_answer(text: str, verdict: str, told: str) -> None:
    found = ANSWERS(SHIRT, text)
    assert found is not None
    assert (found.verdict, found.text) == (verdict, told)


@pytest.mark.parametrize("text", ["能进微波炉吗", "孕妇能用吗", "热量多少", "盖子什么做的", "在吗", "", "什么时候发货"])
def test_silence_is_no_answer(text: str) -> None:
    assert ANSWERS(SHIRT, text) is None
