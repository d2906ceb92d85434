"""Anger is counted, grief is heard, and risk words raise an alarm unless they only ask."""

from pathlib import Path

import pytest

from app.errors import DataError
from app.records import Tone
from app.settings import Settings
from app.understand import tone
from app.understand.reader import Reader
from app.understand.tone import Ear


@pytest.fixture(scope="module")
def ear(settings: Settings) -> Ear:
    return tone.load(settings.lexicon)


@pytest.mark.parametrize(
    ("raw", "anger"),
    [
        ("什么时候发货", 0),
        ("谢谢啦！", 0),
        ("好的!", 0),
        ("怎么还没发货", 1),
        ("太慢了", 1),
        ("快点！！！", 1),
        ("人呢", 1),
        ("骗子", 2),
        ("垃圾東西", 2),
        ("还没发货？？？", 2),
        ("都几天了还没到", 2),
        ("😡", 2),
        ("骗子 我要投诉", 3),
        ("等了几天了还没发 太差了 差评！！！", 3),
        ("垃圾！！！骗子！！！投诉！！！", 3),
    ],
)
def test_anger(ear: Ear, reader: Reader, raw: str, anger: int) -> None:
    assert ear.tone(reader(raw).normalised.text).anger == anger


@pytest.mark.parametrize(
    ("raw", "sad"),
    [("我奶奶去世了需要退货", True), ("人在住院收不了货", True), ("不想要了退货", False), ("你好", False)],
)
def test_sad(ear: Ear, reader: Reader, raw: str, sad: bool) -> None:
    assert ear.tone(reader(raw).normalised.text) == Tone(0, sad)


def alarms(ear: Ear, reader: Reader, raw: str) -> list[str]:
    """Give the intents that must be answered first, or the title where the alarm only warns."""
    return [alarm.intent or alarm.risk.name for alarm in ear.alarms(reader(raw).masked)]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("我要打12315", ["complaint_escalation"]),
        ("再不处理我就打12345了", ["complaint_escalation"]),
        ("我找消協", ["complaint_escalation"]),
        ("律师函等着", ["complaint_escalation"]),
        ("用了脸上起疹子", ["adverse_reaction"]),
        ("吃完拉肚子", ["adverse_reaction"]),
        ("插座漏电了", ["adverse_reaction"]),
        ("米里有虫", ["food_safety"]),
        ("面包发霉了", ["food_safety"]),
        ("要求假一赔十", ["punitive_claim"]),
        ("加个微信吧", ["offsite_contact"]),
        ("孕妇能用吗", ["涉及小孩、孕妇"]),
        ("不退就算了 不然就差评", ["疑似以差评相胁"]),
        ("吃了发霉的面包上吐下泻 我要打12315", ["complaint_escalation", "adverse_reaction", "food_safety"]),
    ],
)
def test_a_risk_raises_its_alarm(ear: Ear, reader: Reader, raw: str, expected: list[str]) -> None:
    assert alarms(ear, reader, raw) == expected


@pytest.mark.parametrize(
    "raw",
    [
        "什么时候发货",
        "我的电话是13812345678",
        "电话 138 1231 5678",
        "订单号111234512345678901",
        "快递单号773123151234567",
        "型号A12345有货吗",
        "买12345件多少钱",
        "一共12345元",
        "会不会过敏",
        "会不会过敏了",
        "敏感肌容易过敏能用吗",
        "会发霉吗",
        "这米容易生虫吗",
        "能防虫吗 怎么驱虫",
        "优惠券过期了",
        "支持假一赔十吗",
        "是不是假一赔十",
    ],
)
def test_a_number_or_a_mere_question_raises_none(ear: Ear, reader: Reader, raw: str) -> None:
    assert alarms(ear, reader, raw) == []


def test_digits_of_a_longer_number_are_no_hotline_even_unmasked(ear: Ear) -> None:
    assert ear.alarms("13812345678") == ()
    assert ear.alarms("112315") == ()
    assert len(ear.alarms("打12345")) == 1


@pytest.mark.parametrize("raw", ["脸上起红疹了 好可怕", "用了起红疹 会不会是这个引起的", "面包发霉了 太容易坏了"])
def test_an_exception_elsewhere_does_not_hide_what_has_happened(ear: Ear, reader: Reader, raw: str) -> None:
    assert alarms(ear, reader, raw) != []


@pytest.mark.parametrize("raw", ["滚筒洗衣机有吗", "垃圾袋多少钱", "送给妈妈的礼物", "他妈妈能穿吗"])
def test_harmless_words_are_not_anger(ear: Ear, reader: Reader, raw: str) -> None:
    assert ear.tone(reader(raw).normalised.text).anger == 0


def test_every_fault_of_the_risk_list_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "lexicon_zh"
    folder.mkdir()
    (folder / "risk.yaml").write_text("a: {title: 甲, note: 乙, words: []}\nb: {title: 甲, wrods: [丙]}\n", "utf-8")
    with pytest.raises(DataError) as caught:
        tone.load(folder)
    assert sorted((problem.file, problem.key) for problem in caught.value.problems) == [
        ("lexicon_zh/risk.yaml a", "words"),
        ("lexicon_zh/risk.yaml b", "note"),
        ("lexicon_zh/risk.yaml b", "words"),
        ("lexicon_zh/risk.yaml b", "wrods"),
    ]
