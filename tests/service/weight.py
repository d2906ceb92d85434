"""Weigh a page: what a first visit fetches, compressed as the service sends it."""

import gzip
import re
from urllib.parse import urljoin

import httpx2

_LINKED = re.compile(r'(?:src|href)="(/static/[^"?]+)')
_IMPORTED = re.compile(r'(?:from|import) "(\.{1,2}/[^"]+)"')


def weigh(address: str, path: str) -> dict[str, int]:
    """Give the bytes of the page, its styles, its scripts and what those import, by their path."""
    with httpx2.Client(base_url=address, headers={"accept": "text/html"}) as client:
        page = client.get(path)
        page.raise_for_status()
        parts = {path: _packed(page.text)}
        wanted = _LINKED.findall(page.text)
        while wanted:
            one = wanted.pop()
            if one in parts:
                continue
            found = client.get(one)
            found.raise_for_status()
            parts[one] = _packed(found.text)
            if one.endswith(".js"):
                wanted += [urljoin(one, name) for name in _IMPORTED.findall(found.text)]
    return parts


def _packed(text: str) -> int:
    return len(gzip.compress(text.encode(), 6))
