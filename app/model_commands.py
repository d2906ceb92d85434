"""The commands about models: train, and miaohui models list | compare | promote | rollback | prune."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from app.models import Entry, Store
from app.settings import read_settings
from app.terminal import bar, err, out

if TYPE_CHECKING:
    from app.evaluate.compare import Change, Comparison
    from app.evaluate.metrics import Case
    from app.pipeline import Knowledge
    from app.understand.artefact import Artefact

models = typer.Typer(name="models", help="看、比、换模型的版本。", no_args_is_help=True, add_completion=False)
Version = Annotated[str, typer.Argument(help="版本名，写得出是哪一个的开头几位就行")]
_SHOWN = 20


def train(
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", help="intents 文件夹、Rasa nlu.yml，或 label、text 两列的 TSV/CSV/Excel"),
    ] = None,
    target: Annotated[Path | None, typer.Option("--out", help="只写到这个文件夹，不进 models/")] = None,
    evaluation: Annotated[Path | None, typer.Option("--evaluate", help="带标注的 JSONL，成绩记进说明卡")] = None,
    promote: Annotated[bool, typer.Option("--promote", help="比在用的差也启用")] = False,
) -> None:
    """Train a new version of the model and use it unless it is worse than the current one."""
    from app import pipeline
    from app.labelled import read_lines
    from app.training import fit, keep
    from app.understand import artefact as artefacts

    settings = read_settings()
    knowledge = pipeline.load_knowledge(settings)
    cases = _cases(evaluation) if evaluation else []
    lines = read_lines(data) if data else knowledge.catalogue.lines()
    with bar("训练") as progress:
        model = fit(knowledge, lines, own=not data, progress=progress)
    scores = _scores(knowledge, model, cases) if cases else {}
    if target is not None:
        artefacts.save(artefacts.with_scores(model, scores), target)
        _say_trained(model, target)
        return
    kept = keep(knowledge, model, force=promote, scores=scores)
    _say_trained(model, settings.models / kept.version)
    if kept.objection:
        how = f"要用它：miaohui models promote {kept.version}"
        err.print(f"没有启用：{kept.objection}。{how}", highlight=False, soft_wrap=True)


def _say_trained(model: "Artefact", folder: Path) -> None:
    card = model.card
    out.print(
        f"练好了：{card.lines} 句，{card.intents} 个意图，{card.features} 个特征；"
        f"交叉验证首选对 {card.scores['held_out_accuracy']:.3f} → {folder}",
        highlight=False,
        soft_wrap=True,
    )


def _cases(path: Path) -> "list[Case]":
    from app.evaluate.cases import read_cases

    return read_cases(path)


def _scores(knowledge: "Knowledge", model: "Artefact", cases: "Sequence[Case]") -> dict[str, float]:
    """Judge a model for its card."""
    from app.evaluate.metrics import accuracy
    from app.evaluate.run import judge
    from app.understand.classify import Classifier

    with bar("评测") as progress:
        judged = judge(Classifier(model, knowledge.reader, knowledge.catalogue), cases, progress)
    return {
        "evaluated_messages": len(judged),
        "evaluated_accuracy": round(accuracy(judged), 4),
        "evaluated_top_3": round(accuracy(judged, 3), 4),
    }


@models.command("list")
def list_versions(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List the versions, newest first."""
    entries = Store(read_settings().models).entries()
    if as_json:
        typer.echo(json.dumps([asdict(entry) for entry in entries], ensure_ascii=False, indent=2))
        return
    if not entries:
        out.print("还没有模型，请运行 miaohui train")
        return
    table = Table()
    for column in ("", "版本", "训练时间", "句数", "意图", "首选对", "完好"):
        table.add_column(column, no_wrap=column == "版本", overflow="fold")
    for entry in entries:
        table.add_row(*_row(entry))
    out.print(table)


def _row(entry: Entry) -> tuple[str, ...]:
    mark, card = "在用" if entry.current else "", entry.card
    if card is None:
        return mark, entry.version, "", "", "", "", f"损坏：{entry.problem}"
    accuracy = card.scores.get("held_out_accuracy", 0.0)
    trained = card.trained_at[:16].replace("T", " ")
    return mark, entry.version, trained, str(card.lines), str(card.intents), f"{accuracy:.3f}", "完好"


@models.command()
def compare(
    before: Version,
    after: Version,
    data: Annotated[
        Path | None, typer.Option("--data", help="带标注的 JSONL，两个模型都没学过的；不写就抽训练句")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Judge two versions on the same messages: accuracy, what changed, and whether chance explains it."""
    from app import pipeline
    from app.evaluate.compare import compare as weigh
    from app.evaluate.compare import sample
    from app.evaluate.run import judge
    from app.understand.classify import Classifier

    settings = read_settings()
    store = Store(settings.models)
    versions = [store.find(before), store.find(after)]
    loaded = [store.load(version) for version in versions]
    knowledge = pipeline.load_knowledge(settings)
    cases = _cases(data) if data else sample(knowledge.catalogue.lines())
    with bar("评测") as progress:
        judged = [judge(Classifier(one, knowledge.reader, knowledge.catalogue), cases, progress) for one in loaded]
    comparison = weigh(*judged)
    if as_json:
        typer.echo(json.dumps({"versions": versions} | asdict(comparison), ensure_ascii=False, indent=2))
        return
    source = data.name if data else "固定抽出的训练句（模型多半学过，只看差别，不当成绩）"
    out.print(f"{comparison.count} 句，{source}", markup=False, highlight=False, soft_wrap=True)
    _show(comparison, versions)


def _show(comparison: "Comparison", versions: Sequence[str]) -> None:
    for version, accuracy in zip(versions, comparison.accuracy, strict=True):
        out.print(f"{version}  首选对 {accuracy:.3f}", markup=False, highlight=False)
    _show_changes("原来对、现在错", comparison.lost)
    _show_changes("原来错、现在对", comparison.won)
    verdict = "差别不像偶然" if comparison.p < 0.05 else "差别可能只是偶然"
    out.print(f"McNemar 精确检验 p = {comparison.p:.4g}：{verdict}", markup=False, highlight=False)


def _show_changes(title: str, changes: "Sequence[Change]") -> None:
    out.print(f"{title}：{len(changes)} 句", markup=False, highlight=False)
    for change in changes[:_SHOWN]:
        line = f"  {change.text}（{change.intent}）：{change.before or '没看懂'} → {change.after or '没看懂'}"
        out.print(line, markup=False, highlight=False, soft_wrap=True)
    if len(changes) > _SHOWN:
        out.print(f"  还有 {len(changes) - _SHOWN} 句，用 --json 看全部", highlight=False)


@models.command()
def promote(version: Version) -> None:
    """Use this version from now on; a running service changes to it by itself."""
    store = Store(read_settings().models)
    found = store.find(version)
    store.promote(found)
    _say_in_use(store, found)


@models.command()
def rollback() -> None:
    """Use the version again that was in use before the current one."""
    store = Store(read_settings().models)
    _say_in_use(store, store.rollback())


def _say_in_use(store: Store, version: str) -> None:
    from app import pipeline

    out.print(f"现在用 {version}", highlight=False)
    if store.card(version).data_hash != pipeline.fingerprint(pipeline.load_knowledge(read_settings())):
        err.print(
            "它不是用现在的训练数据做的：正在跑的服务会换上它，但下次启动会重新训练；要一直用它，请把 intents/ 改回去",
            highlight=False,
            soft_wrap=True,
        )


@models.command()
def prune(
    keep: Annotated[int | None, typer.Option("--keep", min=1, help="留最近几个；不写按 MIAOHUI_KEEP_MODELS")] = None,
) -> None:
    """Remove old versions; the current and the previous one stay."""
    settings = read_settings()
    gone = Store(settings.models).prune(keep or settings.keep_models)
    out.print(f"删掉 {len(gone)} 个旧版本{'：' if gone else ''}{'、'.join(gone)}", highlight=False, soft_wrap=True)
