"""Show an evaluation in the terminal."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.evaluate import metrics
from app.evaluate.assess import Evaluation
from app.evaluate.figures import score, without_leaks
from app.evaluate.metrics import IntentScores
from app.understand.catalogue import GROUP_TITLES

_WORST, _CONFUSIONS, _LINES, _LISTED = 10, 12, 3, 5


def show(found: Evaluation, console: Console) -> None:
    """Print scores, groups, the worst intents, confusions, doubts and comparisons."""
    console.print(_scores(found))
    console.print(_intents(found))
    console.print(_confusions(found))
    for line in _doubts(found):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    if found.rivals:
        console.print(_rivals(found))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=escape(title), title_justify="left")
    for at, column in enumerate(columns):
        table.add_column(column, justify="right" if at else "left", overflow="fold")
    return table


def _scores(found: Evaluation) -> Table:
    table = _table(found.title, "范围", "句数", "首选对", "前三对", "95% 准能答", "ECE", "Brier")
    for name, part in metrics.parts(found.judged).items():
        one = score(part)
        rates = (one.at_1, one.at_3, one.coverage_at_95, one.calibration_error, one.brier)
        table.add_row(escape(name), str(one.count), *(f"{rate:.3f}" for rate in rates))
    return table


def _intents(found: Evaluation) -> Table:
    """Show averages, groups and the worst intents."""
    table = _table("平均、各组、最弱的意图", "", "精确率", "召回率", "F1", "句数")

    def row(name: str, one: IntentScores) -> None:
        table.add_row(escape(name), f"{one.precision:.2f}", f"{one.recall:.2f}", f"{one.f1:.2f}", str(one.support))

    intents = metrics.by_intent(found.judged)
    row("宏平均", metrics.macro(intents))
    row("加权平均", metrics.weighted(intents))
    table.add_section()
    for name, one in metrics.by_group(found.judged, found.groups).items():
        row(GROUP_TITLES.get(name, name or "未分组"), one)
    table.add_section()
    for name in metrics.worst(intents, _WORST):
        row(f"{found.name(name)} {name}", intents[name])
    return table


def _confusions(found: Evaluation) -> Table:
    table = Table(title="最常混的", title_justify="left")
    for column in ("应为", "判成", "次数", "例句"):
        table.add_column(column, overflow="fold")
    for one in metrics.confusions(found.judged)[:_CONFUSIONS]:
        texts = " / ".join(wrong.case.text[:30] for wrong in one.judged[:_LINES])
        names = (escape(found.name(name)) for name in (one.intent, one.predicted))
        table.add_row(*names, str(len(one.judged)), escape(texts))
    return table


def _doubts(found: Evaluation) -> list[str]:
    lines = [f"疑似标错 {len(found.suspects)} 句（很有把握地判成别的意图）"]
    lines += [
        f"  「{one.case.text[:40]}」标 {found.name(one.case.intent)}，像 {found.name(one.top)} {one.confidence:.2f}"
        for one in found.suspects[:_LISTED]
    ]
    if not found.folds:
        exact = sum(leak.exact for leak in found.leaks)
        alone = f"去掉后首选对 {without_leaks(found):.3f}"
        lines.append(f"训练集里已有 {exact} 句一样、{len(found.leaks) - exact} 句几乎一样；{alone}")
    mixed = sum(len(pair.confused) for pair in found.neighbours)
    lines.append(f"互为易混的 {len(found.neighbours)} 对，共混 {mixed} 次")
    if found.thin:
        names = "、".join(found.name(one.intent) for one in found.thin[: _LISTED * 2])
        lines.append(f"句子太少的意图 {len(found.thin)} 个：{names}{' 等' if len(found.thin) > _LISTED * 2 else ''}")
    if (outside := found.off_domain) is not None:
        lines.append(
            f"不相干的 {len(outside.judged)} 句：AUROC {outside.auroc:.3f}，有 {outside.share:.1%} 会被当成买家的话作答"
        )
    return lines


def _rivals(found: Evaluation) -> Table:
    table = _table("换个做法", "做法", "首选对", "只有我们对", "只有它对", "McNemar p")
    ours = metrics.accuracy(found.judged)
    table.add_row("我们的模型", f"{ours:.3f}", "", "", "")
    for one in found.rivals:
        table.add_row(one.name, f"{one.accuracy:.3f}", str(one.only_ours), str(one.only_theirs), f"{one.p_value:.2g}")
    return table
