"""The command line: miaohui draft | classify | train | evaluate | check | serve | lint | models | scripts …"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app import export_command, import_command, model_commands, notice_command, review_command, script_commands
from app.errors import ArtefactError, MiaohuiError, RequestError
from app.pipeline import Pipeline
from app.records import Platform
from app.settings import Settings, read_settings
from app.terminal import FALLS_SHORT, WRONG_CALL, bar, err, out

cli = typer.Typer(
    name="miaohui", help="秒回：草拟电商客服回复，人来按发送。", no_args_is_help=True, add_completion=False
)
cli.command()(model_commands.train)
cli.command()(review_command.review)
cli.command()(export_command.export)
cli.command()(notice_command.notice)
cli.add_typer(import_command.imports)
cli.add_typer(model_commands.models)
cli.command()(script_commands.scripts)


def main() -> None:
    """Run the command line; every expected error is one or a few lines and exit status 2."""
    try:
        cli()
    except MiaohuiError as error:
        err.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(WRONG_CALL)


ShopOption = Annotated[str, typer.Option("--shop", help="店铺文件夹名")]
NoTrain = Annotated[bool, typer.Option("--no-train", help="模型缺失或过期时不训练，直接报原因")]


@cli.command()
def draft(
    text: Annotated[str, typer.Argument(help="买家说的话，- 表示从标准输入读")],
    shop: ShopOption = "",
    order: Annotated[Path | None, typer.Option("--order", help="订单 JSON 文件，或直接写状态如 unshipped")] = None,
    product: Annotated[str, typer.Option("--product", help="买家在看的商品：货号或平台商品号")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出接口同样的 JSON")] = False,
    no_train: NoTrain = False,
) -> None:
    """Draft replies to one buyer message."""
    from app import inputs
    from app.service.schema import DraftRequest, draft_id, reply_json
    from app.show import show_reply

    settings = read_settings()
    shop = shop or settings.shop
    request = inputs.checked(
        DraftRequest, {"text": inputs.words(text), "order": inputs.order(order), "product": product}
    )
    pipeline = open_pipeline(settings, train=not no_train)
    reply = pipeline.reply(request.message(datetime.now(UTC)), shop=shop)
    titles = {intent.name: intent.title for intent in pipeline.knowledge.catalogue}
    if as_json:
        body = reply_json(reply, titles, name=draft_id(request, shop), conversation="", took_ms=0.0)
        typer.echo(json.dumps(body, ensure_ascii=False, indent=2))
    else:
        show_reply(reply, titles, out)


@cli.command()
def classify(
    jsonl: Annotated[Path, typer.Option("--jsonl", help="每行一个 JSON 的文件，- 表示标准输入")],
    model: Annotated[Path | None, typer.Option("--model", help="模型文件夹")] = None,
    no_train: NoTrain = False,
) -> None:
    """Rank the intents of messages: one JSON object a line in, one out, in the same order."""
    from app import inputs
    from app.service.schema import classified_json

    pipeline = open_pipeline(read_settings(), train=not no_train, folder=model)
    for number, line in enumerate(inputs.lines(jsonl), 1):
        if not line.strip():
            continue
        try:
            text, before = inputs.message(line)
            ranking = pipeline.classify(text, before)
        except RequestError as error:
            raise RequestError(error.code, f"第 {number} 行：{error}") from error
        typer.echo(json.dumps(classified_json(text, ranking), ensure_ascii=False))


@cli.command()
def lint(
    text: Annotated[str, typer.Argument(help="要检查的话，- 表示从标准输入读")],
    platform: Annotated[str, typer.Option("--platform", help="pinduoduo、taobao、jd 或 douyin")] = "pinduoduo",
    category: Annotated[str, typer.Option("--category", help="general、food 或 cosmetics")] = "general",
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Check a text against law and platform rules; exit status 1 where it must not be sent."""
    from app import inputs
    from app.reply import rules
    from app.reply.lint import Linter
    from app.service.schema import LintRequest, finding_json
    from app.show import show_findings
    from app.understand.normalise import Normaliser

    words = inputs.words(text)
    request = inputs.checked(LintRequest, {"text": words, "platform": platform, "category": category}, where="--")
    chosen: Platform = request.platform or "pinduoduo"
    findings = Linter(rules.load(read_settings().rules), Normaliser())(
        words, platform=chosen, category=request.category or "general"
    )
    if as_json:
        typer.echo(json.dumps({"findings": [finding_json(one) for one in findings]}, ensure_ascii=False, indent=2))
    else:
        show_findings(words, findings, out)
    if any(finding.level == "block" for finding in findings):
        raise typer.Exit(FALLS_SHORT)


@cli.command()
def evaluate(
    data: Annotated[
        Path | None,
        typer.Option("--data", help="JSONL、intents 文件夹、Rasa nlu.yml 或 TSV/CSV/Excel；不写就在训练集上交叉验证"),
    ] = None,
    model: Annotated[Path | None, typer.Option("--model", help="模型文件夹")] = None,
    folds: Annotated[int, typer.Option("--folds", min=2, max=20, help="交叉验证分几份")] = 5,
    off_domain: Annotated[
        Path | None, typer.Option("--off-domain", help="不相干的话，每行一句、表格或 YAML 列表：会不会当真")
    ] = None,
    ablation: Annotated[bool, typer.Option("--ablation", help="再各练一个不用词、不用字、不用拼音的模型")] = False,
    baselines: Annotated[bool, typer.Option("--baselines", help="和几种简单做法比")] = False,
    report: Annotated[Path | None, typer.Option("--report", help="把 rasa test nlu 的四个文件写进这个文件夹")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="把一页报告写成这个文件，浏览器打开")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    fail_under: Annotated[float, typer.Option("--fail-under", help="首选对的比例低于它就以状态 1 退出")] = 0.0,
) -> None:
    """Measure the classifier on a labelled file, or by cross-validation over the training set."""
    from app import pipeline
    from app.evaluate import assess, cases, metrics, publish

    settings = read_settings()
    plan = assess.Plan(
        title=data.name if data else f"训练集 {folds} 份交叉验证",
        cases=cases.read_cases(data) if data else None,
        off_domain=cases.read_texts(off_domain) if off_domain else (),
        folds=folds,
        ablation=ablation,
        baselines=baselines,
    )
    ready = open_pipeline(settings, folder=model) if data or off_domain else None
    knowledge = ready.knowledge if ready else pipeline.load_knowledge(settings)
    with bar("评测") as progress:
        found = assess.assess(
            plan, knowledge.reader, knowledge.catalogue, ready.classifier if ready else None, progress
        )
    publish.publish(found, out, as_json=as_json, report=report, html=html)
    if metrics.accuracy(metrics.self_contained(found.judged)) < fail_under:
        err.print(f"首选对的比例低于 {fail_under}", style="red")
        raise typer.Exit(FALLS_SHORT)


@cli.command()
def check() -> None:
    """Check that intents, scripts, rules, lexicon and shops agree."""
    from app.check import check as find
    from app.check import summary

    problems = find(read_settings())
    for problem in problems:
        out.print(str(problem), markup=False, highlight=False, soft_wrap=True)
    out.print(summary(problems), style="red" if problems else "green", highlight=False)
    if problems:
        raise typer.Exit(FALLS_SHORT)


@cli.command()
def serve(
    host: Annotated[str, typer.Option("--host")] = "",
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535)] = None,
    no_train: NoTrain = False,
) -> None:
    """Serve the page and the API."""
    import uvicorn

    from app.service.web import create_app

    settings = read_settings()
    app = create_app(open_pipeline(settings, train=not no_train))
    host, port = host or settings.host, port or settings.port
    out.print(f"秒回已就绪：http://{host}:{port}", style="green", highlight=False)
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False, timeout_graceful_shutdown=3)


@cli.command("new-intent")
def new_intent(
    name: Annotated[str, typer.Argument(help="组/名，如 aftersales/wrong_colour")],
    title: Annotated[str, typer.Option("--title", help="中文名称")] = "新意图",
    flow: Annotated[str, typer.Option("--flow", help="reception、aftersales、risk 或 review")] = "reception",
) -> None:
    """Lay out the three files of a new intent: examples, script, golden test."""
    from app.scaffold import lay_out

    for path in lay_out(read_settings(), name, title=title, flow=flow):
        out.print(f"写好 {path}", markup=False, highlight=False, soft_wrap=True)


def open_pipeline(settings: Settings, *, train: bool = True, folder: Path | None = None) -> Pipeline:
    """Get the pipeline ready; a missing or stale model is trained with a progress bar."""
    from app import pipeline

    knowledge = pipeline.load_knowledge(settings)
    try:
        model = pipeline.load_model(knowledge, folder)
    except ArtefactError as reason:
        if not train or folder is not None:
            raise
        from app.training import fit, keep  # brings scikit-learn, which only training needs

        err.print(f"{reason}。现在自动训练。", highlight=False)
        with bar("训练") as progress:
            model = fit(knowledge, knowledge.catalogue.lines(), own=True, progress=progress)
        keep(knowledge, model, force=True)
    return pipeline.build(knowledge, model)
