"""Put together what answers public reviews; needs no model."""

from app.pipeline import Knowledge, ShopDesk, load_knowledge, open_shop
from app.reply.reviews import Reviewer
from app.settings import Settings
from app.shop.load import load_shop


def reviewer(knowledge: Knowledge, desk: ShopDesk) -> Reviewer:
    """Answer the reviews of a shop that is open already."""
    return Reviewer(
        desk.counter.shop,
        desk.counter.goods,
        desk.drafter.scripts,
        knowledge.linter,
        knowledge.reader.normaliser,
        knowledge.ear,
        knowledge.settings.max_text,
        knowledge.ratings,
    )


def open_reviewer(settings: Settings, shop: str) -> Reviewer:
    """Answer the reviews of `shop`, read from its folder."""
    knowledge = load_knowledge(settings)
    return reviewer(knowledge, open_shop(knowledge, load_shop(settings.shops, shop)))
