"""Lay out the files of a new intent, so that adding one needs no Python."""

import json
import re
from pathlib import Path

from app.errors import RequestError
from app.settings import Settings
from app.understand.catalogue import GROUPS

_NAME = re.compile(r"([a-z]+)/([a-z][a-z0-9_]{2,40})")
_STAGES = {"reception": "answer", "aftersales": "solve", "risk": "evidence", "review": "explain"}

EXAMPLE = "在这里一行写一句买家的话（至少 80 句）"
DEFINITION = "写清楚什么算、什么不算"
ANSWER = "在这里写答复。"
CASE = "写一句这个测试要守住什么"
"""What stands in the files until somebody has written them."""


def lay_out(settings: Settings, name: str, *, title: str, flow: str, home: Path | None = None) -> list[Path]:
    """Write `intents/…`, `scripts_zh/…` and `tests/golden/…` for `group/name`; refuse to overwrite.

    `home` is where they go, by default where the installation reads them.
    """
    match = _NAME.fullmatch(name)
    if not match or match[1] not in GROUPS:
        raise RequestError("bad_name", f"名字写成 组/名，组是 {'、'.join(GROUPS)} 之一，名用小写字母和下划线：{name}")
    flows = [flow for flow in _STAGES if (settings.scripts / "_flow" / f"{flow}.j2").exists()]
    if flow not in flows:
        raise RequestError("bad_flow", f"--flow 可选：{'、'.join(flows)}")
    place = home or settings.home
    contents = {
        place / "intents" / f"{name}.yaml": (
            f"title: {json.dumps(title, ensure_ascii=False)}\n"
            f"definition: {DEFINITION}\nflow: {flow}\nslots: []\n"
            f"examples:\n  - {EXAMPLE}\nnear_misses: []\n"
        ),
        place / "scripts_zh" / f"{name}.j2": (
            f'{{% extends "_flow/{flow}.j2" %}}\n{{% block {_STAGES[flow]} %}}{ANSWER}{{% endblock %}}\n'
        ),
        place / "tests" / "golden" / f"{name}.yaml": (
            f"- case: {CASE}\n  message: 买家的话\n  intents: [" + match[2] + "]\n  texts: {}\n"
        ),
    }
    for path in contents:
        if path.exists():
            raise RequestError("exists", f"{path} 已经有了，换个名字")
    for path, content in contents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return list(contents)
