"""Show speed and memory on this machine; quote the ratios, the absolutes depend on it.

python -m tests.bench
"""

import gc
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from app.cli import open_pipeline
from app.pipeline import Pipeline
from app.records import Message, Turn
from app.settings import Settings

_ROUNDS = 3


def _messages(pipeline: Pipeline) -> list[str]:
    """Take every twentieth training line, in a fixed order."""
    return [text for text, _ in pipeline.knowledge.catalogue.lines()][::20]


def _timed(work: Callable[[str], object], texts: list[str]) -> list[float]:
    """Give the milliseconds of each call, the fastest of several rounds."""
    best = [float("inf")] * len(texts)
    gc.collect()
    gc.disable()
    for _ in range(_ROUNDS):
        for at, text in enumerate(texts):
            started = time.perf_counter()
            work(text)
            best[at] = min(best[at], (time.perf_counter() - started) * 1000)
    gc.enable()
    return best


def _line(name: str, times: list[float], base: float) -> str:
    ordered = sorted(times)
    p50, p95 = statistics.median(ordered), ordered[int(len(ordered) * 0.95)]
    return f"{name:<28}{p50:>9.3f}{p95:>9.3f}{1000 / statistics.mean(ordered):>11,.0f}{p50 / base:>9.1f}"


def _start() -> float:
    """Time a new process from its start to its first draft, in seconds."""
    code = (
        "from datetime import UTC, datetime\n"
        "from app.cli import open_pipeline\nfrom app.records import Message, Turn\nfrom app.settings import Settings\n"
        "open_pipeline(Settings()).reply(Message((Turn('buyer', '几点发货'),), datetime.now(UTC)), shop='demo')"
    )
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own interpreter and code
    return time.perf_counter() - started


def _sklearn(pipeline: Pipeline) -> Callable[[str], object]:
    """Fit the plain scikit-learn pipeline that ours replaces: words and characters, TF-IDF, linear."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    lines = pipeline.knowledge.catalogue.lines()
    reader = pipeline.knowledge.reader
    words = TfidfVectorizer(tokenizer=reader.cut, token_pattern=None, ngram_range=(1, 2), min_df=2)
    chars = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2)
    model = make_pipeline(make_union(words, chars), LinearSVC(C=0.25))
    model.fit([text for text, _ in lines], [label for _, label in lines])
    return lambda text: model.decision_function([text])


def main() -> None:
    """Print one table."""
    started = [_start() for _ in range(_ROUNDS)]
    pipeline = open_pipeline(Settings())
    pipeline.shop("demo").drafter.library.warm()
    now = datetime.now(UTC)
    texts = _messages(pipeline)
    reader = pipeline.knowledge.reader
    linter = pipeline.knowledge.linter
    tokenise = _timed(lambda text: reader.cut(text), texts)
    base = statistics.median(tokenise)
    print(f"{len(texts)} 句，每句取 {_ROUNDS} 轮里快的一次；倍数以切词为 1")
    print(f"{'':<26}{'p50 ms':>9}{'p95 ms':>9}{'句/秒':>10}{'倍数':>8}")
    print(_line("cut: fold + jieba", tokenise, base))
    print(_line("read: + slots", _timed(reader, texts), base))
    print(_line("classify", _timed(lambda text: pipeline.classify(text), texts), base))
    print(_line("lint a draft", _timed(lambda text: linter(text, platform="pinduoduo"), texts), base))
    draft = _timed(lambda text: pipeline.reply(Message((Turn("buyer", text),), now), shop="demo"), texts)
    print(_line("draft: three styles", draft, base))
    one = _timed(
        lambda text: pipeline.reply(Message((Turn("buyer", text),), now, styles=("brief",)), shop="demo"), texts
    )
    print(_line("draft: one style", one, base))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory after drafting          {peak:.0f} MB")
    print(f"process start to first draft   {statistics.median(started):.2f} s")
    print(_line("scikit-learn pipeline", _timed(_sklearn(pipeline), texts), base))


if __name__ == "__main__":
    main()
