"""Show speed and memory on this machine; quote the ratios, the absolutes depend on it.

python -m tests.bench             the stages of one message, the start, memory
python -m tests.bench --growth    and what ten times as many intents or lines would cost
"""

import argparse
import gc
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from rich.cells import set_cell_size

from app.cli import open_pipeline
from app.pipeline import Pipeline
from app.records import Message, Turn
from app.settings import Settings
from tests.bench_growth import growth

_ROUNDS = 3
_IMPORTS = """\
from datetime import UTC, datetime
from app import pipeline
from app.cli import open_pipeline
from app.records import Message, Turn
from app.settings import Settings
"""
_FIRST_DRAFT = (
    _IMPORTS + "open_pipeline(Settings()).reply(Message((Turn('buyer', '几点发货'),), datetime.now(UTC)), shop='demo')"
)


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
    return f"{set_cell_size(name, 28)}{p50:>9.3f}{p95:>9.3f}{1000 / statistics.mean(ordered):>11,.0f}{p50 / base:>9.1f}"


def _in_a_row(pipeline: Pipeline, texts: list[str], base: float) -> str:
    """Time a pile of messages classified one after the other, with the arithmetic held to one core."""
    from threadpoolctl import threadpool_limits

    times = []
    with threadpool_limits(1):
        for _ in range(_ROUNDS):
            started = time.perf_counter()
            for text in texts:
                pipeline.classify(text)
            times.append((time.perf_counter() - started) * 1000 / len(texts))
    each = min(times)
    name = set_cell_size("分类，一堆连着做，一个核", 28)
    return f"{name}{each:>9.3f}{'':>9}{1000 / each:>11,.0f}{each / base:>9.1f}"


def _start(code: str) -> float:
    """Time new processes that run `code`, from start to end, in seconds."""
    times = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own interpreter and code
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def _starts() -> str:
    """Say how long a start takes and what of it is Python's own and what is imports."""
    bare, imports, whole = _start("pass"), _start(_IMPORTS), _start(_FIRST_DRAFT)
    parts = f"Python 自己 {bare:.2f}，导入 {imports - bare:.2f}，读数据出稿 {whole - imports:.2f}"
    return f"{set_cell_size('启动到第一稿', 28)}{whole:>6.2f} s，是空 Python 的 {whole / bare:.0f} 倍（{parts}）"


def _memory() -> float:
    """Give the most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


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


def _stages(pipeline: Pipeline, texts: list[str]) -> None:
    """Print one row per stage of a message."""
    now = datetime.now(UTC)
    reader, linter = pipeline.knowledge.reader, pipeline.knowledge.linter

    def draft(text: str) -> object:
        return pipeline.reply(Message((Turn("buyer", text),), now), shop="demo")

    def brief(text: str) -> object:
        return pipeline.reply(Message((Turn("buyer", text),), now, styles=("brief",)), shop="demo")

    cut = _timed(lambda text: reader.cut(text), texts)
    base = statistics.median(cut)
    print(f"{len(texts)} 句，每句取 {_ROUNDS} 轮里快的一次；倍数以切词为 1")
    print(f"{'':<26}{'p50 ms':>9}{'p95 ms':>9}{'句/秒':>10}{'倍数':>8}")
    print(_line("切词：归一、jieba", cut, base))
    print(_line("读懂：再加槽位", _timed(reader, texts), base))
    print(_line("分类，一句一句", _timed(lambda text: pipeline.classify(text), texts), base))
    print(_in_a_row(pipeline, texts, base))
    print(_line("查一份草稿", _timed(lambda text: linter(text, platform="pinduoduo"), texts), base))
    print(_line("出稿：三种风格", _timed(draft, texts), base))
    print(_line("出稿：一种风格", _timed(brief, texts), base))
    print(f"{set_cell_size('出稿以后的内存', 28)}{_memory():>6.0f} MB")
    print(_line("对照：scikit-learn 流水线", _timed(_sklearn(pipeline), texts), base), flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--growth", action="store_true", help="再量意图、句子变多以后（要几分钟）")
    more = parser.parse_args().growth
    print(_starts())
    pipeline = open_pipeline(Settings())
    pipeline.shop("demo").drafter.scripts.warm()
    print(f"{set_cell_size('模型和店装好的内存', 28)}{_memory():>6.0f} MB\n")
    _stages(pipeline, _messages(pipeline))
    if more:
        growth(pipeline.knowledge, _timed)


if __name__ == "__main__":
    main()
