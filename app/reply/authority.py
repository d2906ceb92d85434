"""What this agent may grant now, and what needs the lead: all limits come from the shop's settings.

The lowest level that can solve it decides; none of this is ever shown to the buyer.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from app.records import Authority, Order
from app.reply.briefing import Briefing
from app.shop.facts import Shop, money


@dataclass(frozen=True, slots=True)
class Standing:
    """What a limit is judged on."""

    shop: Shop
    briefing: Briefing
    order: Order
    pressed: bool = False
    """Whether the buyer offers silence or a review for money."""


Rule = Callable[[Standing], Authority | None]


def authority_for(intent: str, flow: str, standing: Standing) -> Authority | None:
    """Give what may be granted for `intent`; None where nothing is asked for."""
    if flow == "risk":
        return Authority("受理并收凭证", "不承诺、不下结论", "lead", "涉及售假、安全、倍数赔偿或投诉升级，由主管处理")
    rule = _RULES.get(intent)
    found = rule(standing) if rule else None
    return _once(found, standing) if found and rule in _GRANTS else found


def _once(found: Authority, standing: Standing) -> Authority:
    """Leave a second grant on one order, and any grant under pressure, to the lead."""
    if found.needs is None and not found.granted:
        return found
    if standing.briefing.given:
        return replace(found, granted="", needs="lead", why=f"这单已经给过（{standing.briefing.given}），再给由主管定")
    if standing.pressed:
        return replace(found, granted="", needs="lead", why="拿评价或投诉来换钱，给不给由主管定；聊天截图留好")
    return found


def _goodwill(standing: Standing) -> Authority:
    low, high = standing.shop.authority.goodwill.min, standing.shop.authority.goodwill.max
    if not high:
        return Authority("", "本店客服不能自己给安抚金", "lead", "没有可以自己定的安抚金，由主管决定")
    granted = f"安抚金{money(low)}–{money(high)}元"
    limit = f"每单不超过{money(high)}元；打款后不可撤回"
    asked = standing.briefing.asked_amount
    if asked is not None and asked > high:
        return Authority(granted, limit, "lead", f"买家要{money(asked)}元，超出上限{money(high)}元")
    if standing.order.status in (None, "unpaid"):
        return Authority("", limit, "lead", "还看不到已付款的订单，先核实再谈补偿")
    return Authority(granted, limit, None, "与评价、撤诉无关，只因这次没做好")


def _protection(standing: Standing) -> Authority:
    limits = standing.shop.authority
    if not limits.price_protection_days:
        return Authority("", "本店没有价保", "lead", "店里没有价保，要退差价由主管决定")
    limit = f"签收{limits.price_protection_days}天内" + ("" if limits.price_protection_on_flash else "，限时抢购除外")
    state = standing.briefing.variables["protection"]
    if state == "ok":
        return Authority("退差价", limit, None, "在价保期内，核对当时成交价和现价后打款，备注插旗")
    why = {
        "late": f"已签收{standing.briefing.variables['signed_days']}天，过了价保期",
        "flash": "现价是限时抢购价，不在价保内",
    }.get(state, "不知道签收日期，先查订单")
    return Authority("", limit, "lead" if state else None, why)


def _gift(standing: Standing) -> Authority | None:
    limits = standing.shop.authority
    limit = f"差{money(limits.gift_gap)}元以内可加赠满赠礼包" if limits.gift_gap else "不够档的不加赠满赠礼包"
    limit += "" if limits.gifts_in_campaign else "；大促期间不加赠"
    tier, reached = standing.briefing.tier, standing.briefing.lower_tier
    if not standing.briefing.variables["gifts_text"]:
        return Authority("", limit, "lead", "现在没有满赠，要送由主管决定")
    if tier is None and reached is not None:
        return Authority("", limit, None, f"已够最高的满{money(reached.over)}元这档，按{reached.name}配")
    if tier is None:
        return Authority("", limit, None, "看不到订单金额，先问清买多少")
    gap = standing.briefing.variables["gift_gap"]
    if standing.briefing.variables["gift_near"]:
        return Authority(f"加赠{tier.name}", limit, None, f"离满{money(tier.over)}元只差{gap}元")
    if standing.briefing.campaign and not limits.gifts_in_campaign:
        return Authority("", limit, "lead", "大促期间不另加赠品，怕耽误审单和发货")
    return Authority("", limit, "lead", f"离满{money(tier.over)}元还差{gap}元，超出可加赠的范围")


def _after_dispatch(standing: Standing) -> Authority | None:
    if standing.order.status == "shipped":
        return Authority("联系快递改派或截回", "不能直接答应改", None, "已发出，改不改得成要看快递")
    return None


def _refund_only(standing: Standing) -> Authority | None:
    if standing.order.status in ("unpaid", "unshipped"):
        return None
    return Authority("退货退款、换货、补发", "收到货后只退款不退货", "lead", "收到货的仅退款要主管看凭证后定")


_RULES: dict[str, Rule] = {
    "compensation_request": _goodwill,
    "service_complaint": _goodwill,
    "bad_review_threat": _goodwill,
    "damaged_item": _goodwill,
    "quality_defect": _goodwill,
    "dislike_unfit": _goodwill,
    "not_as_described": _goodwill,
    "price_protection": _protection,
    "gift_query": _gift,
    "bargain": _gift,
    "change_address": _after_dispatch,
    "change_order": _after_dispatch,
    "refund_only": _refund_only,
}

_GRANTS = frozenset({_goodwill, _protection, _gift})
"""Rules that give money or goods away: each order gets that once."""

RULED = frozenset(_RULES)
"""Intents that have a rule of their own."""
