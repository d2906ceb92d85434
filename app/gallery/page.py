"""Write a gallery as one page that needs nothing else: no scripts, no fonts, no pictures from elsewhere."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.errors import RequestError
from app.evaluate.assess import GROUP_TITLES
from app.gallery.sheets import LONGEST, Gallery, middle
from app.records import STYLES
from app.show import STYLE_NAMES

FLOW_TITLES = {"reception": "接待", "aftersales": "售后", "risk": "风险", "review": "评价"}
_TEMPLATES = Path(__file__).parent / "templates"


def write(gallery: Gallery, path: Path) -> None:
    """Render the page into `path`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(render(gallery), encoding="utf-8")
    except OSError as error:
        raise RequestError("bad_report", f"--html 写不了 {path}：{error.strerror}", "html") from error


def render(gallery: Gallery) -> str:
    """Give the page as HTML; everything that comes from scripts, intents and shop is escaped."""
    templates = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return templates.get_template("gallery.html").render(
        gallery=gallery,
        flows=FLOW_TITLES,
        groups=GROUP_TITLES,
        styles=STYLES,
        names=STYLE_NAMES,
        longest=LONGEST,
        middle=middle,
    )
