"""A shop's facts: the shapes of `shop.yaml`, `promotions.yaml`, `products.csv` and `faq.csv`.

Every number that a platform or a shop may change stands there, none in code.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from app.records import Platform
from app.strict_yaml import yes_or_no


def _money(value: object) -> Decimal:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"「{value}」不是金额，写成 39 或 39.90") from None
    if not amount.is_finite() or amount < 0 or amount.as_tuple().exponent < -2:  # type: ignore[operator]
        raise ValueError(f"「{value}」不是金额：不能为负，最多两位小数")
    return amount


_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")


def _clock(value: str) -> str:
    if not _CLOCK.fullmatch(value):
        raise ValueError(f"「{value}」不是钟点，写成 16:00")
    return value


_DURATION = re.compile(r"(\d{1,3})([mhd])")


def _duration(value: object) -> timedelta:
    match = _DURATION.fullmatch(str(value))
    if not match:
        raise ValueError(f"「{value}」不是时长，写成 30m、4h 或 2d")
    unit = {"m": "minutes", "h": "hours", "d": "days"}[match[2]]
    return timedelta(**{unit: int(match[1])})


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Money = Annotated[Decimal, BeforeValidator(_money)]
Clock = Annotated[str, AfterValidator(_clock)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Flag = Annotated[bool, BeforeValidator(yes_or_no)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]


class Facts(BaseModel):
    """Refuse keys that nobody reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Couriers(Facts):
    default: tuple[Text, ...] = Field(min_length=1)
    """Couriers that the warehouse uses unasked, the usual one first."""
    on_request: Mapping[Text, Text] = Field(default_factory=dict)
    """Courier → the condition in words (补运费差价)."""
    refused: tuple[Text, ...] = ()


class Shipping(Facts):
    ship_from: Text
    promise_hours: Count
    cutoff: Clock
    """Orders paid before this clock time leave the same day."""
    weekend: Flag
    fee: Money
    free_over: Money
    """Free from this amount on; 0 means everything ships free."""
    far: Mapping[Text, Money] = Field(default_factory=dict)
    """Far region → surcharge in yuan."""
    not_served: tuple[Text, ...] = ()
    days: Text
    """Usual days on the road as a range, for instance 2-4天."""
    far_days: Text


class Address(Facts):
    region: Text
    detail: Text
    name: Text
    phone: Text


class Returns(Facts):
    no_reason_days: Count
    no_reason_except: tuple[Text, ...] = ()
    """Categories that the law exempts from returns without reason."""
    insured: Flag
    """Whether orders carry return-freight insurance."""
    refund_days: Count
    """Days within which money goes back once the goods are here."""
    address: Address


class Invoice(Facts):
    kinds: tuple[Text, ...] = Field(min_length=1)
    days: Count
    how: Text


class Goodwill(Facts):
    min: Money
    max: Money


class AuthorityLimits(Facts):
    """What an agent may grant alone."""

    goodwill: Goodwill
    price_protection_days: Count
    price_protection_on_flash: Flag
    gift_gap: Money
    """A gift tier may be granted where the order falls short of it by no more than this."""
    gifts_in_campaign: Flag


class GiftTier(Facts):
    over: Money
    sku: Text
    name: Text


class RemarkFormats(Facts):
    """The shop's order-note formats; names in braces are filled in."""

    address: Text
    delay: Text
    gift: Text
    tier_swap: Text
    refund: Text
    payment: str = ""
    """The words in the payment form beside a refund note, which the buyer reads; empty for those of the note."""
    note: Text


class FollowUpTimes(Facts):
    """How long after the reply the agent looks again."""

    soon: Duration
    today: Duration
    tomorrow: Duration
    days: Duration


class ReplyClock(Facts):
    """The platform's limit for an unanswered message, in seconds, and when it counts."""

    limit_s: Count
    opens: Clock
    closes: Clock


class Shop(Facts):
    """The content of `shop.yaml`."""

    name: Text
    platform: Platform
    category: Literal["general", "food", "cosmetics"] = "general"
    dear: str = ""
    """How buyers are addressed where it fits (亲), or nothing."""
    emoji: str = ""
    timezone: Text = "Asia/Shanghai"
    genuine: Text
    """What the shop can prove about the origin of its goods."""
    warranty: Text
    bulk_from: Count
    hours: Text
    couriers: Couriers
    shipping: Shipping
    returns: Returns
    invoice: Invoice
    authority: AuthorityLimits
    gift_tiers: tuple[GiftTier, ...] = ()
    remarks: RemarkFormats
    follow_up: FollowUpTimes
    reply_clock: ReplyClock
    review_plea: Flag = False
    """Whether replies to bad reviews may ask for another chance."""
    allowed_words: tuple[Text, ...] = ()
    """Words of this shop's own names and licences that the lint lets pass."""


class Product(Facts):
    """One row of `products.csv`."""

    sku: Text
    item_id: str = ""
    """The platform's number for the listing."""
    name: Text
    """Short name that fits into a sentence."""
    title: Text
    aliases: tuple[str, ...] = ()
    category: Text
    price: Money
    stock: Count
    restock: str = ""
    """When more comes, in words; empty where nobody knows."""
    attributes: Mapping[str, str] = Field(default_factory=dict)
    usage: str = ""
    fits: str = ""
    """For whom or what the maker says it is made."""
    sizes: Mapping[str, str] = Field(default_factory=dict)
    """Size → body measures or the like, in words."""
    goes_with: tuple[str, ...] = ()
    no_reason: Flag = True
    """Whether returns without reason apply."""
    flash: Flag = False


class Cut(Facts):
    """满减: from `over` yuan on, `off` yuan less."""

    over: Money
    off: Money


class Promotion(Facts):
    """One entry of `promotions.yaml`."""

    id: Text
    title: Text
    kind: Literal["standing", "campaign", "flash"]
    start: AwareDatetime
    end: AwareDatetime
    text: Text
    """The rule in words, as an agent would say it."""
    limit: str = ""
    skus: tuple[str, ...] = ()
    prices: Mapping[Text, Money] = Field(default_factory=dict)
    """Sku → price in yuan while the promotion runs."""
    per_buyer: Count = 0
    """How many pieces one buyer gets at `prices`; 0 where nobody wrote it: then no total is worked out from them."""
    cuts: tuple[Cut, ...] = ()
    """满减, once per order: the highest reached. Cuts of several promotions never add up, the largest counts."""
    except_skus: tuple[str, ...] = ()
    """Goods that take no part in the cuts."""
    gift_tiers: tuple[GiftTier, ...] = ()

    def covers(self, product: Product) -> bool:
        """Tell whether the product counts towards the cuts."""
        return (not self.skus or product.sku in self.skus) and product.sku not in self.except_skus

    def runs(self, now: datetime) -> bool:
        return self.start <= now < self.end


class Faq(Facts):
    """One row of `faq.csv`: how buyers ask (several ways, separated by |) and the shop's answer."""

    asks: tuple[Text, ...] = Field(min_length=1)
    answer: Text
    sku: str = ""


def money(amount: Decimal) -> str:
    """Write yuan without idle zeros: 39, 39.9."""
    text = f"{amount:.2f}".rstrip("0").rstrip(".")
    return text or "0"
