"""The commands that make, measure and need a model, and the one that lays out a new intent."""

import json
from pathlib import Path

import pytest

from app.reply.script_library import Library
from app.settings import Settings
from app.understand import catalogue as catalogues
from tests.conftest import TABLE, Ran, Run, refused


class TestTrain:
    def test_it_says_what_it_trained_on(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "rows.csv").write_text(TABLE.replace("\t", ","), encoding="utf-8-sig")
        ran = run("train", "--data", tmp_path / "rows.csv", "--out", tmp_path / "model")
        assert ran.status == 0
        assert "12 句，2 个意图" in ran.out
        assert str(tmp_path / "model") in ran.out
        assert {path.name for path in (tmp_path / "model").iterdir()} == {"card.json", "weights.npz", "words.json"}

    def test_the_model_answers_with_its_own_intents(self, run: Run, two_intent_model: Path) -> None:
        ran = run("classify", "--jsonl", "-", "--model", two_intent_model, stdin='{"text": "几点能发货"}\n')
        assert [one["name"] for one in json.loads(ran.out)["ranking"]] == ["ship", "invoice"]

    WRONG = (
        ("rows.tsv", "label\ttext\nship\t几点发货\n", "至少要两个意图"),
        ("rows.tsv", "intent\ttext\nship\t几点发货\n", "label 和 text"),
        ("rows.tsv", "label\ttext\nship\t\n", "第 2 行"),
        ("rows.tsv", "", "label 和 text"),
        ("rows.docx", "PK", ".tsv"),
        ("rows.xlsx", "PK", "另存为 .xlsx"),
        ("none.tsv", None, "none.tsv"),
    )

    @pytest.mark.parametrize(("name", "content", "words"), WRONG, ids=[one[2] for one in WRONG])
    def test_a_wrong_table_is_refused(
        self, run: Run, tmp_path: Path, name: str, content: str | None, words: str
    ) -> None:
        if content is not None:
            (tmp_path / name).write_text(content, encoding="utf-8")
        ran = run("train", "--data", tmp_path / name, "--out", tmp_path / "model")
        refused(Ran(ran.status, ran.out, ran.err.strip()), words)
        assert not (tmp_path / "model").exists()


class TestEvaluate:
    CASES = (("几点发", "ship"), ("发票", "invoice"), ("开票吗", "ship"), ("发货", "ship"))

    @pytest.fixture
    def cases(self, tmp_path: Path) -> Path:
        file = tmp_path / "cases.jsonl"
        rows = [json.dumps({"text": text, "intent": intent}, ensure_ascii=False) for text, intent in self.CASES]
        file.write_text("\n".join(rows), encoding="utf-8")
        return file

    def test_figures_for_programs_and_people(self, run: Run, two_intent_model: Path, cases: Path) -> None:
        ran = run("evaluate", "--data", cases, "--model", two_intent_model, "--json")
        figures = json.loads(ran.out)
        assert ran.status == 0
        assert figures["scores"]["全部"]["count"] == 4
        assert figures["scores"]["全部"]["at_1"] == 0.75
        assert figures["intents"].keys() == {"ship", "invoice"}
        assert [(one["intent"], one["predicted"]) for one in figures["confusions"]] == [("ship", "invoice")]
        assert "0.750" in run("evaluate", "--data", cases, "--model", two_intent_model).out

    def test_falling_short_is_status_1(self, run: Run, two_intent_model: Path, cases: Path) -> None:
        call = ("evaluate", "--data", cases, "--model", two_intent_model, "--fail-under")
        assert run(*call, "0.75").status == 0
        short = run(*call, "0.76")
        assert short.status == 1
        assert "低于 0.76" in short.err

    @pytest.mark.parametrize("row", ["x", "[]", '{"text": "a"}', '{"text": 5, "intent": "a"}', ""])
    def test_a_wrong_file_is_refused(self, run: Run, tmp_path: Path, row: str) -> None:
        (tmp_path / "cases.jsonl").write_text(row, encoding="utf-8")
        refused(run("evaluate", "--data", tmp_path / "cases.jsonl"), "cases.jsonl")
        refused(run("evaluate", "--data", tmp_path / "none.jsonl"), "none.jsonl")


class TestModel:
    @pytest.mark.parametrize("command", [("draft", "几点发货"), ("classify", "--jsonl", "-"), ("serve",)])
    def test_without_training_a_missing_model_is_refused(
        self, run: Run, own_home: Path, command: tuple[str, ...]
    ) -> None:
        (own_home / "models").unlink()
        (own_home / "models").mkdir()
        refused(run(*command, "--no-train"), "还没有模型", "miaohui train")
        assert list((own_home / "models").iterdir()) == []

    def test_a_model_of_older_intents_is_refused(self, run: Run, own_home: Path, two_intent_model: Path) -> None:
        (own_home / "models").unlink()
        (own_home / "models").mkdir()
        version = "20261121T100000Z-abcdef01"
        (own_home / "models" / version).symlink_to(two_intent_model)
        (own_home / "models" / "current").write_text(version)
        refused(run("draft", "几点发货", "--no-train"), version, "旧的训练数据", "miaohui train")

    def test_a_model_of_the_time_before_versions_is_no_model(
        self, run: Run, own_home: Path, two_intent_model: Path
    ) -> None:
        (own_home / "models").unlink()
        (own_home / "models").mkdir()
        (own_home / "models" / "default").symlink_to(two_intent_model)
        refused(run("draft", "几点发货", "--no-train"), "还没有模型", "miaohui train")

    DAMAGE = (
        ("weights.npz", b"", "校验值不符"),
        ("words.json", b"{}", "校验值不符"),
        ("card.json", b"{", "读不出来"),
        ("card.json", b"[]", "别的版本"),
        ("card.json", b"\xff", "读不出来"),
    )

    @pytest.mark.parametrize(("name", "content", "words"), DAMAGE, ids=[f"{one[0]}-{one[1]!r}" for one in DAMAGE])
    def test_a_damaged_model_is_refused(
        self, run: Run, tmp_path: Path, two_intent_model: Path, name: str, content: bytes, words: str
    ) -> None:
        for path in two_intent_model.iterdir():
            (tmp_path / path.name).write_bytes(content if path.name == name else path.read_bytes())
        refused(run("classify", "--jsonl", "-", "--model", tmp_path), words, "miaohui train")


class TestNewIntent:
    TITLE = '发错颜色: # "急"'

    def test_it_lays_out_three_files_that_load(self, run: Run, own_home: Path) -> None:
        ran = run("new-intent", "aftersales/wrong_colour", "--title", self.TITLE, "--flow", "aftersales")
        assert ran.status == 0
        paths = [Path(line.removeprefix("写好 ")) for line in ran.out.splitlines()]
        assert [path.relative_to(own_home).as_posix() for path in paths] == [
            "intents/aftersales/wrong_colour.yaml",
            "scripts_zh/aftersales/wrong_colour.j2",
            "tests/golden/aftersales/wrong_colour.yaml",
        ]
        home = Settings(home=own_home)
        assert catalogues.load(home.intents)["wrong_colour"].title == self.TITLE
        assert Library(home.scripts).flow("aftersales/wrong_colour") == "aftersales"
        assert "wrong_colour" in run("check").out

    def test_it_never_overwrites(self, run: Run, own_home: Path) -> None:
        before = {path: path.read_bytes() for path in own_home.glob("*/aftersales/*")}
        refused(run("new-intent", "aftersales/wrong_item"), "wrong_item", "已经有了")
        assert {path: path.read_bytes() for path in own_home.glob("*/aftersales/*")} == before

    WRONG = (
        ("wrong_colour",),
        ("../x/y",),
        ("nogroup/wrong",),
        ("chat/Wrong",),
        ("chat/x",),
        ("chat/new", "--flow", "x"),
    )

    @pytest.mark.parametrize("arguments", WRONG, ids=[" ".join(one) for one in WRONG])
    @pytest.mark.usefixtures("own_home")
    def test_a_wrong_name_or_flow_is_refused(self, run: Run, arguments: tuple[str, ...]) -> None:
        refused(run("new-intent", *arguments))

    @pytest.mark.parametrize("flow", ["reception", "aftersales", "risk", "review"])
    def test_no_flow_is_offered_that_has_no_template(self, run: Run, own_home: Path, flow: str) -> None:
        there = (own_home / "scripts_zh" / "_flow" / f"{flow}.j2").exists()
        assert run("new-intent", "chat/something_new", "--flow", flow).status == (0 if there else 2)
