"""Suspects, leaks, thin intents and neighbours."""

from app.evaluate import doubts
from app.evaluate.metrics import Case
from app.understand.catalogue import Catalogue, Intent, IntentFile, NearMiss
from tests.evaluate.conftest import Make


def case(text: str, intent: str = "a") -> Case:
    return Case(text, intent, frozenset({intent}))


def test_a_suspect_is_wrong_with_confidence(make: Make) -> None:
    judged = [make("a", "b", 0.8), make("a", "b", 0.95), make("a", "b", 0.79), make("a", "a", 1.0)]
    assert [one.confidence for one in doubts.suspects(judged)] == [0.95, 0.8]


def test_leaks_are_found_through_case_marks_and_small_changes() -> None:
    lines = [("什么时候发货呀", "ship"), ("这件衣服会不会掉颜色的", "fade"), ("在吗", "hi")]
    cases = [case("什么时候发货呀？！"), case("这件衣服会不会掉颜色"), case("在么"), case("多久能收到货"), case("在吗")]
    found = doubts.leaks(cases, lines, str.lower)
    assert [(one.case.text, one.line, one.exact, one.short) for one in found] == [
        ("什么时候发货呀？！", "什么时候发货呀", True, False),
        ("这件衣服会不会掉颜色", "这件衣服会不会掉颜色的", False, False),
        ("在吗", "在吗", True, True),
    ]


def test_thin_intents_have_few_lines_or_few_messages() -> None:
    lines = [(str(at), "many") for at in range(80)] + [("x", "few")]
    assert [one.intent for one in doubts.thin(lines, None)] == ["few"]
    cases = [case(str(at), "many") for at in range(4)] + [case("y", "new")]
    found = {one.intent: (one.lines, one.tested) for one in doubts.thin(lines, cases)}
    assert found == {"few": (1, 0), "many": (80, 4), "new": (0, 1)}


def test_neighbours_count_both_ways(make: Make) -> None:
    def intent(name: str, *misses: str) -> Intent:
        near = tuple(NearMiss(text="像", intent=miss) for miss in misses)
        return Intent(
            name, "chat", IntentFile(title=name, definition="x", flow="reception", examples=("x",), near_misses=near)
        )

    catalogue = Catalogue({"a": intent("a", "b"), "b": intent("b"), "c": intent("c", "a")})
    judged = [make("a", "b"), make("b", "a"), make("a", "a"), make("b", "c")]
    found = doubts.neighbours(judged, catalogue)
    assert [(one.one, one.other, one.count, len(one.confused)) for one in found] == [("a", "b", 4, 2), ("a", "c", 2, 0)]
    assert found[0].rate == 0.5
