"""The lint finds what its rules name, at the right place, and nothing else."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import DataError
from app.outgoing import Finding
from app.records import PLATFORMS, Platform
from app.reply import rules as rule_files
from app.reply.lint import Linter, Shape
from app.reply.shape import Category
from app.reply.structure import Structure
from app.understand.normalise import Normaliser

FOLDER = Path(__file__).parents[2] / "rules_zh"
RULES = rule_files.load(FOLDER)
LINT = Linter(RULES, Normaliser())
LISTS = {rule.id: rule for rule in RULES.lists.values()}


def found(text: str, rule: str, *, platform: Platform = "pinduoduo", category: Category = "general") -> list[str]:
    """Give the parts of `text` that `rule` finds."""
    findings = LINT(text, platform=platform, category=category)
    return [text[slice(*finding.span)] for finding in findings if finding.rule == rule]


def levels(text: str, rule: str, *, category: Category = "general") -> list[str]:
    return [f.level for f in LINT(text, platform="pinduoduo", category=category) if f.rule == rule]


def _cases(key: str) -> list[object]:
    return [
        pytest.param(acting, example, id=f"{rule.id}-{example.text[:20]}")
        for _, _, acting, rule in RULES.examples()
        for example in getattr(rule, key)
    ]


class TestExamples:
    @pytest.mark.parametrize(("rule", "example"), _cases("must_flag"))
    def test_must_flag(self, rule: str, example: rule_files.ExampleFile) -> None:
        hits = LINT(example.text, platform=example.platform, category=example.category, shape=example.shape)
        assert rule in {hit.rule for hit in hits}

    @pytest.mark.parametrize(("rule", "example"), _cases("must_pass"))
    def test_must_pass(self, rule: str, example: rule_files.ExampleFile) -> None:
        hits = LINT(example.text, platform=example.platform, category=example.category, shape=example.shape)
        assert [hit for hit in hits if hit.rule == rule] == []

    def test_prove_agrees(self) -> None:
        rule_files.prove(RULES, LINT)

    def test_every_rule_is_here(self) -> None:
        assert sorted(LISTS) == [f"L{number:02}" for number in range(1, 16)]
        assert [check.id for check in RULES.checks] == [f"S{number:02}" for number in range(1, 13)]

    @pytest.mark.parametrize("rule", LISTS.values(), ids=lambda rule: rule.id)
    def test_every_word_hits_by_itself(self, rule: rule_files.ListRule) -> None:
        for word in rule.all_words():
            platform = next(
                name
                for name in PLATFORMS
                if rule.holds_for(name, "food") and word not in rule.words_by_platform.get(name, ())
            )
            assert found(word, rule.id, platform=platform, category="food"), word

    def test_rewrites_are_clean(self) -> None:
        texts = {check.rewrite for check in RULES.checks}
        texts |= {pattern.rewrite for check in RULES.checks for pattern in check.patterns.values()}
        for rule in LISTS.values():
            texts |= {rule.rewrite, *rule.rewrites.values(), *(pattern.rewrite for pattern in rule.patterns)}
        for text in filter(None, texts):
            blocked = [f for f in LINT(text, platform="pinduoduo", category="food") if f.level == "block"]
            assert blocked == [], text


class TestSpans:
    @pytest.mark.parametrize(
        ("text", "rule", "part"),
        [
            ("您加我 微 信 吧", "L02", "微 信"),
            ("賣家保證明天到", "L04", "保證明天到"),
            ("这款ＮＯ．１", "L01", "ＮＯ．１"),
            ("电话１３８－１２３４－５６７８哦", "L02", "１３８－１２３４－５６７８"),
            ("你的单号查到了", "S07", "你"),
            ("走XX快递", "S08", "XX"),
        ],
    )
    def test_exact_in_raw_text(self, text: str, rule: str, part: str) -> None:
        assert part in found(text, rule)

    def test_overlapping_hits_are_one(self) -> None:
        assert found("加微信号abc", "L02") == ["加微信"]

    def test_sorted(self) -> None:
        findings = LINT("好评返现，加微信，明天一定到", platform="pinduoduo")
        assert list(findings) == sorted(findings, key=lambda finding: (finding.span, finding.rule))
        assert len(findings) >= 3

    def test_message_and_rewrite(self) -> None:
        (finding,) = LINT("退款秒到账", platform="pinduoduo")
        assert (finding.rule, finding.level) == ("L04", "block")
        assert finding.message == LISTS["L04"].message
        assert finding.rewrite == LISTS["L04"].rewrites["秒到账"]

    def test_gravest_level_wins(self) -> None:
        assert levels("你自己看详情页", "L06") == ["block"]


class TestSwitches:
    @pytest.mark.parametrize(
        ("name", "own"), [("拼多多", "pinduoduo"), ("淘宝", "taobao"), ("京东", "jd"), ("抖音", "douyin")]
    )
    def test_own_platform_passes(self, name: str, own: Platform) -> None:
        for platform in PLATFORMS:
            assert bool(found(f"{name}也有卖", "L03", platform=platform)) == (platform != own)

    def test_wording_rule_holds_on_its_platform_only(self) -> None:
        assert found("宝贝有现货", "L15", platform="pinduoduo")
        assert not found("宝贝有现货", "L15", platform="jd")

    @pytest.mark.parametrize("word", ["纯天然", "抑菌", "孕妇可用", "敏感肌放心用", "无添加", "祛湿"])
    def test_soft_claims_weigh_by_category(self, word: str) -> None:
        assert levels(f"这款{word}的", "L10") == ["warn"]
        assert levels(f"这款{word}的", "L10", category="food") == ["block"]
        assert levels(f"这款{word}的", "L10", category="cosmetics") == ["block"]

    @pytest.mark.parametrize("category", ["general", "food", "cosmetics"])
    def test_disease_claims_are_always_blocked(self, category: Category) -> None:
        assert levels("可以治疗失眠", "L10", category=category) == ["block"]

    def test_allowed_wording(self) -> None:
        assert found("本店假一赔十", "L12")
        assert not LINT("本店假一賠十", platform="pinduoduo", allowed=("假一赔十",))
        assert LINT("假一赔十，加微信", platform="pinduoduo", allowed=("假一赔十",))


class TestEvasions:
    @pytest.mark.parametrize(
        "text",
        [
            "微 信聊", "微\u200b信", "微.信", "薇-信", "微❤️", "➕V", "➕ Ｖ：abc", "加🌟V：abc123", "v x", "Ｖ Ｘ",
            "ⓋⓍ是abc", "vx15500", "ｗｅｉｘｉｎ", "QQ：1234567", "q q 1234567", "1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣",
            "138 1234 5678", "一三八零零一三八零零零", "掃碼進群",
        ],
    )  # fmt: skip
    def test_contact(self, text: str) -> None:
        assert found(text, "L02")

    @pytest.mark.parametrize("text", ["淘 寶也有", "拼夕夕", "我们ＰＤＤ店", "京\u200d東买"])
    def test_platform(self, text: str) -> None:
        assert found(text, "L03", platform="douyin")

    @pytest.mark.parametrize("text", ["xs码有货", "支持jdk", "usb接口", "kwx型号", "aqq款"])
    def test_latin_words_need_boundaries(self, text: str) -> None:
        assert not [f for f in LINT(text, platform="pinduoduo") if f.rule in ("L02", "L03", "L09")]

    @pytest.mark.parametrize(
        "text",
        ["想开店的看过来，加李老师V：kaidian_8899，免费送货源表", "运营干货找助教老师薇❤ yy6677，前50名免费"],
    )
    def test_teacher_advert(self, text: str) -> None:
        assert found(text, "L02")


class TestStructure:
    def test_runs_only_what_the_shape_asks(self) -> None:
        text = "确认是质量问题。"
        assert LINT(text, platform="pinduoduo") == ()
        shape = Shape("risk", apology=True, evidence_only=True)
        assert {f.rule for f in LINT(text, platform="pinduoduo", shape=shape)} == {"S01", "S02", "S09"}

    def test_named_blank_is_no_placeholder(self) -> None:
        assert LINT("预计【发货日期】发出，单号出来告诉您。", platform="pinduoduo") == ()

    def test_brief_style_is_shorter(self) -> None:
        text = "有现货。" * 40
        assert not LINT(text, platform="pinduoduo", shape=Shape("reception"))
        (finding,) = LINT(text, platform="pinduoduo", shape=Shape("reception", style="brief"))
        assert (finding.rule, finding.span) == ("S08", (120, 160))

    def test_undeclared_and_unknown_checks_are_named(self) -> None:
        one = RULES.checks[0]
        with pytest.raises(DataError) as caught:
            Structure([one.model_copy(update={"id": "S99"})], file="structure.yaml")
        assert {problem.key for problem in caught.value.problems} >= {"S99", "S01", "S10"}

    def test_unused_and_missing_patterns_are_named(self) -> None:
        checks = [c.model_copy(update={"patterns": {}}) if c.id == "S06" else c for c in RULES.checks]
        with pytest.raises(DataError, match=r"S06\.patterns\.review: 缺这个正则"):
            Structure(checks, file="structure.yaml")


ALPHABET = st.sampled_from("加微信VvXx➕❤️\u200b 13800138000最好你。！?【】_{}好评返现明天一定到哦没有宝淘寳")


class TestLaws:
    @settings(max_examples=300, deadline=None)
    @given(
        st.one_of(st.text(max_size=80), st.text(ALPHABET, max_size=60)),
        st.sampled_from(PLATFORMS),
        st.booleans(),
    )
    def test_total_and_spans_inside(self, text: str, platform: Platform, shaped: bool) -> None:
        shape = Shape("risk", apology=True, evidence_only=True, known_photo=True, known_order_no=True)
        for finding in LINT(text, platform=platform, shape=shape if shaped else None):
            start, end = finding.span
            assert 0 <= start < end <= len(text)
            assert isinstance(finding, Finding)
            assert finding.message


GOOD = """id: L01
title: 试
level: block
message: 不能这么说。
source: 设计
words: [最好]
must_flag: [最好, 最好的, 这款最好]
must_pass: [很好, 不错, 可以]
"""


class TestBrokenFiles:
    def problems(self, folder: Path, **files: str) -> list[str]:
        """Write the rule files beside a sound structure.yaml and give the problems of loading and proving them."""
        rules_folder = folder / "rules_zh"
        rules_folder.mkdir()
        (rules_folder / "structure.yaml").write_text((FOLDER / "structure.yaml").read_text("utf-8"), "utf-8")
        for name, text in files.items():
            (rules_folder / f"{name}.yaml").write_text(text, "utf-8")
        try:
            loaded = rule_files.load(rules_folder)
            rule_files.prove(loaded, Linter(loaded, Normaliser()))
        except DataError as error:
            return [str(problem) for problem in error.problems if "structure.yaml" not in problem.file]
        return []

    def test_good_file(self, tmp_path: Path) -> None:
        assert self.problems(tmp_path, L01_x=GOOD) == []

    @pytest.mark.parametrize(
        ("change", "wanted"),
        [
            (("words: [最好]", "words: [最好, '']"), "words.1: 不能为空"),
            (("words: [最好]", "words: [最好, TOP, ｔop]"), "词「ｔop」写了两次"),
            (("words: [最好]", "words: [最好]\npatterns: [{regex: '(最'}]"), "patterns.0.regex: 正则「(最」读不懂"),
            (("words: [最好]", "words: [最好]\npatterns: [{regex: '最?'}]"), "连空文字也算命中"),
            (("words: [最好]", "words: [最好]\nallow: ['[']"), "allow.0: 正则「[」读不懂"),
            (("words: [最好]", "words: [最好]\nrewrites: {最棒: 很好}"), "rewrites: 「最棒」不在本规则的词里"),
            (("words: [最好]", "words: [最好]\nwrods: [最棒]"), "wrods: 不认识这个键"),
            (("words: [最好]", "words: []"), "没有词也没有正则"),
            (("这款最好]", "这款很好]"), "must_flag.2: 「这款很好」L01 应当命中却没有"),
            (("[很好,", "[最好,"), "must_pass.0: 「最好」L01 不该命中却命中了"),
            ((", 这款最好]", "]"), "must_flag: 现有 2 句，至少写 3 句"),
            (("id: L01", "id: L07"), "编号「L07」与文件名不符"),
            (("level: block", "level: stop"), "level:"),
        ],
    )
    def test_names_file_key_and_fix(self, tmp_path: Path, change: tuple[str, str], wanted: str) -> None:
        problems = self.problems(tmp_path, L01_x=GOOD.replace(*change))
        assert any(wanted in problem and problem.startswith("rules_zh/L01_x.yaml: ") for problem in problems), problems

    def test_id_clash(self, tmp_path: Path) -> None:
        assert self.problems(tmp_path, L01_x=GOOD, L01_y=GOOD) == [
            "rules_zh/L01_y.yaml: id: 编号「L01」已用在 rules_zh/L01_x.yaml，换一个"
        ]

    def test_every_problem_at_once(self, tmp_path: Path) -> None:
        broken = GOOD.replace("words: [最好]", "words: ['']")
        assert len(self.problems(tmp_path, L01_x=broken, L02_y="id: L02\n", L03_z="- 一")) >= 3

    def test_missing_structure(self, tmp_path: Path) -> None:
        (tmp_path / "L01_x.yaml").write_text(GOOD, "utf-8")
        with pytest.raises(DataError, match=r"structure\.yaml: 读不到文件"):
            rule_files.load(tmp_path)
