"""What buyers complain of: by the eight classes, by cause, by courier and by product."""

from collections import Counter
from collections.abc import Callable, Sequence

from app.desk.reports.rows import Asked
from app.desk.reports.scope import CLASSES, Names
from app.desk.reports.tables import Cell, Column, Table, share, tallies


def classes(rows: Sequence[Asked], names: Names) -> Table:
    """Count complaints by the eight classes; a message that names two counts in both."""
    negative = [row for row in rows if row.negative]
    counted = Counter(name for row in negative for name in row.classes)
    lines = []
    for name in CLASSES:
        finer = Counter(cause for row in negative for cause in row.causes if cause != name and names.dsr(cause) == name)
        said = "、".join(f"{names.cause(cause)} {count}" for cause, count in finer.most_common(3))
        lines.append(
            (
                Cell(name),
                Cell(counted[name], {"cause": (name,)}),
                Cell(share(counted[name], len(negative))),
                Cell(said),
            )
        )
    columns = (Column("归类", "label"), Column("消息"), Column("占抱怨", "share"), Column("主要是", "text"))
    note = "买家话里听出的抱怨，按 DSR 八类归。一条说了两类的两边都算，所以各类加起来可以超过 100%。"
    return Table("classes", "抱怨什么", columns, tuple(lines), note)


def causes(rows: Sequence[Asked], names: Names) -> Table:
    """Count complaints by cause, the most frequent first."""
    counted = Counter(cause for row in rows for cause in row.causes)
    whole = sum(row.negative for row in rows)
    lines = tuple(
        (
            Cell(names.cause(cause)),
            Cell(names.dsr(cause)),
            Cell(count, {"cause": (cause,)}),
            Cell(share(count, whole)),
        )
        for cause, count in counted.most_common()
    )
    columns = (Column("原因", "text"), Column("归类", "label"), Column("消息"), Column("占抱怨", "share"))
    return Table("causes", "抱怨的具体原因", columns, lines)


def couriers(rows: Sequence[Asked]) -> Table:
    """Rank the couriers by the share of messages that complain."""
    return _league(rows, "couriers", "快递排行", "快递", "courier", lambda name: name)


def products(rows: Sequence[Asked], names: Names) -> Table:
    """Rank the goods by the share of messages that complain."""
    return _league(
        rows,
        "products",
        "商品排行",
        "商品",
        "product",
        lambda sku: names.products.get(sku, sku),
    )


def _league(
    rows: Sequence[Asked],
    name: str,
    title: str,
    first: str,
    parameter: str,
    called: Callable[[str], str],
) -> Table:
    counted = tallies(rows, parameter)
    counted.pop("", None)
    ranked = sorted(counted.items(), key=lambda one: (-one[1].negative / one[1].total, -one[1].total))
    lines = tuple(
        (
            Cell(called(one)),
            Cell(tally.total, {parameter: (one,)}),
            Cell(tally.negative, {parameter: (one,), "cause": ("any",)}),
            Cell(share(tally.negative, tally.total)),
            Cell(tally.missed, {parameter: (one,), "in_time": ("missed",)}),
            Cell(tally.wait(0.5)),
        )
        for one, tally in ranked
    )
    columns = (
        Column(first, "text"),
        Column("消息"),
        Column("抱怨"),
        Column("抱怨占比", "share"),
        Column("超时"),
        Column("等待中位", "seconds"),
    )
    note = "抱怨占比高的在前；消息少的占比跳得厉害，先看条数。"
    return Table(name, title, columns, lines, note)
