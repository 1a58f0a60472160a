"""Pictures of pages, and their comparison with stored ones.

A picture is stored small and in a few colours, and compared as a mosaic: by the mean colours of its squares. They
hardly change with the smoothing of letters, which differs between versions of a browser, but do where something is cut
off, covered, missing or in another colour.
"""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops

SCALE = 1 / 3
"""Pixels of a picture for a pixel of the page."""
MAX_HEIGHT = 500
"""The height of a picture: the rest of a long list looks as its beginning does."""
_COLOURS = 16
_SQUARE = 8
_MAX_CHANGE = 24
"""The change of a mean colour, of 255, above which a square differs; other smoothing changes it by less."""
_MAX_SQUARES = 6
"""The number of squares that may differ: fewer than a small button has."""


@dataclass(frozen=True)
class Comparison:
    """How a picture differs from another."""

    squares: int
    """The number of squares that differ."""
    difference: Image.Image
    """The squares that differ, in white."""

    @property
    def is_equal(self) -> bool:
        """Whether the two look alike."""
        return self.squares <= _MAX_SQUARES


def picture_of(screenshot: bytes) -> Image.Image:
    """Return a screenshot that was taken at the scale of pictures as it is stored."""
    image = Image.open(BytesIO(screenshot)).convert("RGB")
    cut = image.crop((0, 0, image.width, min(image.height, MAX_HEIGHT)))
    # Of the methods of Pillow, this one keeps colours of small areas, and the files are the smallest.
    return cut.quantize(_COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)


def save(picture: Image.Image, path: Path) -> None:
    """Store a picture, with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, optimize=True)


def compare(picture: Image.Image, other: Image.Image) -> Comparison:
    """Compare two pictures; where only one of them has a page, its squares differ."""
    size = (max(picture.width, other.width), max(picture.height, other.height))
    mosaics = [_on_canvas(image, size).reduce(_SQUARE) for image in (picture, other)]
    red, green, blue = ImageChops.difference(*mosaics).split()
    change = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    difference = change.point([255 * (value > _MAX_CHANGE) for value in range(256)])
    return Comparison(difference.histogram()[255], difference.resize(size, Image.Resampling.NEAREST))


def _on_canvas(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    canvas = Image.new("RGB", size, "magenta")
    canvas.paste(picture.convert("RGB"))
    return canvas
