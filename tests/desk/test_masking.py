"""Who a buyer is never reaches the store: phones, addresses, identity and card numbers are hidden, the rest stays."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from starlette.testclient import TestClient

from app.desk.masking import Mask, is_card, is_identity
from app.desk.tables import Base
from app.pipeline import Pipeline
from app.service.web import create_app

HIDDEN = {
    "电话13812345678": "12345678",
    "１３８１２３４５６７８": "１２３４５６７８",
    "打138 1234 5678": "138 1234 5678",
    "138-1234-5678": "1234",
    "138 - 1234 - 5678": "1234",
    "138.1234.5678": "1234",
    "138—1234—5678": "1234",
    "1 3 8 1 2 3 4 5 6 7 8": "1 2 3 4",
    "+8613812345678": "12345678",
    "0086-138 1234 5678": "1234",
    "13812345678转8": "12345678",
    "微信13812345678@wx": "12345678",
    "幺三八一二三四五六七八": "一二三四五六七八",
    "0571-88889999": "8888",
    "（0571）8888 9999": "8888",
    "010-6666 7777": "6666",
    "身份证11010519491231002X": "11010519491231",
    "身份证１１０１０５１９４９１２３１００２Ｘ": "１９４９１２３１",
    "110105 19491231 002x": "19491231",
    "卡号6222021234567890128": "12345678",
    "6222 0212 3456 7890 128": "0212",
    "4111-1111-1111-1111": "4111-1111",
    "４１１１１１１１１１１１１１１１": "４１１１１１１１",
    "地址改成浙江省杭州市西湖区文三路123号3栋502室，谢谢": "西湖区文三路123号3栋502室",
    "寄到上海浦东新区张江镇碧波路690号": "碧波路690号",
    "收货地址：广东省深圳市南山区科技园南区8栋": "科技园南区8栋",
    "送到文三路123号3栋502": "123号",
    "在幸福花园7栋2单元1103室": "1103",
}
KEPT = [
    "订单号251121-123456789012345",
    "订单号2214567890123456789",
    "订单编号：4111111111111111",
    "251121-4111111111111111",
    "快递单号78123456789012",
    "SF1234567890123",
    "一共1234.50元，退49.90",
    "159.9 199.9 299.9",
    "11月20日10点",
    "2026-11-20 10:00",
    "身高165体重110斤",
    "打12315投诉",
    "坐地铁2号线",
    "走路10分钟",
    "不知道5号能不能到",
    "家里20号没人",
    "[地址x]",
]


@pytest.fixture(scope="module")
def mask(pipeline: Pipeline) -> Mask:
    return Mask(pipeline.knowledge.reader.values)


@pytest.mark.parametrize(("text", "secret"), HIDDEN.items())
def test_what_finds_somebody_is_hidden(mask: Mask, text: str, secret: str) -> None:
    assert secret in text
    assert secret not in mask(text)
    assert "*" in mask(text)


@pytest.mark.parametrize("text", KEPT)
def test_what_a_shop_needs_stays(mask: Mask, text: str) -> None:
    assert mask(text) == text


def test_enough_stays_to_know_it_again(mask: Mask) -> None:
    assert mask("13812345678") == "138****5678"
    assert mask("浙江省杭州市西湖区文三路123号") == "浙江省杭州市**********"
    assert mask("6222021234567890128") == "***************0128"


def numbers(start: int, digits: int) -> list[str]:
    chance = random.Random(start)  # noqa: S311 - the same numbers every time
    return [str(start) + "".join(chance.choices("0123456789", k=digits - len(str(start)))) for _ in range(300)]


def test_only_numbers_with_right_sums_are_cards_and_identities(mask: Mask) -> None:
    for number in numbers(622, 19):
        assert ("*" in mask(f"号码{number}")) is is_card(number)
    for number in numbers(11010519900307, 18):
        assert ("*" in mask(f"号码{number}")) is (is_identity(number) or is_card(number))
    assert sum(map(is_card, numbers(622, 19))) > 10
    assert sum(map(is_identity, numbers(11010519900307, 18))) > 10


_PLACES = ["北京", "浙江省", "杭州市", "西湖区", "文三路", "镇", "县", "村", "小区", "号", "栋"]
_MARKS = ["123", "4111", "8888", "138", "0571", " ", "-", "，", "*", "**", "１２３", "X", "x", "一", "三", "元", "\n"]
PIECES = st.sampled_from([*HIDDEN, *KEPT, *_PLACES, *_MARKS])


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=10).map("".join)))
def test_masking_keeps_the_length_and_happens_once(mask: Mask, text: str) -> None:
    masked = mask(text)
    assert len(masked) == len(text)
    assert mask(masked) == masked
    assert all(new in (old, "*", "\ufffd") for old, new in zip(text, masked, strict=True))


def test_what_no_database_keeps_is_replaced(mask: Mask) -> None:
    assert mask("在\0吗\ud83d") == "在\ufffd吗?"
    assert mask.body({"order_no": "1\0", "courier": "\0"}) == {"order_no": "1\ufffd", "courier": "\ufffd"}


def test_bodies_are_masked_through_and_through(mask: Mask) -> None:
    order = {
        "order_no": "4111111111111111",
        "tracking_no": "13812345678",
        "remark": "打13812345678",
        "n": 1,
        "no": None,
    }
    masked = mask.body([order, ("卡6222021234567890128",)])
    assert masked[0] == order | {"tracking_no": "138****5678", "remark": "打138****5678"}
    assert masked[1] == ["卡***************0128"]


def test_a_corrected_address_is_hidden_wherever_it_stands(mask: Mask) -> None:
    told = ("老城里大榕树对面那家店", "店里")
    slots = [{"name": "address", "value": value, "span": (0, 0)} for value in told]
    reply = {
        "id": "d-13812345678", "conversation_id": "4111111111111111", "slots": slots,
        "remark": {"text": "改地址：老城里大榕树对面那家店，店里有人"},
    }  # fmt: skip
    masked = mask.reply(reply, "地址换一下")
    assert masked["remark"]["text"] == "改地址：老城里大榕******，店里有人"
    assert (masked["id"], masked["conversation_id"]) == (reply["id"], reply["conversation_id"])


SECRETS = {
    "13812345678": ("1381234", "12345678"),
    "１３９８７６５４３２１": ("９８７６５４３",),
    "137-1111-2222": ("137-1111", "1371111"),
    "0571-88889999": ("88889999", "0571-88889"),
    "11010519491231002X": ("1949123", "11010519"),
    "6222021234567890128": ("62220212", "34567890"),
    "浙江省杭州市西湖区文三路123号3栋502室": ("文三路123", "3栋502"),
}
ORDER_NO = "251121-550055005500550"


def dump(url: str) -> str:
    """Write every row of every table as text."""
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = [
            str(tuple(row)) for table in Base.metadata.sorted_tables for row in connection.execute(select(table)).all()
        ]
    engine.dispose()
    return "\n".join(rows)


def talk(client: TestClient, secret: str, at: int) -> None:
    """Say a secret in every place where a client may say one."""
    chat, order = f"c-{at}", {"status": "signed", "order_no": ORDER_NO, "amount": "49.90", "remark": f"送{secret}"}
    said = f"收到碎了，我的信息是 {secret} ，订单号{ORDER_NO}，赔我12.34元"
    base = {"conversation_id": chat, "order": order, "buyer": {"id": secret}}
    first = client.post("/v1/messages", json=base | {"text": said, "message_id": "1"}).json()["reply"]
    client.post("/v1/messages", json=base | {"text": f"{secret}", "message_id": "2"})
    agent = base | {"role": "agent", "text": f"好的，按 {secret} 给您改", "message_id": "3"}
    assert client.post("/v1/messages", json=agent).status_code == 200
    asked = {"text": f"地址改成 {secret}", "message_id": "4", "slots": [{"name": "address", "value": secret}]}
    typed = client.post("/v1/drafts", json=asked | {"intent": "change_address"}).json()
    client.post("/v1/drafts", json={"text": f"呜哩哇啦 {secret}", "conversation_id": f"api-{at}"})
    for draft in (first["id"], typed["id"]):
        told = {"draft_id": draft, "outcome": "edited", "text": f"亲，{secret} 收到", "intent": "refund_only"}
        answer = client.post("/v1/outcomes", json=told | {"conversation_id": chat})
        assert answer.status_code == 200, answer.text


def test_secrets_reach_no_column_of_any_table(pipeline: Pipeline, database: str) -> None:
    with TestClient(create_app(pipeline, database=database)) as client:
        for at, secret in enumerate(SECRETS):
            talk(client, secret, at)
    written = dump(database)
    assert len(json.dumps(written)) > 20_000
    for secret, parts in SECRETS.items():
        for part in (secret, *parts):
            at = written.find(part)
            assert at < 0, written[max(at - 80, 0) : at + 80]
    assert written.count(ORDER_NO) > len(SECRETS)
    assert "49.90" in written
    assert "12.34元" in written
