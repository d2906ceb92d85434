"""What a script manager gives a userscript, and answers made by hand where the wording must not depend on a shop."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field

SHIM = """
const gmClips = window.clips = [], gmStore = "gm ";
const GM_setClipboard = (text) => gmClips.push(text);
const GM_getValue = (key, other) => localStorage.getItem(gmStore + key) ?? other;
const GM_setValue = (key, value) => localStorage.setItem(gmStore + key, value);
const GM_xmlhttpRequest = ({ method, url, data, headers, onload, onerror }) =>
  gmCall(method, url, headers, data).then((got) => (got ? onload(got) : onerror({})));
"""


@dataclass
class Wire:
    """Carry the script's requests as a script manager does, past the page's policy; answer some by hand."""

    answers: dict[str, dict[str, object]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    down: bool = False

    def call(self, method: str, url: str, headers: dict[str, str], data: str) -> dict[str, object] | None:
        path = "/" + url.split("/", 3)[3]
        self.asked.append((path, json.loads(data)))
        if self.down:
            return None
        if path in self.answers:
            return {"status": 200, "responseText": json.dumps(self.answers[path])}
        request = urllib.request.Request(url, data.encode(), headers, method=method)  # noqa: S310 - our own service
        try:
            with urllib.request.urlopen(request) as response:  # noqa: S310
                status, text = response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read().decode()
        self.statuses.append(status)
        return {"status": status, "responseText": text}

    def outcomes(self) -> list[dict[str, object]]:
        return [body for path, body in self.asked if path == "/v1/outcomes"]


def draft(text: str, **changes: object) -> dict[str, object]:
    return {"style": "brief", "text": text, "segments": [], "blanks": [], "findings": [], "sendable": True} | changes


def finding(*span: int) -> dict[str, object]:
    return {"rule": "r", "level": "block", "span": list(span), "message": "极限词", "rewrite": "很"}


def answer(*drafts: dict[str, object], **changes: object) -> dict[str, object]:
    """Give an answer where the wording must not depend on the shop's scripts."""
    return {
        "id": "d-1", "decision": "reply", "intents": [], "drafts": list(drafts), "remark": None, "risk": [],
        "hand_over": {"lines": [], "text": ""},
    } | changes  # fmt: skip
