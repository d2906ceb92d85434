"""Write a gallery as one page that needs nothing else: no scripts, no fonts, no pictures from elsewhere."""

from pathlib import Path

from app import html_page
from app.gallery.sheets import Gallery, middle
from app.records import STYLES
from app.reply.marked import LONGEST
from app.show import STYLE_NAMES
from app.understand.catalogue import GROUP_TITLES

FLOW_TITLES = {"reception": "接待", "aftersales": "售后", "risk": "风险", "review": "评价"}
_TEMPLATES = Path(__file__).parent / "templates"


def write(gallery: Gallery, path: Path) -> None:
    """Render the page into `path`."""
    html_page.save(render(gallery), path)


def render(gallery: Gallery) -> str:
    """Give the page as HTML; everything that comes from scripts, intents and shop is escaped."""
    templates = html_page.templates(_TEMPLATES)
    return templates.get_template("gallery.html").render(
        gallery=gallery,
        flows=FLOW_TITLES,
        groups=GROUP_TITLES,
        styles=STYLES,
        names=STYLE_NAMES,
        longest=LONGEST,
        middle=middle,
    )
