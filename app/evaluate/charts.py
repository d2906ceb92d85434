"""Draw Rasa's two pictures. Their words are English, as Rasa's are: the built-in font holds no Chinese."""

from collections import Counter
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from app.evaluate.metrics import Judged

_PAPER, _INK, _QUIET, _GRID = "#ffffff", "#1d2327", "#5b656d", "#e3e6e7"
_RIGHT, _WRONG = "#0f6b62", "#b3261e"
_CELL, _MARGIN, _TOP, _BINS = 16, 170, 40, 25


def confusion_matrix(judged: Sequence[Judged]) -> Image.Image:
    """Draw labels down, predictions across; shades show the share of the row."""
    counts = Counter((one.case.intent, one.counted_as()) for one in judged)
    names = sorted({name for pair in counts for name in pair})
    rows = Counter(one.case.intent for one in judged)
    side = _CELL * len(names)
    picture = Image.new("RGB", (_MARGIN + max(side, 160) + 20, _TOP + side + _MARGIN), _PAPER)
    draw = ImageDraw.Draw(picture)
    draw.text((10, 10), "Intent confusion matrix (rows: label, columns: prediction)", _INK, _font(14))
    place = {name: at for at, name in enumerate(names)}
    for (label, predicted), count in counts.items():
        x, y = _MARGIN + place[predicted] * _CELL, _TOP + place[label] * _CELL
        draw.rectangle((x, y, x + _CELL - 1, y + _CELL - 1), _shade(count / rows[label], right=label == predicted))
        ink = _PAPER if count / rows[label] > 0.5 else _INK
        draw.text((x + _CELL / 2, y + _CELL / 2), str(count) if count < 1000 else "+", ink, _font(8), anchor="mm")
    for name, at in place.items():
        draw.text((_MARGIN - 6, _TOP + (at + 0.5) * _CELL), name[:28], _INK, _font(10), anchor="rm")
        picture.paste(_upright(name[:28]), (_MARGIN + at * _CELL, _TOP + side + 4))
    for at in range(len(names) + 1):
        draw.line((_MARGIN, _TOP + at * _CELL, _MARGIN + side, _TOP + at * _CELL), _GRID)
        draw.line((_MARGIN + at * _CELL, _TOP, _MARGIN + at * _CELL, _TOP + side), _GRID)
    return picture


def histogram(judged: Sequence[Judged]) -> Image.Image:
    """Draw how sure the model was: of right answers to the left, of wrong ones to the right."""
    right = Counter(_bin(one.confidence) for one in judged if one.right())
    wrong = Counter(_bin(one.confidence) for one in judged if not one.right())
    width, height, middle, half = 900, 90 + _BINS * 20, 450, 360
    picture = Image.new("RGB", (width, height), _PAPER)
    draw = ImageDraw.Draw(picture)
    draw.text((10, 10), "Intent prediction confidence distribution", _INK, _font(16))
    for counts, colour, turn in ((right, _RIGHT, -1), (wrong, _WRONG, 1)):
        most = max(counts.values(), default=1)
        title = f"{'correct' if turn < 0 else 'wrong'}: {sum(counts.values())}"
        draw.text((middle + turn * half / 2, 48), title, colour, _font(14), anchor="mm")
        for at, count in counts.items():
            y, x = height - 24 - (at + 1) * 20, middle + turn * 22
            end = x + turn * max(count / most * (half - 30), 1)
            draw.rectangle((min(x, end), y + 2, max(x, end), y + 18), colour)
            draw.text((end + turn * 4, y + 10), str(count), _QUIET, _font(11), anchor="rm" if turn < 0 else "lm")
    for at in range(0, _BINS + 1, 5):
        draw.text((middle, height - 24 - at * 20), f"{at / _BINS:.1f}", _QUIET, _font(11), anchor="mm")
    return picture


def _bin(confidence: float) -> int:
    return min(int(confidence * _BINS), _BINS - 1)


def _shade(share: float, *, right: bool) -> tuple[int, ...]:
    full = (15, 107, 98) if right else (179, 38, 30)
    weight = 0.15 + 0.85 * share
    return tuple(round(255 + (part - 255) * weight) for part in full)


def _upright(text: str) -> Image.Image:
    """Write text turned by a quarter, to stand under its column."""
    picture = Image.new("RGB", (_MARGIN - 10, _CELL), _PAPER)
    ImageDraw.Draw(picture).text((_MARGIN - 12, _CELL / 2), text, _INK, _font(10), anchor="rm")
    return picture.rotate(90, expand=True)


def _font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)
