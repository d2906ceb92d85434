"""Change the files of a shop: the whole shop is checked first, then the file is written in one step."""

import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from app.errors import MiaohuiError, NotFoundError, RequestError
from app.shop.load import ShopData, list_shops, load_shop

Kind = Literal["facts", "promotions", "products", "faq"]
FILES: dict[Kind, str] = {
    "facts": "shop.yaml",
    "promotions": "promotions.yaml",
    "products": "products.csv",
    "faq": "faq.csv",
}
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class Written:
    """One file as it was and as it is now."""

    shop: str
    kind: Kind
    name: str
    before: str
    text: str


class ShopFiles:
    """Read, check and write what lies in `shops/<id>/`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, shop: str, kind: Kind) -> Path:
        """Say where a file of a shop lies; raise NotFoundError where there is no such shop."""
        if shop not in list_shops(self._folder):
            raise NotFoundError("unknown_shop", f"没有店铺「{shop[:40]}」", "shop")
        return self._folder / shop / FILES[kind]

    def read(self, shop: str, kind: Kind) -> str:
        """Give the text of a file as it lies, line ends and mark of the encoding included; empty where there is none.

        A file that is not UTF-8 is read with what does not fit left out: the loader has refused it already.
        """
        path = self.path(shop, kind)
        return path.read_bytes().decode("utf-8", "replace") if path.is_file() else ""

    def check(self, shop: str, kind: Kind, text: str) -> ShopData:
        """Load the shop as it would be with this text; raise DataError with every fault."""
        self.path(shop, kind)
        with tempfile.TemporaryDirectory(prefix="miaohui-") as scratch:
            copy = Path(scratch) / shop
            copy.mkdir()
            for name in FILES.values():
                source = self._folder / shop / name
                if source.is_file():
                    shutil.copyfile(source, copy / name)
            (copy / FILES[kind]).write_bytes(text.encode())
            return load_shop(Path(scratch), shop)

    def change(
        self, shop: str, kind: Kind, text: str, *, seen: str, then: Callable[[str], object] | None = None
    ) -> Written:
        """Check, write in one step, then let `then` use the shop; where that fails, the old text comes back.

        `seen` is the mark of the text that the change was made on: another text in between refuses the change.
        """
        with _ONE_AT_A_TIME:
            before = self.read(shop, kind)
            if mark(before) != seen:
                raise RequestError("changed_meanwhile", f"{FILES[kind]} 刚被别人改过，请刷新页面再改", "seen")
            self.check(shop, kind, text)
            path = self.path(shop, kind)
            existed = path.is_file()
            write(path, text)
            try:
                if then is not None:
                    then(shop)
            except MiaohuiError:
                if existed:
                    write(path, before)
                else:
                    path.unlink()
                raise
        return Written(shop, kind, FILES[kind], before, text)


def mark(*texts: str) -> str:
    """Give a short mark that changes with the texts."""
    whole = hashlib.sha256()
    for text in texts:
        whole.update(text.encode())
        whole.update(b"\0")
    return whole.hexdigest()[:20]


def write(path: Path, text: str) -> None:
    """Replace a file in one step: a reader sees the old text or the new one, never half of it."""
    target = path.resolve()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, name)
        else:
            Path(name).chmod(0o644)
        Path(name).replace(target)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise RequestError("not_written", f"写不了 {path.name}：{error.strerror}，检查磁盘和文件夹权限") from error
