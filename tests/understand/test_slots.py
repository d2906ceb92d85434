"""Values are found where they stand: the span in the raw text is the value, and no two overlap."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.settings import Settings
from app.understand import reader as readers
from app.understand.reader import Reader
from app.understand.slots import MARKS, first

COURIERS = readers.load_couriers(Settings().lexicon)
PIECES = [
    *("240815-123456789012345", "1234567890123456789", "138 1234 5678", "SF1234567890123", "615530872249", "12315"),
    *("浙江省杭州市西湖区文三路１００号", "改成", "寄到", "顺风", "Ems", "￥9.9", "3块5", "8月15日", "明天", "XL"),
    *("39码", "身高165", "110斤", "2.5kg", "两箱", "½", "㍿", "https://item.jd.com/1.html", "[数字x]", "[订单x]"),
    *("5", "1", " ", "　", "\u200b", "，", "发貨", "a", "-", "啊啊啊啊", "👍"),
]
TEXTS = st.one_of(st.lists(st.sampled_from(PIECES), max_size=10).map("".join), st.text(max_size=40))


@given(TEXTS)
def test_the_span_in_the_raw_text_is_the_value(reader: Reader, raw: str) -> None:
    for slot in reader(raw).slots:
        assert raw[slice(*slot.span)] == slot.value != ""
        assert slot.name in MARKS


@given(TEXTS)
def test_spans_stand_in_reading_order_and_never_overlap(reader: Reader, raw: str) -> None:
    slots = reader(raw).slots
    assert all(one.span[1] <= other.span[0] for one, other in pairwise(slots))


def found(reader: Reader, raw: str) -> list[tuple[str, str]]:
    return [(slot.name, slot.value) for slot in reader(raw).slots]


@pytest.mark.parametrize(
    ("raw", "name", "value"),
    [
        # order numbers: Pinduoduo, Taobao, JD, Douyin
        ("240815-123456789012345怎么还没发", "order_no", "240815-123456789012345"),
        ("这单２４０８１５-123456789012345", "order_no", "２４０８１５-123456789012345"),
        ("订单号2345678901234567890发了吗", "order_no", "2345678901234567890"),
        ("京东订单号：295718364012 没收到", "order_no", "295718364012"),
        ("我的订单编号是 295718364012", "order_no", "295718364012"),
        ("订单295718364012帮我看下", "order_no", "295718364012"),
        ("6921234567890123456这单退了吧", "order_no", "6921234567890123456"),
        # parcels
        ("SF1234567890123到哪了", "tracking_no", "SF1234567890123"),
        ("单号yt8812345678901一直不动", "tracking_no", "yt8812345678901"),
        ("JDVB01234567890 查一下", "tracking_no", "JDVB01234567890"),
        ("快递单号773123456789012不动了", "tracking_no", "773123456789012"),
        ("物流单号是773123456789012", "tracking_no", "773123456789012"),
        # phones
        ("我电话13812345678", "phone", "13812345678"),
        ("打 138 1234 5678 这个", "phone", "138 1234 5678"),
        ("打138-1234-5678找我", "phone", "138-1234-5678"),
        ("１３８１２３４５６７８", "phone", "１３８１２３４５６７８"),
        ("+86 13812345678", "phone", "+86 13812345678"),
        ("快递13812345678不接电话", "phone", "13812345678"),
        # addresses
        ("改成广东省深圳市南山区科技园路5号3栋201", "address", "广东省深圳市南山区科技园路5号3栋201"),
        ("寄到浙江省杭州市余杭区文一西路998号", "address", "浙江省杭州市余杭区文一西路998号"),
        ("寄到杭州市余杭区文一西路998号", "address", "杭州市余杭区文一西路998号"),
        ("麻烦改到郑州市金水区花园路20号，谢谢", "address", "郑州市金水区花园路20号"),
        ("地址浙江省杭州市西湖区文三路100号", "address", "浙江省杭州市西湖区文三路100号"),
        ("改成 北京市朝阳区建国路88号院2号楼301", "address", "北京市朝阳区建国路88号院2号楼301"),
        ("換成上海市浦東新區張楊路500號1203室", "address", "上海市浦東新區張楊路500號1203室"),
        # amounts
        ("退我5元", "amount", "5元"),
        ("差价12.5元", "amount", "12.5元"),
        ("只要￥9.9", "amount", "￥9.9"),
        ("便宜十块钱吧", "amount", "十块钱"),
        ("返现5块", "amount", "5块"),
        # dates
        ("15号发货吗", "date", "15号"),
        ("8月15日前能到吗", "date", "8月15日"),
        ("2026-08-15要用", "date", "2026-08-15"),
        ("2026年8月15日拍的", "date", "2026年8月15日"),
        ("后天能到不", "date", "后天"),
        ("下午3点送", "date", "3点"),
        ("双十一有活动吗", "date", "双十一"),
        # sizes
        ("要XL的", "size", "XL"),
        ("ＸＸＬ有吗", "size", "ＸＸＬ"),
        ("L码有吗", "size", "L码"),
        ("换42.5码", "size", "42.5码"),
        ("有均码吗", "size", "均码"),
        # body measures
        ("身高165穿什么", "body", "身高165"),
        ("身高1米65", "body", "身高1米65"),
        ("体重60kg穿什么", "body", "体重60kg"),
        ("120斤穿多大", "body", "120斤"),
        # quantities
        ("买3件", "quantity", "3件"),
        ("来2.5kg", "quantity", "2.5kg"),
        ("买2公斤", "quantity", "2公斤"),
        ("要两箱", "quantity", "两箱"),
        # items, glued to text or not
        ("615530872249换货", "item_id", "615530872249"),
        ("这个590277413368能换成红色吗", "item_id", "590277413368"),
        # links
        ("看https://mobile.yangkeduo.com/goods.html?goods_id=40118266这个", "link",
         "https://mobile.yangkeduo.com/goods.html?goods_id=40118266"),
        ("item.jd.com/10046628813.html", "link", "item.jd.com/10046628813.html"),
        ("https://www.sf-express.com/track", "link", "https://www.sf-express.com/track"),
        # tax numbers, plain numbers
        ("税号91330106MA2H1ABC5X", "tax_no", "91330106MA2H1ABC5X"),
        ("3天没动了", "number", "3"),
        # masks of published data
        ("[数字x]天了", "number", "[数字x]"),
        ("我的[订单x]", "order_no", "[订单x]"),
        ("[订单号x]", "order_no", "[订单号x]"),
        ("电话[电话x]", "phone", "[电话x]"),
        ("[地址x]", "address", "[地址x]"),
        ("退[金额x]", "amount", "[金额x]"),
        ("[日期x]前", "date", "[日期x]"),
        ("[链接x]", "link", "[链接x]"),
        ("我叫[姓名x]", "name", "[姓名x]"),
        ("[图片]", "image", "[图片]"),
    ],
)  # fmt: skip
def test_finds(reader: Reader, raw: str, name: str, value: str) -> None:
    assert found(reader, raw) == [(name, value)]


@pytest.mark.parametrize(
    "raw",
    [
        "我要打12315",
        "打12345",
        "iphone15有吗",
        "什么时候发货",
        "有点大",
        "山东发货吗",
        "发天",
        "",
    ],
)
def test_finds_nothing(reader: Reader, raw: str) -> None:
    assert found(reader, raw) == []


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            "改成广东省广州市天河区体育西路1号 张三 13812345678",
            [("address", "广东省广州市天河区体育西路1号"), ("phone", "13812345678")],
        ),
        ("身高165体重110斤穿什么码", [("body", "身高165"), ("body", "体重110斤")]),
        ("165cm 110斤穿什么", [("body", "165cm "), ("body", "110斤")]),
        ("买2件发顺丰明天到吗", [("quantity", "2件"), ("courier", "顺丰"), ("date", "明天")]),
        ("[订单x]里的[数字x]件", [("order_no", "[订单x]"), ("number", "[数字x]")]),
        ("½", [("number", "½")]),
    ],
)
def test_finds_several(reader: Reader, raw: str, expected: list[tuple[str, str]]) -> None:
    assert found(reader, raw) == expected


@pytest.mark.parametrize(
    ("form", "courier"), [(form, courier) for courier, forms in COURIERS.items() for form in forms]
)
def test_every_spelling_of_a_courier_gives_its_name(reader: Reader, form: str, courier: str) -> None:
    slot = first(reader(f"走{form.upper()}吗").slots, "courier")
    assert slot is not None
    assert (slot.value, slot.norm) == (form.upper(), courier)


@pytest.mark.parametrize(
    ("raw", "norm"),
    [("差價3块5", "3.5元"), ("￥ 9.9", "¥9.9"), ("ｘｌ碼", "xl码"), ("SF1234567890123", "sf1234567890123")],
)
def test_the_norm_is_one_spelling(reader: Reader, raw: str, norm: str) -> None:
    assert [slot.norm for slot in reader(raw).slots] == [norm]


@pytest.mark.parametrize(
    ("one", "other"),
    [("退我5元", "退我80元"), ("13812345678", "139 8765 4321"), ("发顺丰", "发圆筒"), ("15号到", "8月1日到")],
)
def test_the_masked_text_hides_which_value_stood_there(reader: Reader, one: str, other: str) -> None:
    assert reader(one).masked == reader(other).masked


def test_words_that_tell_intents_apart_stay_in_the_masked_text(reader: Reader) -> None:
    assert reader("明天换大号要两箱").masked == "明天换大号要两箱"


def test_first_gives_the_first_of_its_name(reader: Reader) -> None:
    slots = reader("买3件 再买4件").slots
    assert first(slots, "quantity") == slots[0]
    assert first(slots, "phone") is None
