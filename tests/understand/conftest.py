"""The shipped reader, and a small model over four made-up intents."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.settings import Settings
from app.understand import catalogue as catalogues
from app.understand import reader as readers
from app.understand.artefact import Artefact
from app.understand.catalogue import Catalogue
from app.understand.reader import Reader
from app.understand.train import train

INTENTS = {
    "aftersales/refund_request": ["我要退款", "退款", "申请退款", "能退款吗", "东西不要了退款", "退钱给我", "怎么退款"],
    "logistics/urge_shipment": ["怎么还没发货", "快点发货", "什么时候发货", "今天能发货吗", "催一下发货", "发货了吗"],
    "presale/coupon_promo": ["有优惠券吗", "优惠券怎么领", "有活动吗", "满减怎么算", "优惠多少", "领不到优惠券"],
    "chat/greeting": ["你好", "在吗", "您好", "有人吗", "客服在吗", "你好呀"],
}
ENDINGS = ("", "呢", "啊", "亲")

WriteIntent = Callable[..., Path]


def intent_yaml(examples: list[str], *, flow: str = "reception", more: str = "") -> str:
    lines = "".join(f"  - {example}\n" for example in examples)
    return f"title: 标题\ndefinition: 买家这样说\nflow: {flow}\nexamples:\n{lines}{more}"


@pytest.fixture(scope="session")
def reader(settings: Settings) -> Reader:
    return readers.build(settings.lexicon, cache=settings.var)


@pytest.fixture(scope="session")
def small_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder = tmp_path_factory.mktemp("small") / "intents"
    for place, examples in INTENTS.items():
        path = folder / f"{place}.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(intent_yaml([text + end for text in examples for end in ENDINGS]), encoding="utf-8")
    return catalogues.load(folder)


@pytest.fixture(scope="session")
def small_model(small_catalogue: Catalogue, reader: Reader) -> Artefact:
    return train(small_catalogue.lines(), reader, data_hash="small")


@pytest.fixture
def write_intent(tmp_path: Path) -> WriteIntent:
    """Write `intents/<place>.yaml` below a folder of the test's own and give `intents`."""

    def write(place: str, content: str | bytes) -> Path:
        path = tmp_path / "intents" / f"{place}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path / "intents"

    return write
