"""The intents: what buyers say, read from `intents/<group>/<name>.yaml`."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from app.errors import DataError, Problem
from app.records import Flow, Status
from app.strict_yaml import load_model, relative, yes_or_no

Flag = Annotated[bool, BeforeValidator(yes_or_no)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
GROUPS = ("risk", "aftersales", "logistics", "order", "presale", "review", "chat", "other")
"""Groups in the order in which several intents of one message are answered."""
GROUP_TITLES = dict(zip(GROUPS, ("风险", "售后", "物流", "订单", "售前", "评价", "闲聊", "其他"), strict=True))


class NearMiss(BaseModel):
    """A line that looks alike and belongs to the named neighbour."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Line
    intent: str


class IntentFile(BaseModel):
    """The content of one intent file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Line
    definition: Line
    flow: Flow
    slots: tuple[str, ...] = ()
    by_state: dict[Status, str] = Field(default_factory=dict)
    """Order states in which another intent's script answers."""
    with_order: str = ""
    """The intent that is meant where there is an order and the message sounds like it too: 能退吗 asks for this one."""
    needs: tuple[str, ...] = ()
    """Slots without which the reply has to ask."""
    apology: Flag | None = None
    """Whether the reply must open with regret; by default in every after-sales and risk flow."""
    demand: Flag = False
    """Whether it only says what the buyer wants (退款): a cause named beside it is answered first."""
    distinct: Flag = False
    """A trouble that is never another one told in other words: beside a second such, both are answered."""
    examples: tuple[Line, ...] = Field(min_length=1)
    near_misses: tuple[NearMiss, ...] = ()


@dataclass(frozen=True, slots=True)
class Intent:
    """One intent with its name and group."""

    name: str
    group: str
    file: IntentFile

    @property
    def title(self) -> str:
        return self.file.title

    @property
    def flow(self) -> Flow:
        return self.file.flow

    @property
    def apology(self) -> bool:
        """Tell whether something has happened to the buyer that calls for regret."""
        if self.file.apology is not None:
            return self.file.apology
        return self.flow in ("aftersales", "risk")


@dataclass(frozen=True)
class Catalogue:
    """All intents by name."""

    intents: Mapping[str, Intent]

    def __getitem__(self, name: str) -> Intent:
        return self.intents[name]

    def __contains__(self, name: str) -> bool:
        return name in self.intents

    def __iter__(self) -> Iterator[Intent]:
        return iter(self.intents.values())

    def __len__(self) -> int:
        return len(self.intents)

    def meant_by(self, name: str, *, ordered: bool) -> str:
        """Give the intent that a question may mean with an order at hand, or without one; "" for none."""
        if ordered:
            return self.intents[name].file.with_order if name in self.intents else ""
        return self._general.get(name, "")

    @cached_property
    def _general(self) -> Mapping[str, str]:
        return {one.file.with_order: one.name for one in self if one.file.with_order}

    def rank(self, name: str) -> float:
        """Give an intent's place in the order of answering: by group, a bare demand after all causes."""
        intent = self.intents.get(name)
        if intent is None:
            return float(len(GROUPS))
        return GROUPS.index("logistics") + 0.5 if intent.file.demand else GROUPS.index(intent.group)

    def confusable(self, one: str, other: str) -> bool:
        """Tell whether one of two intents names the other as a near miss, so that hearing both is one too many.

        A trouble and the demand that follows from it are heard side by side.
        """
        if self._trouble_and_demand(one, other) or self._trouble_and_demand(other, one) or self._apart(one, other):
            return False
        return self._names(one, other) or self._names(other, one)

    def one_trouble(self, one: str, other: str) -> bool:
        """Tell whether two confusable intents are troubles, of which a buyer has one; questions come in pairs."""
        groups = [self.intents[name].group for name in (one, other) if name in self.intents]
        return self.confusable(one, other) and not {"presale", "order"}.issuperset(groups)

    def may_be_one(self, one: str, other: str) -> bool:
        """Tell whether two intents heard in one breath may be one matter: alike, or two troubles of the goods."""
        troubles = all(
            name in self.intents and self.intents[name].group == "aftersales" and not self.intents[name].file.demand
            for name in (one, other)
        )
        return troubles or self.confusable(one, other)

    def _apart(self, one: str, other: str) -> bool:
        return all(name in self.intents and self.intents[name].file.distinct for name in (one, other))

    def _trouble_and_demand(self, one: str, other: str) -> bool:
        trouble, demand = self.intents.get(one), self.intents.get(other)
        if trouble is None or demand is None or not demand.file.demand or trouble.file.demand:
            return False
        return trouble.group in ("aftersales", "logistics")

    def _names(self, one: str, other: str) -> bool:
        return one in self.intents and any(miss.intent == other for miss in self.intents[one].file.near_misses)

    def lines(self) -> list[tuple[str, str]]:
        """Give every training line as (text, intent): examples, then near misses under the intent they name."""
        pairs = {example: intent.name for intent in self for example in intent.file.examples}
        for intent in self:
            for miss in intent.file.near_misses:
                pairs.setdefault(miss.text, miss.intent)
        return list(pairs.items())


def load(folder: Path) -> Catalogue:
    """Read every intent file below `folder`; raise DataError with all faults."""
    intents: dict[str, Intent] = {}
    names: set[str] = set()
    problems: list[Problem] = []
    for path in sorted(folder.glob("*/*.yaml")):
        name = path.stem
        if name in names:
            problems.append(Problem(relative(path, folder.parent), "", f"意图「{name}」已在别的文件夹里，换个名字"))
            continue
        names.add(name)
        try:
            intents[name] = Intent(name, path.parent.name, load_model(path, IntentFile, root=folder.parent))
        except DataError as error:
            problems.extend(error.problems)
    if not intents and not problems:
        problems.append(Problem(folder.name, "", "没有意图文件（应在 intents/<组>/<名>.yaml）"))
    for intent in intents.values():
        problems.extend(_dangling(intent, names, folder))
    if problems:
        raise DataError(problems)
    return Catalogue(intents)


def _dangling(intent: Intent, known: Set[str], folder: Path) -> list[Problem]:
    """List names of intents that do not exist, and groups that nobody knows."""
    file = f"{folder.name}/{intent.group}/{intent.name}.yaml"
    problems = []
    if intent.group not in GROUPS:
        problems.append(Problem(file, "", f"组「{intent.group}」不在 {', '.join(GROUPS)} 里"))
    problems += [
        Problem(file, "near_misses", f"「{miss.text}」指的意图 {miss.intent} 不存在")
        for miss in intent.file.near_misses
        if miss.intent not in known
    ]
    if (meant := intent.file.with_order) and meant not in known:
        problems.append(Problem(file, "with_order", f"意图 {meant} 不存在"))
    problems += [
        Problem(file, f"by_state.{state}", f"意图 {target} 不存在")
        for state, target in intent.file.by_state.items()
        if target not in known
    ]
    return problems
