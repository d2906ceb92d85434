"""What every fact of a shop is called and means, for the pages on which it is changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from app.desk.facts.facts_form import Field, every, fields
from app.service.places import LOCALE
from app.shop.facts import Faq, Product, Promotion, Shop
from app.strict_yaml import load_model, yes_or_no


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Word(_Strict):
    """One fact in words: its name, what it is and where a buyer meets it, an example."""

    label: str
    meaning: str
    example: str
    unit: str = ""
    pair: tuple[str, str] = ("名称", "内容")
    """Of a table, what its two columns hold."""
    long: Annotated[bool, BeforeValidator(yes_or_no)] = False


class Section(_Strict):
    """Facts that stand together on the page; a key stands for all keys below it."""

    id: str
    title: str
    keys: tuple[str, ...]

    def holds(self, key: str) -> bool:
        """Tell whether a fact belongs here."""
        return key.split(".")[0] in self.keys


Words = Mapping[str, Word]


class _File(_Strict):
    sections: tuple[Section, ...]
    choices: Mapping[str, str]
    Shop: Words
    GiftTier: Words
    Cut: Words
    Promotion: Words
    Product: Words
    Faq: Words


@dataclass(frozen=True)
class Explained:
    """The fields of each form with their words."""

    sections: tuple[Section, ...]
    choices: Mapping[str, str]
    words: Words
    shop: tuple[Field, ...]
    promotion: tuple[Field, ...]
    product: tuple[Field, ...]
    faq: tuple[Field, ...]

    def within(self, section: Section) -> list[Field]:
        """List the facts of a section."""
        return [one for one in self.shop if section.holds(one.key)]

    def needed(self) -> list[str]:
        """List what must have words: every field of every model."""
        return [key for form in (self.shop, self.promotion, self.product, self.faq) for key in every(form)]


def load() -> Explained:
    """Read `locale/facts.yaml`; raise DataError where it is wrong."""
    file = load_model(LOCALE / "facts.yaml", _File, root=LOCALE)
    parts = {name: getattr(file, name) for name in ("Shop", "GiftTier", "Cut", "Promotion", "Product", "Faq")}
    words = {f"{part}.{key}": word for part, listed in parts.items() for key, word in listed.items()}
    forms = [fields(model, about=f"{model.__name__}.") for model in (Shop, Promotion, Product, Faq)]
    return Explained(file.sections, file.choices, words, *forms)
