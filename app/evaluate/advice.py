"""Say what is worth doing first, from what the evaluation found."""

from dataclasses import dataclass

from app.evaluate import metrics
from app.evaluate.assess import Evaluation
from app.evaluate.figures import score, without_leaks

_MIXED, _WIDE = 3, 0.05
_LEAKED, _WEAK = 0.02, 0.6
_FEW = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, why, and the part of the page that shows the messages."""

    do: str
    why: str
    anchor: str


def advise(found: Evaluation) -> list[Step]:
    """List what to do, the most telling first."""
    return [*_labels(found), *_pairs(found), *_weak(found), *_trust(found)]


def _labels(found: Evaluation) -> list[Step]:
    if not found.suspects:
        return []
    why = "模型没见过它们，却很有把握地给了别的意图：要么标错了，要么例句教错了"
    return [Step(f"逐句看 {len(found.suspects)} 句疑似标错的", why, "suspects")]


def _pairs(found: Evaluation) -> list[Step]:
    steps = []
    for one in metrics.confusions(found.judged)[:_FEW]:
        if len(one.judged) < _MIXED or not one.predicted:
            continue
        pair = f"「{found.name(one.intent)}」和「{found.name(one.predicted)}」"
        named = any({one.intent, one.predicted} == {two.one, two.other} for two in found.neighbours)
        how = "已互为易混，再补说得清的句子" if named else "还没互写易混句，在 near_misses 里补上"
        steps.append(Step(f"分清{pair}", f"混了 {len(one.judged)} 次；{how}", "confusions"))
    return steps


def _weak(found: Evaluation) -> list[Step]:
    scores = metrics.by_intent(found.judged)
    weak = [name for name in metrics.worst(scores) if scores[name].f1 < _WEAK and scores[name].support >= _FEW]
    steps = []
    if weak:
        names = "、".join(found.name(name) for name in weak[:_FEW])
        steps.append(Step(f"给最弱的 {len(weak)} 个意图补例句", f"F1 不到 {_WEAK}：{names}", "intents"))
    few = [one for one in found.thin if one.tested is not None and one.tested < _FEW]
    if few:
        steps.append(Step(f"给 {len(few)} 个意图多找考题", f"考题不到 {_FEW} 句，它们的分数说明不了什么", "thin"))
    return steps


def _trust(found: Evaluation) -> list[Step]:
    scores = score(found.judged)
    steps = []
    telling = [leak for leak in found.leaks if not leak.short]
    if len(telling) > _LEAKED * scores.count:
        why = f"训练集里已有，等于考原题；全去掉后首选对 {without_leaks(found):.1%}（全部 {scores.at_1:.1%}）"
        steps.append(Step(f"当心 {len(telling)} 句泄题", why, "leaks"))
    if scores.calibration_error > _WIDE:
        why = f"把握和实际平均差 {scores.calibration_error:.1%}，定门槛时看「答多少，对多少」，别只看把握"
        claimed = sum(one.confidence for one in found.judged) / scores.count
        steps.append(Step("把握打个折看" if claimed > scores.at_1 else "把握说得太保守", why, "reliability"))
    if found.off_domain is not None and found.off_domain.answered:
        count = len(found.off_domain.answered)
        steps.append(Step(f"看 {count} 句不相干却当真的话", "补进「超出范围」的例句，免得乱答", "off-domain"))
    return steps
