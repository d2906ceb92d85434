"""Every option of `miaohui evaluate`, on a model of two intents."""

import json
import re
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import Run, refused

EVIL = "发票<script>alert(1)</script>发货"
CASES = (("几点发", "ship"), ("发票", "invoice"), ("开票吗", "ship"), ("几点发货", "ship"), (EVIL, "invo<b>ice"))


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    file = tmp_path / "cases.jsonl"
    rows = [json.dumps({"text": text, "intent": intent}, ensure_ascii=False) for text, intent in CASES]
    file.write_text("\n".join(rows), encoding="utf-8")
    return file


def test_json_holds_every_figure(run: Run, two_intent_model: Path, cases: Path) -> None:
    figures = json.loads(run("evaluate", "--data", cases, "--model", two_intent_model, "--json").out)
    assert figures["scores"]["全部"].keys() >= {"brier", "calibration_error", "coverage_at_95", "threshold_at_95"}
    assert figures["folds"] == 0
    assert [(one["text"], one["exact"]) for one in figures["leaks"]] == [("几点发货", True)]
    assert figures["averages"].keys() == {"macro", "weighted"}
    assert figures["off_domain"] is None
    assert figures["rivals"] == []
    assert {one["intent"] for one in figures["thin"]} == {"ship", "invoice", "invo<b>ice"}


def test_the_page_needs_nothing_else_and_escapes_what_buyers_write(
    run: Run, two_intent_model: Path, cases: Path, tmp_path: Path
) -> None:
    page = tmp_path / "new" / "report.html"
    ran = run("evaluate", "--data", cases, "--model", two_intent_model, "--html", page)
    assert ran.status == 0
    assert str(page) in ran.out.replace("\n", "")
    html = page.read_text(encoding="utf-8")
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "invo<b>" not in html
    assert "<title>评测 · cases.jsonl · 秒回</title>" in html
    assert re.search(r"(src=|@import|url\(|https?://)", html) is None
    assert html.count("<svg") == 2
    wanted = set(re.findall(r'href="#([\w-]+)"', html))
    assert wanted <= set(re.findall(r'id="([\w-]+)"', html))
    assert "prefers-color-scheme: dark" in html
    assert "{&#" not in html.split("</style>")[0]


def test_the_folder_holds_rasas_files(run: Run, two_intent_model: Path, cases: Path, tmp_path: Path) -> None:
    folder = tmp_path / "rasa"
    assert run("evaluate", "--data", cases, "--model", two_intent_model, "--report", folder).status == 0
    report = json.loads((folder / "intent_report.json").read_text(encoding="utf-8"))
    assert report.keys() == {"ship", "invoice", "invo<b>ice", "accuracy", "macro avg", "weighted avg"}
    assert report["ship"].keys() == {"precision", "recall", "f1-score", "support", "confused_with"}
    assert report["ship"]["confused_with"] == {"invoice": 1}
    assert report["accuracy"] == pytest.approx(0.6)
    errors = json.loads((folder / "intent_errors.json").read_text(encoding="utf-8"))
    assert errors[0]["text"] == "开票吗"
    assert errors[0]["intent_prediction"]["name"] == "invoice"
    for name in ("intent_confusion_matrix.png", "intent_histogram.png"):
        with Image.open(folder / name) as picture:
            assert picture.width > 300


@pytest.mark.parametrize(
    ("name", "content"),
    [("off.txt", "今天天气真好\n\n写首诗\n"), ("off.yaml", "- 今天天气真好\n- 写首诗\n")],
)
def test_messages_from_elsewhere(
    run: Run, two_intent_model: Path, cases: Path, tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    call = ("evaluate", "--data", cases, "--model", two_intent_model, "--off-domain", tmp_path / name)
    outside = json.loads(run(*call, "--json").out)["off_domain"]
    assert outside["count"] == 2
    assert 0 <= outside["answered"] <= 1
    assert "AUROC" in run(*call, "--html", tmp_path / "r.html").out
    assert 'id="off-domain"' in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_rivals_are_shown(run: Run, two_intent_model: Path, cases: Path, tmp_path: Path) -> None:
    call = ("evaluate", "--data", cases, "--model", two_intent_model, "--ablation", "--baselines")
    kinds = [one["kind"] for one in json.loads(run(*call, "--json").out)["rivals"]]
    assert kinds.count("ablation") == 3
    assert kinds.count("baseline") >= 4
    ran = run(*call, "--html", tmp_path / "r.html")
    assert "不用拼音" in ran.out
    assert "McNemar" in (tmp_path / "r.html").read_text(encoding="utf-8")


NLU = 'version: "3.1"\nnlu:\n- intent: ship\n  examples: |\n    - 几点发\n    - 发货吗\n'


@pytest.mark.parametrize(
    ("name", "content"),
    [("d.tsv", "label\ttext\nship\t几点发\nship\t发货吗\n"), ("d.csv", "ship,几点发\nship,发货吗\n"), ("d.yml", NLU)],
)
def test_any_labelled_set(run: Run, two_intent_model: Path, tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    figures = json.loads(run("evaluate", "--data", tmp_path / name, "--model", two_intent_model, "--json").out)
    assert figures["scores"]["全部"]["count"] == 2


def test_an_intents_folder(run: Run, two_intent_model: Path, tmp_path: Path) -> None:
    file = tmp_path / "intents" / "chat" / "ship.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("title: 发货\ndefinition: 问\nflow: reception\nexamples:\n  - 几点发\n", encoding="utf-8")
    figures = json.loads(run("evaluate", "--data", tmp_path / "intents", "--model", two_intent_model, "--json").out)
    assert figures["scores"]["全部"]["count"] == 1


def test_wrong_files_are_refused(run: Run, two_intent_model: Path, cases: Path, tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_text("PK")
    refused(run("evaluate", "--data", tmp_path / "a.docx", "--model", two_intent_model), "a.docx", "JSONL")
    (tmp_path / "off.txt").write_text("\n")
    call = ("evaluate", "--data", cases, "--model", two_intent_model)
    refused(run(*call, "--off-domain", tmp_path / "off.txt"), "off.txt")
    refused(run(*call, "--off-domain", tmp_path / "none.txt"), "none.txt")
    (tmp_path / "off.yaml").write_text("a: b\n")
    refused(run(*call, "--off-domain", tmp_path / "off.yaml"), "off.yaml")
    taken = tmp_path / "taken"
    taken.write_text("")
    for option, place in (("--report", taken / "x"), ("--html", tmp_path)):
        ran = run(*call, option, place)
        assert ran.status == 2
        assert option in ran.err


def test_cross_validation_of_a_small_home(run: Run, own_home: Path, tmp_path: Path) -> None:
    for path in sorted((own_home / "intents").glob("*/*.yaml")):
        text = path.read_text(encoding="utf-8").split("near_misses:")[0]
        head, _, examples = text.partition("examples:\n")
        path.write_text(head + "examples:\n" + "\n".join(examples.splitlines()[:6]) + "\n", encoding="utf-8")
    page = tmp_path / "cv.html"
    ran = run("evaluate", "--folds", "2", "--html", page)
    assert ran.status == 0, ran
    assert "2 份交叉验证" in ran.out
    html = page.read_text(encoding="utf-8")
    assert 'id="leaks"' not in html
    assert 'id="suspects"' in html
