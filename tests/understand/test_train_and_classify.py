"""A small model of four intents is trained the same way every time and says what it knows, no more."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import DataError
from app.records import UNKNOWN, Evidence
from app.understand.artefact import Artefact
from app.understand.catalogue import Catalogue
from app.understand.classify import Classifier
from app.understand.corpus import Corpus
from app.understand.evidence import Witness
from app.understand.familiar import Familiarity
from app.understand.features import FAMILY_WEIGHTS, Vectoriser
from app.understand.reader import Reader
from app.understand.train import calibrate, floor, softmax, syllables, train

MESSAGES = st.text(st.sampled_from("退款发货优惠券你好在吗怎么还没，。 1a龘\n"), max_size=20)


@pytest.fixture(scope="module")
def classifier(small_model: Artefact, reader: Reader, small_catalogue: Catalogue) -> Classifier:
    return Classifier(small_model, reader, small_catalogue)


def answered(classifier: Classifier, raw: str) -> list[str]:
    return [scored.name for scored in classifier(raw)[1].intents]


def test_the_same_lines_train_the_same_model(small_model: Artefact, small_catalogue: Catalogue, reader: Reader) -> None:
    again = train(small_catalogue.lines(), reader, data_hash="small")
    for name in ("weights", "intercept", "row_starts", "row_columns", "row_values", "line_labels"):
        assert np.array_equal(getattr(again, name), getattr(small_model, name)), name
    assert again.vectoriser.columns == small_model.vectoriser.columns
    assert (again.labels, again.lines) == (small_model.labels, small_model.lines)
    assert (again.temperature, again.floor) == (small_model.temperature, small_model.floor)


def test_training_reports_its_progress_to_the_end(small_catalogue: Catalogue, reader: Reader) -> None:
    heard: list[float] = []
    train(small_catalogue.lines(), reader, data_hash="", progress=lambda _stage, done: heard.append(done))
    assert heard == sorted(heard)
    assert (heard[0], heard[-1]) == (0.0, 1.0)


def test_the_card_says_what_the_model_was_made_from(small_model: Artefact, small_catalogue: Catalogue) -> None:
    card = small_model.card
    assert (card.lines, card.intents, card.data_hash) == (len(small_catalogue.lines()), 4, "small")
    assert card.features == len(small_model.vectoriser.columns) == len(small_model.weights)
    assert card.scores["held_out_accuracy"] > 0.9


def test_serving_weighs_a_message_as_training_did(small_catalogue: Catalogue, reader: Reader) -> None:
    texts = [text for text, _ in small_catalogue.lines()] + ["退退款款款 发货发货", "在", "全是没见过的字"]
    utterances = [reader(text) for text in texts]
    fitted = Corpus(utterances, syllables("")).fit(np.arange(60, dtype=np.int32), min_lines=2)
    dense = fitted.rows.toarray()
    for row, utterance in zip(dense, utterances, strict=True):
        columns, values = fitted.vectoriser(utterance)
        served = np.zeros_like(row)
        served[columns] = values
        assert np.abs(served - row).max() < 1e-5


def test_a_feature_counts_only_where_it_occurs_in_enough_lines(reader: Reader) -> None:
    corpus = Corpus([reader(text) for text in ("退款", "退货", "发货")], {})
    vectoriser = corpus.fit(np.arange(3, dtype=np.int32), min_lines=2).vectoriser
    assert {"c:退", "c:货"} <= set(vectoriser.columns)
    assert not {"c:发", "c:款", "w:退款"} & set(vectoriser.columns)


def test_each_family_of_features_has_its_weight(small_model: Artefact, reader: Reader) -> None:
    columns, values = small_model.vectoriser(reader("怎么还没发货"))
    terms = list(small_model.vectoriser.columns)
    for family, weight in FAMILY_WEIGHTS.items():
        own = [value for column, value in zip(columns, values, strict=True) if terms[column][0] == family]
        assert np.linalg.norm(own) == pytest.approx(weight, abs=1e-5)


@given(MESSAGES)
def test_probabilities_are_sorted_and_leave_room_for_what_is_unknown(classifier: Classifier, raw: str) -> None:
    utterance, ranking = classifier(raw)
    confidences = [scored.confidence for scored in ranking.scored]
    known = Familiarity(classifier.artefact.vectoriser.columns)(utterance)
    assert confidences[0] <= known + 1e-6
    assert sum(confidences) == pytest.approx(1, abs=1e-5) or (known < 1 and sum(confidences) < 1)
    assert confidences == sorted(confidences, reverse=True)
    assert len({scored.name for scored in ranking.scored}) == 4
    assert ranking.intents


@pytest.mark.parametrize(
    ("raw", "intents"),
    [
        ("我要退款", ["refund_request"]),
        ("我要退 款", ["refund_request"]),
        ("優惠券怎麼領", ["coupon_promo"]),
        ("你好", ["greeting"]),
        # several, in the order of their groups, whatever the order of words
        ("有优惠券吗，什么时候发货", ["urge_shipment", "coupon_promo"]),
        ("什么时候发货，有优惠券吗", ["urge_shipment", "coupon_promo"]),
        ("优惠券怎么领？怎么还没发货！我要退款", ["refund_request", "urge_shipment", "coupon_promo"]),
        # the same twice is one; a greeting beside a question is none
        ("怎么还没发货，快点发货", ["urge_shipment"]),
        ("你好，在吗，什么时候发货", ["urge_shipment"]),
    ],
)
def test_hears_what_is_asked(classifier: Classifier, raw: str, intents: list[str]) -> None:
    assert answered(classifier, raw) == intents


def test_near_misses_are_not_heard_side_by_side(
    classifier: Classifier, small_model: Artefact, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = "优惠券怎么领，什么时候发货"
    monkeypatch.setattr("app.understand.classify._CONFUSED_FLOOR", 1.1)
    confused = _with_near_miss(classifier._catalogue, "coupon_promo", "urge_shipment")
    assert len(answered(classifier, both)) == 2
    assert len(answered(Classifier(small_model, reader, confused), both)) == 1


def _with_near_miss(catalogue: Catalogue, name: str, other: str) -> Catalogue:
    miss = {"text": "什么时候发券", "intent": other}
    file = type(catalogue[name].file).model_validate(catalogue[name].file.model_dump() | {"near_misses": (miss,)})
    return Catalogue({**catalogue.intents, name: replace(catalogue[name], file=file)})


def test_text_without_a_known_feature_is_unknown(
    small_model: Artefact, reader: Reader, small_catalogue: Catalogue
) -> None:
    blank = replace(small_model, vectoriser=Vectoriser({}, np.empty(0, dtype=np.float32), {}))
    _, ranking = Classifier(blank, reader, small_catalogue)("龘")
    assert [(one.name, one.confidence) for one in ranking.intents] == [(UNKNOWN, 0.0)]
    assert ranking.scored == ()
    assert Witness(blank)(reader("龘"), UNKNOWN) == Evidence()


def test_a_guess_below_the_floor_is_unknown(small_model: Artefact, reader: Reader, small_catalogue: Catalogue) -> None:
    strict = Classifier(replace(small_model, floor=0.99), reader, small_catalogue)
    _, ranking = strict("龘龘鱻")
    assert ranking.scored[0].confidence < 0.99
    assert [scored.name for scored in ranking.intents] == [UNKNOWN]
    assert ranking.intents[0].confidence == ranking.scored[0].confidence


@pytest.mark.parametrize(
    "raw", ["怎么还没有发货呀", "退款给我吧", "有没有优惠", "客服你好呀", "什么时候发货，优惠券呢"]
)
def test_the_reasons_are_true(classifier: Classifier, small_catalogue: Catalogue, raw: str) -> None:
    utterance, ranking = classifier(raw)
    labels = dict(small_catalogue.lines())
    shown = Witness(classifier.artefact)(utterance, ranking.scored[0].name)
    assert 1 <= len(shown.words) <= 4
    assert all(word in utterance.masked for word in shown.words)
    assert not any(one in other for one in shown.words for other in shown.words if one is not other)
    assert 1 <= len(shown.nearest) <= 3
    assert {labels[line] for line in shown.nearest} == {ranking.scored[0].name}


def test_a_training_line_is_nearest_to_itself(classifier: Classifier, small_catalogue: Catalogue) -> None:
    for line, label in small_catalogue.lines()[::7]:
        utterance, ranking = classifier(line)
        assert ranking.scored[0].name == label
        assert Witness(classifier.artefact)(utterance, label).nearest[0] == line


@pytest.mark.parametrize(
    "lines",
    [[], [("退款", "a")], [("退款", "a"), ("退货", "a"), ("退", "a")]],
    ids=["nothing", "one-line", "one-intent"],
)
def test_too_little_to_train_on_is_refused_with_the_numbers(reader: Reader, lines: list[tuple[str, str]]) -> None:
    with pytest.raises(DataError, match=f"{len({label for _, label in lines})} 个、{len(lines)} 句，请补上例句"):
        train(lines, reader, data_hash="")


def test_a_fold_that_holds_one_intent_only_still_trains(reader: Reader) -> None:
    lines = [("发货了吗", "urge"), ("快发货", "urge"), ("怎么还不发货", "urge"), ("退款", "refund")]
    model = train(lines, reader, data_hash="")
    margins = [_margins(model, reader, text) for text in ("快发货", "退款")]
    assert [model.labels[int(margin.argmax())] for margin in margins] == ["urge", "refund"]


def _margins(model: Artefact, reader: Reader, text: str) -> np.ndarray:
    columns, values = model.vectoriser(reader(text))
    return values @ model.weights[columns] + model.intercept


@pytest.mark.parametrize(("scale", "compare"), [(0.2, float.__gt__), (5.0, float.__lt__)], ids=["shy", "loud"])
def test_calibration_undoes_the_scale_of_the_margins(scale: float, compare: Callable[[float, float], bool]) -> None:
    random = np.random.default_rng(1)
    targets = random.integers(0, 3, 600).astype(np.int32)
    margins = (random.normal(size=(600, 3)) + 2 * np.eye(3)[targets]).astype(np.float32)
    assert compare(calibrate(margins * np.float32(scale), targets), calibrate(margins, targets))


def test_the_floor_lies_where_guesses_are_hardly_ever_right() -> None:
    right = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], dtype=bool)
    tops = np.linspace(0.55, 0.95, 10, dtype=np.float32)
    guesses = np.stack([tops, 1 - tops], axis=1)
    assert floor(guesses, np.where(right, 0, 1).astype(np.int32)) == pytest.approx(tops[5])
    assert floor(guesses, np.zeros(10, dtype=np.int32)) == 0.0


def test_softmax_is_not_troubled_by_large_scores() -> None:
    powers = softmax(np.array([[1e4, 0, -1e4], [1, 1, 1]], dtype=np.float32))
    assert powers.sum(axis=1) == pytest.approx([1, 1])
    assert powers[1] == pytest.approx([1 / 3] * 3)
    assert all(one >= other for one, other in pairwise(powers[0]))


def test_a_slip_of_the_same_sound_is_heard_but_less_surely(classifier: Classifier) -> None:
    right, slip = classifier("怎么还没发货")[1], classifier("怎么还没发祸")[1]
    assert slip.scored[0].name == right.scored[0].name == "urge_shipment"
    assert slip.scored[0].confidence < right.scored[0].confidence


def test_an_unsure_message_is_read_with_what_was_said_before(classifier: Classifier) -> None:
    alone, together = classifier("怎么")[1], classifier("怎么", ["优惠券", "有的亲"])[1]
    assert alone.scored != together.scored
    assert [scored.name for scored in together.scored] != []


def test_a_sure_message_needs_nothing_before_it(classifier: Classifier) -> None:
    text = "怎么还没发货"
    alone = classifier(text)[1]
    assert alone.scored[0].confidence >= 0.7
    assert classifier(text, ["优惠券怎么领", "满减自动减"])[1].scored == alone.scored
