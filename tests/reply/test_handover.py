"""Hand-over: whoever takes over reads what happened in eight lines, with nothing of the buyer's that is not needed."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.outgoing import Reply
from app.pipeline import Pipeline
from app.records import STATUSES, Item, Message, Order, Role, Turn
from app.reply.handover import MOST_CHARACTERS, MOST_LINES, mask_address, mask_numbers
from tests.reply.desk import NOW, knowledge

PHONE, ADDRESS, NUMBER = "13812345678", "浙江省杭州市西湖区文三路12号3栋", "251121-123456789012345"
SIGNED = Order(
    "signed",
    order_no=NUMBER,
    signed_at=NOW - timedelta(days=2),
    courier="中通",
    tracking_no="78123456789012",
    amount=Decimal(89),
    items=(Item("旅行茶具套装", "CJ003"),),
    remark=f"收件人电话{PHONE}",
)
TALK: list[tuple[Role, str]] = [
    ("buyer", "收到杯子碎了"),
    ("agent", "真抱歉，拍张照片给我，订单号也发我一下"),
    ("buyer", f"[图片] 电话{PHONE}"),
    ("agent", "照片看到了，您看退还是补？补发我今天就安排，寄到" + ADDRESS),
    ("buyer", "赔我20块"),
    ("agent", "这个我帮您申请一下，主管看了回您"),
    ("buyer", "不赔我就打12315"),
]


def answered(
    pipeline: Pipeline, *turns: tuple[Role, str], order: Order | None = None, traits: tuple[str, ...] = ()
) -> Reply:
    said = tuple(Turn(role, text, NOW) for role, text in turns)
    return pipeline.reply(Message(said, NOW, order or Order(), traits=traits), shop="demo")


def lines(reply: Reply) -> dict[str, str]:
    return dict(line.split("：", 1) for line in reply.hand_over.lines)  # type: ignore[misc]


def test_all_that_happened_is_told(pipeline: Pipeline) -> None:
    reply = answered(pipeline, *TALK, order=SIGNED, traits=("refund_only_habit",))
    told = lines(reply)
    assert reply.decision.kind == "hand_over"
    assert list(told) == ["订单", "诉求", "已知", "说过", "情绪", "权限", "下一步"]
    assert told["订单"].startswith("已签收2天；")
    assert all(part in told["订单"] for part in ("89元", "尾号2345", "138****5678"))
    assert told["诉求"].index("补偿") < told["诉求"].index("投诉升级")
    assert "已发照片" in told["已知"]
    assert "补发我今天就安排" in told["说过"]
    assert "主管" in told["说过"]
    assert "监管" in told["情绪"]
    assert "要主管定" in told["权限"]
    assert "12:03前先回一句" in told["下一步"]


def test_what_was_asked_in_vain_is_told(pipeline: Pipeline) -> None:
    reply = answered(pipeline, ("buyer", "收到碎了"), ("agent", "拍张照片给我看看"), ("buyer", "找你们主管来"))
    assert lines(reply)["没答"] == "问过买家没给照片"


def test_what_is_missing_is_told(pipeline: Pipeline) -> None:
    reply = answered(pipeline, ("buyer", "这个多少钱"))
    assert lines(reply)["没答"] == "还缺哪一款"


def test_nothing_private_is_told_in_full(pipeline: Pipeline) -> None:
    reply = answered(
        pipeline, *TALK, ("agent", f"给您改到{ADDRESS}，{PHONE}，今天发"), ("buyer", f"{ADDRESS} 转人工"), order=SIGNED
    )
    text = reply.hand_over.text
    assert not any(private in text for private in (PHONE, ADDRESS, "文三路", NUMBER, "78123456789012"))
    assert "浙江省杭州市***" in text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话13812345678", "电话138****5678"),
        ("138 1234 5678", "138****5678"),
        ("单号251121-123456789012345", "单号尾号2345"),
        ("SF1234567890123", "尾号0123"),
        ("退5元，2天", "退5元，2天"),
    ],
)
def test_numbers_keep_their_ends(text: str, masked: str) -> None:
    assert mask_numbers(text) == masked


def test_an_address_keeps_its_region() -> None:
    assert mask_address(ADDRESS) == "浙江省杭州市***"
    assert mask_address("文三路12号") == "文三路***"


SAID = st.one_of(
    st.sampled_from(
        [
            "怎么还没发货",
            "退我50块",
            "给500我就不举报你",
            f"改到{ADDRESS} {PHONE}",
            "[图片]",
            "转人工",
            "能便宜点吗",
            NUMBER,
        ]
    ),
    st.text(min_size=1, max_size=60).filter(str.strip),
)
REPLIES = st.sampled_from(
    ["补发我今天就安排，主管看了回您。" * 4, "订单号发我一下", "已给您退了差价5元", f"寄到{ADDRESS}，{PHONE}"]
)
TURNS = st.lists(st.one_of(st.tuples(st.just("buyer"), SAID), st.tuples(st.just("agent"), REPLIES)), max_size=8)


@given(TURNS, st.sampled_from([None, *STATUSES]), st.booleans())
def test_it_is_short_and_private_whatever_was_said(
    pipeline: Pipeline, turns: list, status: object, private: bool
) -> None:  # type: ignore[type-arg]
    order = Order(status, order_no=NUMBER if private else "", remark="备注很长" * 60)  # type: ignore[arg-type]
    reply = answered(pipeline, *turns, ("buyer", "怎么还没发货"), order=order, traits=("extortion", "标记" * 90))
    summed = reply.hand_over
    assert 0 < len(summed.lines) <= MOST_LINES
    assert len(summed.text) <= MOST_CHARACTERS
    assert all(line == line.strip() and "\n" not in line and re.match(r"\w{2,3}：.", line) for line in summed.lines)
    assert not any(one in summed.text for one in (PHONE, "文三路12号", NUMBER))


def test_a_value_that_runs_over_two_messages_stays_on_its_line(pipeline: Pipeline) -> None:
    summed = answered(pipeline, ("buyer", "退我50块"), ("buyer", "0"), ("buyer", "怎么还没发货")).hand_over
    assert "金额50块 0" in summed.text
    assert not any("\n" in line for line in summed.lines)


# what the agent is warned of


TRAITS = sorted(knowledge().traits)
EVIDENCE = re.compile(r"留|收[清凭]|照|拍|调|记录|凭证|分开|原话|先问人|断言|平和")
PRESSURE = ["给500我就不举报你", "不给钱就曝光你们", "给点封口费吧", "转我200就撤诉"]


def test_every_flag_says_what_to_keep_or_do() -> None:
    notes = [
        *knowledge().traits.values(),
        *(alarm.risk.why for text in PRESSURE for alarm in knowledge().ear.alarms(text)),
    ]
    assert [note for note in notes if not EVIDENCE.search(note)] == []


@pytest.mark.parametrize("text", PRESSURE)
def test_money_for_silence_is_noticed_and_goes_to_the_lead(pipeline: Pipeline, text: str) -> None:
    reply = answered(pipeline, ("buyer", text), order=SIGNED)
    assert "疑似要钱换不投诉" in [risk.name for risk in reply.decision.risk]
    assert reply.decision.kind == "hand_over"
    assert reply.decision.authority is not None
    assert reply.decision.authority.needs == "lead"


@pytest.mark.parametrize(
    "text",
    ["你们处理好就不投诉", "发货就不投诉了", "换一个我就不投诉了", "你们不退我就投诉", "封口裂了", "好评就不用返现了"],
)
def test_a_plain_complaint_is_no_extortion(text: str) -> None:
    assert [one.risk.name for one in knowledge().ear.alarms(text) if one.lead] == []


def test_pressure_of_an_earlier_message_is_not_forgotten(pipeline: Pipeline) -> None:
    calm = answered(pipeline, ("buyer", "东西碎了补偿5块"), order=SIGNED)
    pressed = answered(
        pipeline, ("buyer", "给500我就不举报你"), ("agent", "您说说哪里不对"), ("buyer", "那补偿5块"), order=SIGNED
    )
    assert calm.decision.authority is not None
    assert calm.decision.authority.needs is None
    assert pressed.decision.authority is not None
    assert (pressed.decision.authority.needs, pressed.decision.authority.granted) == ("lead", "")
    assert "疑似要钱换不投诉" in [risk.name for risk in pressed.decision.risk]
    assert "要钱换不投诉" in lines(pressed)["情绪"]


def warnings(note: str) -> set[str]:
    return {part for part in re.split(r"[：，。；、\s]", note) if len(part) >= 4}


@pytest.mark.parametrize(
    "text", [*PRESSURE, "退我50块", "收到少了一袋", "再不退就差评", "仅退款", "签收了没收到", "转人工"]
)
def test_no_draft_holds_a_word_of_a_flag(pipeline: Pipeline, text: str) -> None:
    plain = answered(pipeline, ("buyer", text), order=SIGNED)
    flagged = answered(pipeline, ("buyer", text), order=SIGNED, traits=tuple(TRAITS))
    assert [one.text for one in flagged.drafts] == [one.text for one in plain.drafts]
    assert flagged.remark == plain.remark
    assert len(flagged.decision.risk) == len(plain.decision.risk) + len(TRAITS)
    for risk in flagged.decision.risk:
        words = warnings(risk.why) | ({risk.name} if risk.name != "买家标记" else set())
        spoken = [word for word in words for one in flagged.drafts if word in one.text]
        assert spoken == [], text
