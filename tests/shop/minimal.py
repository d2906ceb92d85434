"""The smallest shop that loads, written wherever a test wants it."""

from pathlib import Path

SHOP = """\
name: 小店
platform: taobao
genuine: 有进货单
warranty: 质保1年
bulk_from: 10
hours: 9点到18点
couriers:
  default: [中通]
shipping:
  ship_from: 杭州
  promise_hours: 48
  cutoff: 16:00
  weekend: 否
  fee: 6
  free_over: 39
  days: 2-4天
  far_days: 5-8天
returns:
  no_reason_days: 7
  insured: 是
  refund_days: 2
  address:
    region: 杭州
    detail: 一号仓
    name: 售后
    phone: 0571-00000000
invoice:
  kinds: [电子普票]
  days: 3
  how: 订单页申请
authority:
  goodwill: {min: 3, max: 5}
  price_protection_days: 15
  price_protection_on_flash: 否
  gift_gap: 10
  gifts_in_campaign: 否
gift_tiers:
  - {over: 99, sku: G1, name: 小礼包}
remarks:
  address: "{province}{city}{district}{detail} {name} {phone}"
  delay: "{month}月{day}日发货"
  gift: "加送{name} {sku}*{qty}"
  tier_swap: "去{low}送{high} {sku}*{qty}"
  refund: "{reason}退{amount}元"
  note: "{text}"
follow_up: {soon: 30m, today: 4h, tomorrow: 1d, days: 2d}
reply_clock: {limit_s: 180, opens: 08:00, closes: 23:00}
"""
PRODUCTS = """\
sku,item_id,name,title,aliases,category,price,stock,attributes,goes_with
A1,1001,抽纸,抽纸整箱,面巾纸|纸巾,纸品,39.90,5,材质=木浆|规格=24包,G1
G1,1002,小礼包,试吃小礼包,,零食,9.90,100,,
"""
PROMOTIONS = """\
- id: winter
  title: 冬季满减
  kind: standing
  start: 2026-01-01T00:00:00+08:00
  end: 2027-01-01T00:00:00+08:00
  text: 满99减5
  skus: [A1]
"""
FAQ = """\
asks,answer,sku
包邮吗|邮费多少,满39元包邮。,
掉屑吗|起毛吗,不掉屑。,A1
"""
FILES = {"shop.yaml": SHOP, "products.csv": PRODUCTS, "promotions.yaml": PROMOTIONS, "faq.csv": FAQ}


def write(shops: Path, name: str = "mini", /, **changed: str | bytes) -> Path:
    """Write the shop below `shops`; `changed` replaces a file by its stem (shop, products, promotions, faq)."""
    home = shops / name
    home.mkdir(parents=True, exist_ok=True)
    for file, text in FILES.items():
        content = changed.get(file.split(".")[0], text)
        (home / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    return home
