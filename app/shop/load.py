"""Read a shop's folder strictly: every fault is listed with file, line or key, value and fix."""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ValidationError

from app.errors import DataError, NotFoundError, Problem
from app.shop.facts import Faq, GiftTier, Product, Promotion, Shop
from app.strict_yaml import load_file, load_model, problems_of, relative

Row = TypeVar("Row", bound=BaseModel)
_SHOP_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")
_LISTS = frozenset({"aliases", "goes_with", "asks"})
_TABLES = frozenset({"attributes", "sizes"})


@dataclass(frozen=True)
class ShopData:
    """One shop: its facts, goods, promotions and frequent questions."""

    id: str
    facts: Shop
    products: Mapping[str, Product]
    promotions: tuple[Promotion, ...]
    faq: tuple[Faq, ...]
    scripts: Path
    """Where the shop keeps its own scripts; need not exist."""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.facts.timezone)


def list_shops(folder: Path) -> list[str]:
    """List the shops that have a `shop.yaml`."""
    return sorted(path.parent.name for path in folder.glob("*/shop.yaml"))


def load_shop(folder: Path, shop: str) -> ShopData:
    """Read one shop; raise NotFoundError or DataError with every fault."""
    home = folder / shop
    if not _SHOP_ID.fullmatch(shop) or not (home / "shop.yaml").is_file():
        known = "、".join(list_shops(folder)) or "（一个也没有）"
        raise NotFoundError("unknown_shop", f"没有店铺「{shop[:40]}」，现有：{known}", "shop")
    problems: list[Problem] = []

    def collect(read: Callable[[], Any], fallback: Any) -> Any:
        try:
            return read()
        except DataError as error:
            problems.extend(error.problems)
            return fallback

    facts = collect(lambda: load_model(home / "shop.yaml", Shop, root=folder), None)
    products = collect(lambda: _read_csv(home / "products.csv", Product, folder), None)
    promotions = collect(lambda: _read_promotions(home / "promotions.yaml", folder), ())
    faq = collect(lambda: _read_csv(home / "faq.csv", Faq, folder), ())
    tiers = facts.gift_tiers if facts else ()
    if products is not None:
        problems.extend(_named_twice(shop, products))
        problems.extend(_strays(shop, products, promotions, faq, tiers))
    problems.extend(
        Problem(f"{shop}/promotions.yaml", promotion.id, "end 要晚于 start")
        for promotion in promotions
        if promotion.end <= promotion.start
    )
    if facts is not None:
        problems.extend(_settings_faults(shop, facts))
    if problems:
        raise DataError(problems)
    return ShopData(shop, facts, {product.sku: product for product in products}, promotions, faq, home / "scripts")


def _read_promotions(path: Path, root: Path) -> tuple[Promotion, ...]:
    if not path.is_file():
        return ()
    name = relative(path, root)
    entries = load_file(path, root=root) or []
    if not isinstance(entries, list):
        raise DataError([Problem(name, "", "应当是一个列表，每个活动以「- id:」开头")])
    found, problems = [], []
    for at, entry in enumerate(entries, 1):
        try:
            found.append(Promotion.model_validate(entry))
        except ValidationError as error:
            problems.extend(problems_of(error, name=f"{name} 第 {at} 个活动"))
    if problems:
        raise DataError(problems)
    return tuple(found)


def _read_csv(path: Path, model: type[Row], root: Path) -> tuple[Row, ...]:
    """Read a table whose header holds the model's field names."""
    name = relative(path, root)
    if not path.is_file():
        return ()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError([Problem(name, "", "不是 UTF-8 编码，请用「CSV UTF-8」另存")]) from error
    reader = csv.DictReader(io.StringIO(text), strict=True)
    found: list[Row] = []
    problems: list[Problem] = []
    try:
        if faults := _header_faults(reader.fieldnames or (), model):
            raise DataError([Problem(f"{name} 第 1 行", column, advice) for column, advice in faults])
        for row in reader:
            where = f"{name} 第 {reader.line_num} 行"
            if None in row or None in row.values():
                problems.append(Problem(where, "", f"列数不对，应为 {len(reader.fieldnames or [])} 列"))
                continue
            try:
                cells = {key: _cell(key, value) for key, value in row.items() if value != "" or key in ("sku", "name")}
                found.append(model.model_validate(cells))
            except ValidationError as error:
                problems.extend(problems_of(error, name=where))
            except ValueError as error:
                problems.append(Problem(where, "", str(error)))
    except csv.Error as error:
        problems.append(Problem(name, f"第 {reader.line_num} 行", f"表格读不懂：{error}，检查引号"))
    if problems:
        raise DataError(problems)
    return tuple(found)


def _header_faults(header: Sequence[str], model: type[BaseModel]) -> list[tuple[str, str]]:
    """List the columns that nobody reads, that stand twice, or that every row needs and the header lacks."""
    needed = [name for name, field in model.model_fields.items() if field.is_required()]
    faults = [
        (column, "不认识这一列，检查第一行是不是列名，改对或删掉")
        for column in header
        if column not in model.model_fields
    ]
    faults += [(column, "这一列写了两次，删掉一列") for column in dict.fromkeys(header) if header.count(column) > 1]
    return faults + [(column, "缺这一列，请补上") for column in needed if column not in header]


def _cell(key: str, value: str) -> object:
    value = value.strip()
    parts = [part.strip() for part in value.split("|") if part.strip()]
    if key in _LISTS:
        return tuple(parts)
    if key in _TABLES:
        table: dict[str, str] = {}
        for part in parts:
            name, equals, content = part.partition("=")
            if not equals or not name.strip() or not content.strip():
                raise ValueError(f"{key}：「{part}」应写成 名称=内容，多项用 | 隔开")
            table[name.strip()] = content.strip()
        return table
    return value


def _named_twice(shop: str, products: tuple[Product, ...]) -> list[Problem]:
    """List skus, item numbers and names that two products share."""
    problems: list[Problem] = []
    seen: dict[str, Product] = {}
    for product in products:
        for key in {product.sku, product.item_id, product.name} - {""}:
            if key in seen:
                text = f"「{key}」和 {seen[key].sku}（{seen[key].name}）重了，要各不相同"
                problems.append(Problem(f"{shop}/products.csv", product.sku, text))
            seen[key] = product
    return problems


def _strays(
    shop: str,
    products: tuple[Product, ...],
    promotions: tuple[Promotion, ...],
    faq: tuple[Faq, ...],
    tiers: tuple[GiftTier, ...],
) -> list[Problem]:
    """List skus that a file names and no product has."""
    skus = {product.sku for product in products}
    named = [(f"{shop}/products.csv", f"{product.sku}.goes_with", product.goes_with) for product in products]
    named += [(f"{shop}/promotions.yaml", f"{promotion.id}.skus", promotion.skus) for promotion in promotions]
    named += [(f"{shop}/promotions.yaml", f"{one.id}.prices", tuple(one.prices)) for one in promotions]
    named += [(f"{shop}/promotions.yaml", f"{one.id}.except_skus", one.except_skus) for one in promotions]
    named += [
        (f"{shop}/promotions.yaml", f"{promotion.id}.gift_tiers", tuple(tier.sku for tier in promotion.gift_tiers))
        for promotion in promotions
    ]
    named += [(f"{shop}/shop.yaml", "gift_tiers", tuple(tier.sku for tier in tiers))]
    named += [(f"{shop}/faq.csv", row.asks[0], (row.sku,)) for row in faq if row.sku]
    return [
        Problem(file, key, f"货号 {sku} 不在 products.csv 里")
        for file, key, listed in named
        for sku in listed
        if sku not in skus
    ]


def _settings_faults(shop: str, facts: Shop) -> list[Problem]:
    file = f"{shop}/shop.yaml"
    problems = []
    if facts.authority.goodwill.min > facts.authority.goodwill.max:
        problems.append(Problem(file, "authority.goodwill", "min 不能大于 max"))
    try:
        ZoneInfo(facts.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of zones is an OSError
        problems.append(Problem(file, "timezone", f"没有时区「{facts.timezone}」，写成 Asia/Shanghai"))
    known = {
        "address": {"province", "city", "district", "detail", "name", "phone"},
        "delay": {"month", "day"},
        "gift": {"name", "sku", "qty"},
        "tier_swap": {"low", "high", "sku", "qty"},
        "refund": {"reason", "amount"},
        "payment": {"reason", "amount"},
        "note": {"text"},
    }
    for key, names in known.items():
        format_ = getattr(facts.remarks, key)
        used = set(re.findall(r"\{(\w*)\}", format_))
        if used - names or set("{}") & set(re.sub(r"\{\w+\}", "", format_)):
            problems.append(Problem(file, f"remarks.{key}", f"花括号里只能写 {'、'.join(sorted(names))}"))
    return problems
