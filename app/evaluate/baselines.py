"""Simpler ways to tell intents apart, to see what ours is worth. Each learns from lines and guesses messages."""

import importlib
import importlib.util
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from app.records import Utterance

Known = Sequence[Utterance]
Baseline = Callable[[Known, Sequence[str], Known], list[str]]


def available() -> dict[str, Baseline]:
    """Name the baselines; fastText only where it is installed."""
    models: dict[str, Baseline] = {
        "总猜最多的": majority,
        "关键词": keywords,
        "朴素贝叶斯（1–3 字）": naive_bayes,
        "线性 SVM（词）": word_svm,
    }
    if importlib.util.find_spec("fasttext"):
        models["fastText"] = fasttext
    return models


def majority(known: Known, labels: Sequence[str], asked: Known) -> list[str]:  # noqa: ARG001 - one shape for all
    """Always guess the commonest intent."""
    return [Counter(labels).most_common(1)[0][0]] * len(asked)


def keywords(known: Known, labels: Sequence[str], asked: Known) -> list[str]:
    """Guess by one word per intent, the one with the best F1; the word surest of its intent speaks first."""
    words = Counter(word for utterance in known for word in set(utterance.tokens))
    together = Counter(
        (label, word) for utterance, label in zip(known, labels, strict=True) for word in set(utterance.tokens)
    )
    size = Counter(labels)
    best: dict[str, tuple[float, str]] = {}
    for (label, word), count in together.items():
        best[label] = max(best.get(label, (0.0, "")), (2 * count / (words[word] + size[label]), word))
    rules: dict[str, tuple[float, str]] = {}
    for label, (_, word) in sorted(best.items()):
        rules[word] = max(rules.get(word, (0.0, "")), (together[label, word] / words[word], label))
    fallback = (0.0, size.most_common(1)[0][0])
    return [max([rules[word] for word in utterance.tokens if word in rules] or [fallback])[1] for utterance in asked]


def naive_bayes(known: Known, labels: Sequence[str], asked: Known) -> list[str]:
    """Guess by complement naive Bayes over one to three characters."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import ComplementNB

    vectoriser = CountVectorizer(analyzer="char", ngram_range=(1, 3))
    model = ComplementNB().fit(vectoriser.fit_transform([one.normalised.text for one in known]), labels)
    return [str(guess) for guess in model.predict(vectoriser.transform([one.normalised.text for one in asked]))]


def word_svm(known: Known, labels: Sequence[str], asked: Known) -> list[str]:
    """Guess by a linear separator over single words."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    if len(set(labels)) < 2:
        return majority(known, labels, asked)
    vectoriser = TfidfVectorizer(analyzer=lambda utterance: utterance.tokens)
    model = LinearSVC(random_state=0).fit(vectoriser.fit_transform(known), labels)
    return [str(guess) for guess in model.predict(vectoriser.transform(asked))]


def fasttext(known: Known, labels: Sequence[str], asked: Known) -> list[str]:
    """Guess by fastText's supervised classifier over words, with its usual settings for small sets."""
    trainer = importlib.import_module("fasttext")
    names = sorted(set(labels))
    place = {name: at for at, name in enumerate(names)}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lines.txt"
        rows = (f"__label__{place[label]} {_row(one)}\n" for one, label in zip(known, labels, strict=True))
        file.write_text("".join(rows), encoding="utf-8")
        model = trainer.train_supervised(input=str(file), epoch=25, wordNgrams=2, verbose=0)
    guesses = [model.predict(_row(one))[0][0] for one in asked]
    return [names[int(guess.removeprefix("__label__"))] for guess in guesses]


def _row(utterance: Utterance) -> str:
    return " ".join(" ".join(utterance.tokens).split())
