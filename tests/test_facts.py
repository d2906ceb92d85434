"""The checker of facts bites, and no script holds a fact of its own."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest
from jinja2 import Environment, nodes

from app.pipeline import Pipeline
from app.records import Item, Message, Order, Turn
from app.settings import Settings
from app.strict_yaml import load_file
from tests.facts import Fact
from tests.licence import Checker
from tests.test_exhaustive import LEFTOVERS

NOW = datetime(2026, 11, 21, 14, 10, tzinfo=timezone(timedelta(hours=8)))
SCRIPTS = sorted(str(path.relative_to(Settings().scripts)) for path in Settings().scripts.glob("*/*.j2"))


@pytest.fixture(scope="module")
def checker(pipeline: Pipeline) -> Checker:
    return Checker.of(pipeline, "demo")


@pytest.fixture(scope="module")
def platforms(settings: Settings) -> re.Pattern[str]:
    rule = load_file(settings.rules / "L03_other_platforms.yaml", root=settings.home)
    return re.compile("|".join(word for words in rule["words_by_platform"].values() for word in words))


def asked(text: str) -> Message:
    """Ask about a rake that was paid seven days ago and not scanned for two."""
    order = Order(
        "shipped",
        paid_at=NOW - timedelta(days=7),
        last_scan_at=NOW - timedelta(days=2),
        courier="圆通",
        items=(Item("九齿耙", "YY001"),),
    )
    return Message((Turn("buyer", text),), NOW, order)


PLANTED = {
    "wrong price": ("九齿耙现在是30元。", ("price", "九齿耙|30")),
    "price of another product": ("琥珀核桃仁，32.9元。", ("price", "琥珀核桃仁|32.9")),
    "wrong total": ("九齿耙2件一共60元。", ("total", "2|60")),
    "courier of another order": ("这单已经发出，走的中通。", ("courier", "中通")),
    "courier nobody named": ("可以发德邦。", ("courier", "德邦")),
    "days without a scan": ("物流停了3天，我去催。", ("stalled", "3")),
    "days since signing": ("签收5天，过了无理由的时间。", ("signed", "5")),
    "hours since paying": ("看到您付款30小时了。", ("paid", "30|小时")),
    "days of returns": ("15天无理由之外，30天内也能退。", ("within", "30")),
    "days of invoices for returns": ("3天内能退。", ("within", "3")),
    "promised hours": ("付款后24小时内发。", ("hours", "24")),
    "cut-off": ("18点前付款当天发。", ("clock", "18")),
    "gift not in the shop": ("满99送保温壶。", ("tier", "99|保温壶")),
    "gift of another tier": ("满99送暖冬礼包。", ("tier", "99|暖冬礼包")),
    "gift of the campaign": ("满129送囤货礼包。", ("tier", "129|囤货礼包")),
    "gift beyond authority": ("尝鲜礼包我给您申请送上。", ("grant", "尝鲜礼包")),
    "gap to the gift": ("再凑6元送尝鲜礼包。", ("gap", "6")),
    "free shipping": ("满59元包邮。", ("free", "59")),
    "surcharge of another region": ("新疆能发，运费要加18元。", ("surcharge", "18")),
    "region nobody named": ("寄到海南的话要久一点。", ("region", "海南")),
    "amount an agent may grant": ("给您补5元。", ("yuan", "5")),
    "promotion not running": ("年终囤货节正在进行。", ("promotion", "年终囤货节")),
    "last day of a promotion": ("活动到12月13日结束。", ("day", "12|13")),
    "wrong sum": ("九齿耙32.9×2=66.8元。", ("sum", "九齿耙32.9×2|66.8")),
    "sum of a number nobody said": ("32.9×4=131.6元。", ("sum", "32.9×4|131.6")),
    "cut of no promotion": ("满99减15。", ("cut", "99|15")),
    "more to pay than it is": ("付75.8元。", ("pay", "75.8")),
    "gap to the cut": ("再凑30元能减5元。", ("cutgap", "30|5")),
    "gap to free postage": ("再凑9元就包邮。", ("freegap", "9")),
    "pieces to free postage": ("拍3件就包邮。", ("pieces", "3")),
    "dates of arrival": ("大概18到20号。", ("arrival", "18|20")),
    "product out of play": ("可以配电炖锅一起用。", ("goods", "电炖锅")),
    "catalogue number out of place": ("这款有1260包。", ("number", "1260|包")),
    "days in words": ("三天就能退。", ("han", "三")),
}


@pytest.mark.parametrize(("text", "planted"), PLANTED.values(), ids=PLANTED)
def test_an_unproved_fact_is_caught(checker: Checker, text: str, planted: Fact) -> None:
    licence = checker.licence(asked("寄到新疆，要2件"))
    assert planted in checker(text, licence)[1]


@pytest.mark.parametrize(
    "text",
    [
        "九齿耙现在是32.9元，3件一共98.7元。",
        "这单已经发出，走的圆通，物流停了2天，我去催。",
        "看到您付款7天了，新疆能发，运费要加15元，满39元包邮。",
        "7天无理由，16点前付款当天发，满99送尝鲜礼包，满199送暖冬礼包。",
        "九齿耙32.9×3=98.7元，运费15元，付113.7元，再凑0.3元能减5元。",
        "您离满99元只差0.3元，尝鲜礼包我给您申请送上。",
    ],
)
def test_a_proved_fact_passes(checker: Checker, text: str) -> None:
    licence = checker.licence(asked("寄到新疆，要3件"))
    found, unproved = checker(text, licence)
    assert found
    assert not unproved


@pytest.mark.parametrize("text", ["您好，，在的", "满{{ free_over }}元包邮", "发None给您", "您好 在的", "好的。。"])
def test_a_leftover_is_caught(text: str) -> None:
    assert LEFTOVERS.search(text)


def literals(source: str) -> Iterator[str]:
    """Give the words of a script that a buyer or agent may read: its text, and the strings in its expressions."""
    tree = Environment(autoescape=True).parse(source)
    names = [*tree.find_all(nodes.Compare), *tree.find_all(nodes.Extends)]
    names += [call for call in tree.find_all(nodes.Call) if getattr(call.node, "name", "") == "stage"]
    unread = {id(const) for name in names for const in name.find_all(nodes.Const)}
    yield from (data.data for data in tree.find_all(nodes.TemplateData))
    yield from (
        str(const.value)
        for const in tree.find_all(nodes.Const)
        if isinstance(const.value, str) and id(const) not in unread
    )


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_holds_no_fact_of_its_own(checker: Checker, platforms: re.Pattern[str], name: str) -> None:
    names = checker.facts.names("courier", "region", "goods", "promotion")
    for text in literals((Settings().scripts / name).read_text(encoding="utf-8")):
        assert not re.search(r"\d", text), text
        assert not names.search(text), text
        assert not platforms.search(text), text
        assert not checker.facts(text), text
