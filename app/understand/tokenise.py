"""Cut text into words with a jieba of our own: own lexicon, own cache, no log lines, no shared temp folder."""

import hashlib
import logging
import marshal
import os
import sys
import warnings
import zlib
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Protocol

_LEXICON_FREQUENCY = 200_000
"""High enough that a lexicon word always wins over its parts."""
_RAREST = 4
"""Dictionary words counted less often are left out: three in five are names and idioms that no buyer writes,
and without them the dictionary takes 35 MB less and loads in half the time."""
_SUM = 4
"""Bytes of checksum before the cached dictionary."""


class Tokeniser(Protocol):
    """Cut text into tokens that join back to it."""

    def __call__(self, text: str) -> list[str]: ...


class JiebaTokeniser:
    """Cut with jieba's dictionary plus `words`; the parsed dictionary is cached below `cache`."""

    def __init__(self, words: Iterable[str], *, cache: Path) -> None:
        jieba = _import_jieba()
        self._jieba = jieba.Tokenizer()
        frequencies, total = _dictionary(self._jieba, tuple(words), jieba.__version__, cache)
        self._jieba.FREQ, self._jieba.total, self._jieba.initialized = frequencies, total, True

    def __call__(self, text: str) -> list[str]:
        return self._jieba.lcut(text, HMM=False) if text else []


def _import_jieba() -> ModuleType:
    """Import jieba quietly and without its tables for guessing unknown words.

    Loading those takes longer than all the rest of our start, and cutting with HMM=False never looks at them.
    """
    guessing = "jieba.finalseg"
    unloaded = guessing not in sys.modules
    if unloaded:
        sys.modules[guessing] = ModuleType(guessing)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import jieba
    finally:
        if unloaded:
            del sys.modules[guessing]
    jieba.setLogLevel(logging.ERROR)
    return jieba  # type: ignore[no-any-return]


def _dictionary(tokenizer: object, words: tuple[str, ...], version: str, cache: Path) -> tuple[dict[str, int], int]:
    with tokenizer.get_dict_file() as file:  # type: ignore[attr-defined]
        source: bytes = file.read()
    digest = hashlib.sha256(source)
    for part in (version, str(sys.version_info[:2]), str(_LEXICON_FREQUENCY), str(_RAREST), *words):
        digest.update(b"\0" + part.encode())
    path = cache / f"jieba-{digest.hexdigest()[:16]}.bin"
    try:
        stored = path.read_bytes()
    except OSError:
        stored = b""
    # marshal reads damaged bytes without complaint, so they are checked first;
    # it holds plain data only, and loads(bytes) is several times faster than load(file)
    if stored[:_SUM] == _checksum(payload := stored[_SUM:]):
        return marshal.loads(payload)  # type: ignore[no-any-return]  # noqa: S302
    frequencies, total = _parse(source, words)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}-{id(frequencies)}")
        payload = marshal.dumps((frequencies, total))
        draft.write_bytes(_checksum(payload) + payload)
        draft.replace(path)
    except OSError:
        logging.getLogger(__name__).warning("cannot write the tokeniser cache %s; starting stays slower", path)
    return frequencies, total


def _checksum(payload: bytes) -> bytes:
    return zlib.crc32(payload).to_bytes(_SUM, "big")


def _parse(source: bytes, words: tuple[str, ...]) -> tuple[dict[str, int], int]:
    """Build jieba's prefix dictionary: every word with its count, every prefix with 0."""
    frequencies: dict[str, int] = {}
    total = 0
    listed = (line.split(" ") for line in source.decode().splitlines() if line)
    pairs = [(word, int(count)) for word, count, *_ in listed if int(count) >= _RAREST]
    for word, count in [*pairs, *((word, _LEXICON_FREQUENCY) for word in words)]:
        total += count - frequencies.get(word, 0)
        frequencies[word] = count
        for end in range(1, len(word)):
            frequencies.setdefault(word[:end], 0)
    return frequencies, total
