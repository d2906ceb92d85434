"""Following a conversation: what is sent, chosen, chased and asked again."""

import pytest

from app.pipeline import Pipeline
from app.records import Ranking, Scored, Turn
from app.reply.dialogue import Dialogue, asked_again, follow, said, sentences


def heard(name: str, confidence: float = 0.9) -> Ranking:
    scored = (Scored(name, confidence),)
    return Ranking(scored, scored)


def stands(pipeline: Pipeline, text: str, *, topics: tuple[str, ...], ranking: Ranking) -> Dialogue:
    return follow(pipeline.knowledge.catalogue, topics, ranking, pipeline.knowledge.reader(text))


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("damaged_item", "[图片]"),
        ("counterfeit_claim", "[图片]"),
        ("missing_item", "261117-482910375561"),
        ("change_address", "浙江省杭州市西湖区文三路88号 王芳 13900000000"),
        ("size_recommend", "175 130斤"),
    ],
)
def test_sending_what_the_matter_calls_for_goes_on_with_it(pipeline: Pipeline, topic: str, text: str) -> None:
    found = stands(pipeline, text, topics=(topic,), ranking=heard("provide_info"))
    assert found == Dialogue(topic, continued=True)


@pytest.mark.parametrize(
    ("topics", "text", "intent"),
    [
        ((), "[图片]", "provide_info"),
        (("greeting",), "[图片]", "provide_info"),
        (("coupon_promo",), "261117-482910375561", "provide_info"),
        (("damaged_item",), "[图片] 还有发票能开吗", "invoice_request"),
        (("damaged_item",), "好的", "ack"),
    ],
)
def test_other_messages_stand_for_themselves(
    pipeline: Pipeline, topics: tuple[str, ...], text: str, intent: str
) -> None:
    assert not stands(pipeline, text, topics=topics, ranking=heard(intent)).continued


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("补发吧", "补"),
        ("那就给我换一个", "换"),
        ("不等了 退钱吧", "退"),
        ("还是修吧", "修"),
        ("退货运费谁出", ""),
        ("补发要几天", ""),
        ("好的", ""),
        ("退了评价", ""),
    ],
)
def test_hears_which_of_the_ways_is_taken(pipeline: Pipeline, text: str, chosen: str) -> None:
    assert stands(pipeline, text, topics=("damaged_item",), ranking=heard("unknown", 0.3)).chosen == chosen


@pytest.mark.parametrize(
    ("topic", "text", "continued"),
    [("price_query", "两件呢", True), ("courier_query", "圆通呢", True), ("price_query", "好吧", False)],
)
def test_a_fragment_asks_the_same_of_another(pipeline: Pipeline, topic: str, text: str, continued: bool) -> None:
    assert stands(pipeline, text, topics=(topic,), ranking=heard("unknown", 0.3)).continued is continued


def test_a_way_is_taken_only_where_ways_were_offered(pipeline: Pipeline) -> None:
    assert stands(pipeline, "换一个", topics=("price_query",), ranking=heard("change_order")).chosen == ""


def test_a_short_chase_asks_how_the_matter_stands(pipeline: Pipeline) -> None:
    assert stands(pipeline, "查到没", topics=("signed_not_received",), ranking=heard("unknown", 0.3)).chased
    assert not stands(pipeline, "查到没", topics=("signed_not_received",), ranking=heard("track_parcel", 0.95)).chased


@pytest.mark.parametrize(
    ("now", "before", "again"),
    [
        ("怎么还不发货", "什么时候发货", True),
        ("什么时候能发货啊", "什么时候发货", True),
        ("查到没", "谁签收的", True),
        ("礼包里是什么", "满多少有礼包", False),
        ("开的低档 一直充满了用", "暖手宝不热", False),
    ],
)
def test_tells_the_same_again_from_a_new_detail(pipeline: Pipeline, now: str, before: str, again: bool) -> None:
    read = pipeline.knowledge.reader
    assert asked_again(read(now), read(before)) is again


def test_sentences_join_back() -> None:
    text = "好的亲。今天发！您看行吗？嗯～最后"
    assert "".join(sentences(text)) == text
    assert said([Turn("buyer", "在吗"), Turn("agent", text)]) == set(sentences(text))
