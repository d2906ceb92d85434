"""Read a shop's folder strictly: every fault is listed with file, line or key, value and fix."""

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ValidationError

from app.errors import DataError, NotFoundError, Problem
from app.shop.facts import Faq, Product, Promotion, Shop
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
    products = collect(lambda: _read_csv(home / "products.csv", Product, folder), ())
    promotions = collect(lambda: _read_promotions(home / "promotions.yaml", folder), ())
    faq = collect(lambda: _read_csv(home / "faq.csv", Faq, folder), ())
    if facts is not None:
        problems.extend(_cross_check(shop, facts, products, promotions, faq))
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


def _cross_check(
    shop: str, facts: Shop, products: tuple[Product, ...], promotions: tuple[Promotion, ...], faq: tuple[Faq, ...]
) -> list[Problem]:
    """List what the files say of each other that does not hold."""
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    for product in products:
        for key in filter(None, (product.sku, product.item_id, product.name)):
            if key in seen and seen[key] != product.sku:
                problems.append(
                    Problem(f"{shop}/products.csv", product.sku, f"「{key}」和 {seen[key]} 重了，要各不相同")
                )
            seen[key] = product.sku
    skus = {product.sku for product in products}
    named = [(f"{shop}/products.csv", f"{product.sku}.goes_with", product.goes_with) for product in products]
    named += [(f"{shop}/promotions.yaml", f"{promotion.id}.skus", promotion.skus) for promotion in promotions]
    named += [
        (f"{shop}/promotions.yaml", f"{promotion.id}.gift_tiers", tuple(tier.sku for tier in promotion.gift_tiers))
        for promotion in promotions
    ]
    named += [(f"{shop}/shop.yaml", "gift_tiers", tuple(tier.sku for tier in facts.gift_tiers))]
    named += [(f"{shop}/faq.csv", row.asks[0], (row.sku,)) for row in faq if row.sku]
    problems += [
        Problem(file, key, f"货号 {sku} 不在 products.csv 里")
        for file, key, listed in named
        for sku in listed
        if sku not in skus
    ]
    problems += [
        Problem(f"{shop}/promotions.yaml", promotion.id, "end 要晚于 start")
        for promotion in promotions
        if promotion.end <= promotion.start
    ]
    problems += _settings_faults(shop, facts)
    return problems


def _settings_faults(shop: str, facts: Shop) -> list[Problem]:
    file = f"{shop}/shop.yaml"
    problems = []
    if facts.authority.goodwill.min > facts.authority.goodwill.max:
        problems.append(Problem(file, "authority.goodwill", "min 不能大于 max"))
    try:
        ZoneInfo(facts.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        problems.append(Problem(file, "timezone", f"没有时区「{facts.timezone}」，写成 Asia/Shanghai"))
    known = {
        "address": {"province", "city", "district", "detail", "name", "phone"},
        "delay": {"month", "day"},
        "gift": {"name", "sku", "qty"},
        "tier_swap": {"low", "high", "sku", "qty"},
        "refund": {"reason", "amount"},
        "note": {"text"},
    }
    for key, names in known.items():
        format_ = getattr(facts.remarks, key)
        used = set(re.findall(r"\{(\w*)\}", format_))
        if used - names or re.sub(r"\{\w+\}", "", format_).count("{"):
            problems.append(Problem(file, f"remarks.{key}", f"花括号里只能写 {'、'.join(sorted(names))}"))
    return problems
