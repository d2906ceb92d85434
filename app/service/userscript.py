"""Put together what other back offices install: the userscript and the bookmark, made out for one address of ours."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from app import __version__
from app.errors import RequestError
from app.records import Platform
from app.service.places import TEMPLATES
from app.service.words import Translate, used

BACK_OFFICES = (
    ("拼多多", ("https://mms.pinduoduo.com/*",)),
    ("淘宝天猫", ("https://*.taobao.com/*", "https://*.tmall.com/*")),
    ("京东", ("https://*.jd.com/*",)),
    ("抖店", ("https://*.jinritemai.com/*",)),
    ("快手小店", ("https://*.kwaixiaodian.com/*",)),
    ("小红书", ("https://*.xiaohongshu.com/*",)),
    ("微信小店", ("https://*.weixin.qq.com/*",)),
    ("闲鱼", ("https://*.goofish.com/*",)),
)
"""Where sellers chat; the other sites that a shop names come on top."""
_SOURCES = TEMPLATES / "tools"
_HOME = re.compile(r"https?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?")
_SITE = re.compile(r"(\*\.)?([a-z0-9-]+\.)*[a-z0-9-]+")
_MOST_SITES = 20


@dataclass(frozen=True, slots=True)
class Client:
    """For whom a script is made out: where we answer, for which shop and agent, which sites besides the known."""

    home: str
    shop: str
    agent: str
    lang: str
    sites: tuple[str, ...]
    platform: Platform
    category: str
    longest: int

    @property
    def source(self) -> str:
        """Give the address that serves this very script again."""
        named = {"shop": self.shop, "agent": self.agent, "site": " ".join(self.sites), "lang": self.lang}
        return f"{self.home}/miaohui.user.js?{urlencode({key: value for key, value in named.items() if value})}"


class Sources:
    """Hold the readable sources, each with what it says to people."""

    def __init__(self) -> None:
        names = ("userscript.js", "panel.js", "filling.js", "bookmarklet.js", "panel.css")
        self._text = {name: (_SOURCES / name).read_text(encoding="utf-8") for name in names}
        self._words = sorted({word for name in names if name.endswith(".js") for word in used(_SOURCES / name)})

    def userscript(self, client: Client, t: Translate) -> str:
        """Write the userscript: header, then one function that knows only our address."""
        home = client.home
        said = {word: t(word) for word in self._words} if client.lang == "en" else {}
        patterns = [*_practice(home), *(one for _, known in BACK_OFFICES for one in known), *map(_match, client.sites)]
        values = {
            "NAME": t("秒回"),
            "HOME_PLAIN": home,
            "VERSION": __version__,
            "DESCRIPTION": t("选中买家的话，出回复，填进输入框；从不替您按发送。"),
            "MATCH_NOTE": t("只在下面这些网站里运行；用不到的可以在脚本管理器里删掉。"),
            "MATCHES": "\n".join(f"// @match        {pattern}" for pattern in patterns),
            "CONNECT": urlsplit(home).hostname or "",
            "SOURCE": client.source,
            "HOME": _js(home),
            "SHOP": _js(client.shop),
            "AGENT": _js(client.agent),
            "LINT": _js({"shop": client.shop, "platform": client.platform, "category": client.category}),
            "LONGEST": _js(client.longest),
            "WORDS": _js(said),
            "SHEET": _js(self._text["panel.css"]),
            "FILLING": self._text["filling.js"],
            "PANEL": self._text["panel.js"],
        }
        return _put(self._text["userscript.js"], values)

    def bookmarklet(self, client: Client, t: Translate) -> str:
        """Write the bookmark as a `javascript:` address, without comments and indentation."""
        values = {
            "HOME": _js(client.home),
            "SHOP": f"&shop={quote(client.shop)}",
            "BLOCKED": _js(t("浏览器拦下了小窗，请在地址栏里允许弹出窗口")),
            "FILLING": self._text["filling.js"],
        }
        lines = (
            re.sub(r"\s// .*", "", line).strip() for line in _put(self._text["bookmarklet.js"], values).splitlines()
        )
        return "javascript:" + quote("\n".join(line for line in lines if line and not line.startswith("//")), safe="")


def home_of(address: str) -> str:
    """Give our own address as a client reaches it, free of anything that could break out of a script."""
    home = address.rstrip("/")
    if not _HOME.fullmatch(home):
        raise RequestError(
            "invalid_host", "这个地址不能写进脚本；用主机名或 IP 打开秒回，如 http://192.168.1.8:8000", "host"
        )
    return home


def sites_of(text: str) -> tuple[str, ...]:
    """Read the sites that somebody named, with or without scheme, port and path; refuse what is none."""
    found = []
    for one in text.replace(",", " ").replace("，", " ").split():
        site = one.partition("://")[2] or one
        host = site.partition("/")[0].partition(":")[0].lower()
        if not _SITE.fullmatch(host):
            raise RequestError("invalid_site", f"看不懂后台网址「{one[:80]}」，写成 kefu.example.com 这样", "site")
        found.append(host)
    if len(found) > _MOST_SITES:
        raise RequestError("invalid_site", f"后台网址太多了，最多 {_MOST_SITES} 个", "site")
    return tuple(dict.fromkeys(found))


def _practice(home: str) -> list[str]:
    """Match our own page for trying it; some script managers want the port in it, some refuse it."""
    parts = urlsplit(home)
    return [f"{home}/tools*"] + ([f"{parts.scheme}://{parts.hostname}/tools*"] if parts.port else [])


def _match(host: str) -> str:
    return f"*://{host}/*"


def _js(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _put(source: str, values: Mapping[str, str]) -> str:
    """Fill the `__NAMES__` of a source, inserted sources' own included."""
    for name in ("FILLING", "PANEL"):
        source = source.replace(f"__{name}__", values.get(name, ""))
    return re.sub(r"__([A-Z]+(?:_[A-Z]+)*)__", lambda hit: values[hit[1]], source)
