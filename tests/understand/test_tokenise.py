"""Tokens join back to the text, shop words stay whole, and the cache is only ever a shortcut."""

import logging
import marshal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import DataError
from app.settings import Settings
from app.understand import reader as readers
from app.understand.normalise import Normaliser
from app.understand.reader import Reader
from app.understand.tokenise import JiebaTokeniser

WORDS = readers.load_words(Settings().lexicon)
NORMALISE = Normaliser()
SAMPLE = "仅退款怎么还没到账"


@given(st.text(st.one_of(st.characters(), st.sampled_from("退款到账 a1.+#\ue00b👍")), max_size=40))
def test_tokens_join_back_to_the_folded_text(reader: Reader, raw: str) -> None:
    text = NORMALISE(raw).text
    tokens = reader.cut_folded(text)
    assert "".join(tokens) == text
    assert all(tokens)


@given(st.text(max_size=40))
def test_the_tokens_of_an_utterance_join_back_to_its_masked_text(reader: Reader, raw: str) -> None:
    utterance = reader(raw)
    assert "".join(utterance.tokens) == utterance.masked


@pytest.mark.parametrize("word", WORDS)
def test_every_lexicon_word_is_one_token(reader: Reader, word: str) -> None:
    assert reader.cut(word) == [word]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("退款还没到账", ["退款", "还", "没", "到账"]),
        ("在", ["在"]),
        ("1", ["1"]),
        ("?", ["?"]),
        ("有吗", ["有", "吗"]),
        ("", []),
    ],
)
def test_cuts(reader: Reader, text: str, tokens: list[str]) -> None:
    assert reader.cut(text) == tokens


class TestCache:
    def test_the_second_build_reads_what_the_first_wrote(self, tmp_path: Path) -> None:
        first = JiebaTokeniser(["到账"], cache=tmp_path)
        (cache,) = tmp_path.iterdir()
        written = cache.stat().st_mtime_ns, cache.stat().st_ino
        second = JiebaTokeniser(["到账"], cache=tmp_path)
        assert [cache] == list(tmp_path.iterdir())
        assert (cache.stat().st_mtime_ns, cache.stat().st_ino) == written
        assert second(SAMPLE) == first(SAMPLE)

    def test_other_words_get_another_cache(self, tmp_path: Path) -> None:
        before = JiebaTokeniser(["到账"], cache=tmp_path)
        after = JiebaTokeniser(["到账", "仅退款"], cache=tmp_path)
        assert len(list(tmp_path.iterdir())) == 2
        assert ("仅退款" in before(SAMPLE), "仅退款" in after(SAMPLE)) == (False, True)

    @pytest.mark.parametrize(
        "damage",
        [
            pytest.param(lambda _: b"", id="empty"),
            pytest.param(lambda _: b"not a cache", id="text"),
            pytest.param(lambda data: data[: len(data) // 2], id="truncated"),
            pytest.param(lambda data: data[:500] + bytes([data[500] ^ 1]) + data[501:], id="bit-flipped"),
            pytest.param(lambda data: data[:-3] + b"\xff\xff\xff", id="wrong-end"),
            pytest.param(lambda _: marshal.dumps(5), id="another-value"),
            pytest.param(lambda _: marshal.dumps(({}, 0)), id="an-empty-dictionary"),
        ],
    )
    def test_a_damaged_cache_is_built_again(self, tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
        whole = JiebaTokeniser(["到账", "仅退款"], cache=tmp_path)
        (cache,) = tmp_path.iterdir()
        good = cache.read_bytes()
        cache.write_bytes(damage(good))
        assert JiebaTokeniser(["到账", "仅退款"], cache=tmp_path)(SAMPLE) == whole(SAMPLE)
        assert cache.read_bytes() == good

    def test_a_folder_that_cannot_be_written_only_warns(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        (tmp_path / "file").write_text("in the way")
        with caplog.at_level(logging.WARNING):
            tokenise = JiebaTokeniser(["到账"], cache=tmp_path / "file" / "cache")
        assert "到账" in tokenise(SAMPLE)
        assert [record.levelname for record in caplog.records] == ["WARNING"]
        assert "cache" in caplog.text


class TestLexicon:
    def test_comments_blanks_and_doubles_are_no_words(self, tmp_path: Path) -> None:
        (tmp_path / "words.txt").write_text("# 词\n到账\n\n仅退款 # 说明\n到账\n", encoding="utf-8")
        assert readers.load_words(tmp_path) == ["到账", "仅退款"]

    def test_a_missing_word_list_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match=r"lexicon_zh/words\.txt: 读不到文件"):
            readers.load_words(tmp_path)

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("- 顺丰\n", "应当是"),
            ("顺丰: 顺风\n圆通: []\n", "顺丰: 写法要是一个列表.*\n.*圆通: 写法要是一个列表"),
            ('顺丰: [""]\n', "不能为空"),
        ],
        ids=["list", "two-faults", "empty-spelling"],
    )
    def test_faulty_couriers_are_named(self, tmp_path: Path, content: str, message: str) -> None:
        (tmp_path / "couriers.yaml").write_text(content, encoding="utf-8")
        with pytest.raises(DataError, match=message):
            readers.load_couriers(tmp_path)
