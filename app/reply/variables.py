"""Everything a script may name. Text fields are "" where the fact is unknown; scripts say so or ask."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Variables:
    """Hold the flat facts that scripts are filled with."""

    # style and conversation
    brief: bool = False
    standard: bool = False
    soothing: bool = False
    second: bool = False
    more: bool = False
    opening: bool = False
    continued: bool = False
    we_asked: bool = False
    we_promised: bool = False
    chosen: str = ""
    topic: str = ""
    facet: str = ""
    repeat: int = 0
    upset: bool = False
    furious: bool = False
    sad: bool = False
    dear: str = ""
    emoji: str = ""

    # shop
    shop_name: str = ""
    ship_from: str = ""
    cutoff: str = ""
    before_cutoff: bool = False
    promise_hours: int = 0
    weekend: bool = False
    couriers: str = ""
    courier_usual: str = ""
    on_request: str = ""
    fee: str = ""
    free_over: str = ""
    free_all: bool = False
    days: str = ""
    far_days: str = ""
    far_regions: str = ""
    not_served: str = ""
    no_reason_days: int = 0
    insured: bool = False
    refund_days: int = 0
    return_address: str = ""
    invoice_kinds: str = ""
    invoice_days: int = 0
    invoice_how: str = ""
    genuine: str = ""
    warranty: str = ""
    hours: str = ""
    bulk_from: int = 0
    protection_days: int = 0

    # what the buyer named
    asked_courier: str = ""
    asked_courier_ok: bool = False
    asked_courier_refused: bool = False
    asked_courier_note: str = ""
    asked_region: str = ""
    region_far: bool = False
    region_served: bool = True
    region_fee: str = ""
    region_postage: str = ""
    eta_text: str = ""
    eta_dates: str = ""
    asked_date: str = ""
    asked_size: str = ""
    asked_amount: str = ""
    asked_qty: int = 0
    address_given: bool = False
    phone_given: bool = False
    order_no_given: bool = False
    photo_given: bool = False
    photo_now: bool = False
    body_given: bool = False

    # product
    product: str = ""
    product_price: str = ""
    product_stock: int = 0
    in_stock: bool = False
    sold_out: bool = False
    restock: str = ""
    product_spec: str = ""
    product_answer: str = ""
    product_yes: bool = False
    product_no: bool = False
    product_silent: bool = False
    product_specs: str = ""
    compare: str = ""
    pick: str = ""
    pick_price: str = ""
    pick_reason: str = ""
    pick_with: str = ""
    pick2: str = ""
    pick2_price: str = ""
    product_usage: str = ""
    product_fits: str = ""
    size_pick: str = ""
    sizes_text: str = ""
    partner: str = ""
    partner_price: str = ""
    alternative: str = ""
    alternative_price: str = ""
    returnable: bool = True
    total: str = ""
    sum_text: str = ""
    sum_qty: int = 0
    sum_free: bool = False
    several: bool = False
    to_pay: str = ""
    cut_now: str = ""
    cut_over: str = ""
    cut_gap: str = ""
    cut_off: str = ""
    cut_near: bool = False
    free_gap: str = ""
    free_qty: int = 0
    unit_text: str = ""

    # promotion
    promo: str = ""
    promo_title: str = ""
    promo_end: str = ""
    promo_limit: str = ""
    campaign: bool = False
    flash: bool = False
    next_promo: str = ""
    next_promo_title: str = ""
    next_promo_from: str = ""
    next_price: str = ""
    next_limit: str = ""
    next_promo_flash: bool = False
    flash_asked: bool = False
    pieces_asked: bool = False
    next_promo_start: int = -1
    gifts_text: str = ""
    gift: str = ""
    gift_over: str = ""
    gift_gap: str = ""
    gift_near: bool = False
    gift_have: str = ""

    faq: str = ""

    # order
    has_order: bool = False
    unpaid: bool = False
    unshipped: bool = False
    shipped: bool = False
    signed: bool = False
    refunding: bool = False
    closed: bool = False
    item: str = ""
    order_qty: int = 0
    amount: str = ""
    courier: str = ""
    tracking: bool = False
    paid_ago: str = ""
    in_promise: bool = False
    overdue: bool = False
    unscanned: bool = False
    stalled_days: int = 0
    stalled: bool = False
    stalled_long: bool = False
    signed_days: int = -1
    within_no_reason: bool = True
    protection: str = ""
    given_before: bool = False

    def as_dict(self) -> dict[str, object]:
        """Give the names and values that a template sees."""
        return {name: getattr(self, name) for name in NAMES}


NAMES: tuple[str, ...] = tuple(field.name for field in fields(Variables))
FUNCTIONS: tuple[str, ...] = ("one_of", "blank", "stage")
