"""Understand a shop's own table of goods: its encoding, its column heads, and how its cells are written."""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import RequestError
from app.tables import Row, read_rows

HEADS: Mapping[str, tuple[str, ...]] = {
    "sku": ("货号", "商家编码", "商品编码", "商家货号", "sku编码", "规格编码", "商品货号", "款号"),
    "item_id": ("商品id", "宝贝id", "商品编号", "平台商品号", "商品号", "itemid", "spuid", "链接id"),
    "name": ("简称", "短名", "商品简称", "名称", "商品名", "品名", "短标题"),
    "title": ("标题", "商品标题", "宝贝标题", "商品名称", "宝贝名称", "商品全称"),
    "aliases": ("别名", "别称", "关键词", "搜索词"),
    "category": ("品类", "类目", "分类", "商品分类", "商品类目"),
    "price": ("价格", "售价", "单价", "一口价", "拼单价", "团购价", "销售价", "现价", "商品价格"),
    "stock": ("库存", "库存数量", "数量", "可售库存", "现货", "库存数", "商品库存"),
    "restock": ("到货时间", "到货", "补货时间", "几时到货"),
    "attributes": ("属性", "商品属性", "参数", "规格参数", "商品参数"),
    "usage": ("用法", "使用方法", "怎么用", "使用说明"),
    "fits": ("适用", "适用人群", "适合", "适用范围"),
    "sizes": ("尺码", "尺码表", "尺寸表"),
    "goes_with": ("搭配", "关联货号", "搭配货号", "关联商品", "推荐搭配"),
    "no_reason": ("无理由退货", "七天无理由", "7天无理由", "无理由", "支持无理由"),
    "flash": ("抢购", "限时抢购", "参加抢购", "秒杀"),
}
"""Field → how shops and platforms head its column; the field's own name always counts."""
_KEYS = {name: key for key, names in HEADS.items() for name in (key.replace("_", ""), *names)}
_LOOKED_AT = 6
_NEEDED_HITS = 2
_MOST_ROWS = 20_000
_MOST_UNPACKED = 200_000_000
_YES = frozenset({"是", "1", "y", "yes", "true", "√", "有", "支持", "参加"})
_NO = frozenset({"否", "0", "n", "no", "false", "×", "x", "无", "不支持", "不参加"})
_SPLIT = re.compile(r"[|、,;/\n]+")
_POWER = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
_SIGNS = re.compile(r"[¥￥,\s元]")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table: its head, and the field it fills; empty where nobody reads it."""

    title: str
    key: str


def keep(folder: Path, stem: str, name: str, data: bytes) -> Path:
    """Put an uploaded table into a folder, CSV as UTF-8; raise RequestError where it is none."""
    suffix = Path(name).suffix.lower()
    if suffix == ".xlsx" or data.startswith(b"PK\x03\x04"):
        _bounded(data)
        path = folder / f"{stem}.xlsx"
        path.write_bytes(data)
        return path
    if suffix not in (".csv", ".tsv", ".txt"):
        raise RequestError("bad_table", "只收 CSV 和 .xlsx 表格，请在 Excel 里另存为其中一种", "file")
    path = folder / f"{stem}.csv"
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(_separated(_decoded(data)))
    path.write_text(written.getvalue(), encoding="utf-8", newline="")
    return path


def rows_of(path: Path) -> list[Row]:
    """Read a kept table; raise RequestError where it is damaged or too long."""
    rows = read_rows(path)
    if len(rows) > _MOST_ROWS:
        raise RequestError("bad_table", f"有 {len(rows)} 行，一次最多 {_MOST_ROWS} 行，请分几次导入", "file")
    return rows


def head_of(rows: Sequence[Row]) -> tuple[int, tuple[Column, ...], list[tuple[int, str, str]]]:
    """Find the row of heads among the first ones; give its place, the columns, and faults as row, head, advice."""
    if not rows:
        return 0, (), [(0, "", "表是空的")]
    hits = [sum(bool(_key(cell)) for cell in row.cells) for row in rows[:_LOOKED_AT]]
    start = next((at for at, count in enumerate(hits) if count >= _NEEDED_HITS), 0)
    columns = tuple(Column(title, _key(title)) for title in rows[start].cells)
    number, keys = rows[start].number, [one.key for one in columns]
    faults = [
        (number, one.title, f"和「{columns[keys.index(one.key)].title}」是同一项，删掉一列")
        for at, one in enumerate(columns)
        if one.key and keys.index(one.key) < at
    ]
    if "sku" not in keys and "item_id" not in keys:
        faults.append((number, "", "没有“货号”或“商品ID”这一列，表头写成 货号、标题、价格、库存 这样"))
    return start, columns, faults


def clean(cell: str, shape: str) -> str:
    """Write a cell as the shop's own file would: yes and no, plain amounts, lists parted by |."""
    cell = unicodedata.normalize("NFC", cell).strip()
    if shape in ("money", "count"):
        return _SIGNS.sub("", cell).removesuffix("件")
    if shape == "flag":
        folded = cell.casefold()
        return "是" if folded in _YES else "否" if folded in _NO else cell
    if shape == "list":
        parts = _SPLIT.split(cell.replace("，", ",").replace("；", ";").replace("｜", "|"))
        return "|".join(part.strip() for part in parts if part.strip())
    if shape == "table":
        parts = re.split(r"[|\n]+", cell.replace("｜", "|").replace("＝", "="))
        return "|".join(_pair(part) for part in parts if part.strip())
    return cell


def oddity(key: str, value: str, shapes: Mapping[str, str]) -> str:
    """Say what is wrong with a cell that a model would let pass, empty where nothing is."""
    if key in ("sku", "item_id") and _POWER.fullmatch(value) and "+" in value:
        return f"「{value}」被 Excel 改成了科学计数，原来的数字丢了；把这一列设成文本再导出"
    if shapes[key] == "table":
        for part in filter(None, value.split("|")):
            name, equals, content = part.partition("=")
            if not (equals and name and content):
                return f"「{part}」应写成 名称=内容，多项用 | 隔开"
    return ""


def _pair(part: str) -> str:
    """Write 名称=内容, also where it came as 名称：内容."""
    part = part.strip()
    if "=" not in part:
        name, colon, content = part.replace("：", ":").partition(":")
        return f"{name.strip()}={content.strip()}" if colon else part
    name, _, content = part.partition("=")
    return f"{name.strip()}={content.strip()}"


def _key(title: str) -> str:
    bare = re.sub(r"[（(\[【].*?[）)\]】]|[\s*＊_:：]", "", unicodedata.normalize("NFKC", title)).casefold()
    return _KEYS.get(bare, "")


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise RequestError("bad_table", "看不懂这个文件的编码，请在 Excel 里另存为“CSV UTF-8”或 .xlsx", "file")


def _separated(text: str) -> list[list[str]]:
    """Part a text into rows, by what its first lines are parted with."""
    first = "\n".join(text.splitlines()[:_LOOKED_AT])
    mark = max("\t,;", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    except csv.Error as error:
        raise RequestError("bad_table", f"表格读不懂：{error}，检查引号，或另存为 .xlsx", "file") from error


def _bounded(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(one.file_size for one in packed.infolist())
    except zipfile.BadZipFile as error:
        fix = "文件打不开：可能写坏了、有密码，或是旧的 .xls，请在 Excel 里另存为 .xlsx"
        raise RequestError("bad_table", fix, "file") from error
    if size > _MOST_UNPACKED:
        raise RequestError("bad_table", "表格展开后太大，请只留商品这一页，分几次导入", "file")
