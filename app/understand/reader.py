"""Read a message: fold it, find its values, cut it into words. The one way from text to Utterance."""

from pathlib import Path

from app.errors import DataError, Problem
from app.records import Slot, Utterance
from app.strict_yaml import load_file
from app.understand.normalise import Normaliser
from app.understand.slots import SlotFinder
from app.understand.tokenise import JiebaTokeniser, Tokeniser


class Reader:
    """Turn raw text into an utterance."""

    def __init__(self, normaliser: Normaliser, slots: SlotFinder, tokenise: Tokeniser) -> None:
        self.normaliser = normaliser
        self._slots = slots
        self._tokenise = tokenise

    def __call__(self, raw: str) -> Utterance:
        normalised = self.normaliser(raw)
        slots, masked = self._slots(normalised)
        return Utterance(normalised, masked, tuple(self._tokenise(masked)), slots)

    def values(self, raw: str) -> tuple[tuple[Slot, ...], str]:
        """Find the values in raw text and mask them, without cutting it into words."""
        return self._slots(self.normaliser(raw))

    def cut_folded(self, text: str) -> list[str]:
        """Cut text that is folded already."""
        return self._tokenise(text)

    def cut(self, text: str) -> list[str]:
        """Cut shop text (product names, questions) the way messages are cut."""
        return self._tokenise(self.normaliser(text).text)


def build(lexicon: Path, *, cache: Path) -> Reader:
    """Build a reader from the lexicon folder."""
    return Reader(
        Normaliser(),
        SlotFinder(load_couriers(lexicon)),
        JiebaTokeniser(load_words(lexicon), cache=cache),
    )


def load_words(lexicon: Path) -> list[str]:
    """Read `words.txt`: one word a line, # starts a comment; every word stays one token."""
    path = lexicon / "words.txt"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise DataError([Problem("lexicon_zh/words.txt", "", f"读不到文件：{error.strerror}")]) from error
    words = [line.split("#")[0].strip() for line in lines]
    return [word for word in dict.fromkeys(words) if word]


def load_couriers(lexicon: Path) -> dict[str, list[str]]:
    """Read `couriers.yaml`: canonical name → spellings."""
    data = load_file(lexicon / "couriers.yaml", root=lexicon.parent)
    if not isinstance(data, dict):
        raise DataError([Problem("lexicon_zh/couriers.yaml", "", "应当是「规范名: [写法, …]」")])
    problems = [
        Problem("lexicon_zh/couriers.yaml", str(name), "写法要是一个列表，且不能为空")
        for name, forms in data.items()
        if not isinstance(forms, list) or not forms or not all(isinstance(form, str) and form for form in forms)
    ]
    if problems:
        raise DataError(problems)
    return data
