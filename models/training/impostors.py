"""What a background model proposes though nothing stands there, laid over empty pictures.

    shadow      a soft dark shape, bluer than the ground         light    the same, bright and warm
    mirror      somebody upside down in the wet, faint and blurred
    beam        an ellipse of headlights on the road
"""
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from patches import Box

KINDS = ("shadow", "light", "mirror", "beam")


@dataclass(frozen=True)
class Impostor:
    """`body`: RGB uint8 H x W x 3 of somebody, whose reflection or shadow it may be."""

    kind: str
    body: np.ndarray


def drawn(rng: np.random.Generator, body: np.ndarray) -> Impostor:
    return Impostor(KINDS[rng.choice(4, p=(0.45, 0.2, 0.25, 0.1))], body)


def impose(region: np.ndarray, inner: Box, impostor: Impostor, rng: np.random.Generator) -> np.ndarray:
    """RGB uint8 of the same size, the impostor about where the box lies."""
    mask = placed(shape_of(impostor, rng), region.shape[:2], inner, rng)[..., None]
    x = region.astype(np.float32)
    if impostor.kind == "shadow":
        strength = rng.uniform(0.2, 0.65)
        tint = np.array((1.0, 0.97, 0.9), np.float32)
        x = x * (1 - mask * strength * tint)
    elif impostor.kind == "mirror":
        body = Image.fromarray(impostor.body[::-1]).resize((region.shape[1], region.shape[0]))
        blurred = np.asarray(body.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 2.5)))).astype(np.float32)
        x = x + (blurred - x) * mask * rng.uniform(0.15, 0.45)
    else:
        warm = np.array((1.0, rng.uniform(0.85, 1.0), rng.uniform(0.65, 1.0)), np.float32)
        x = x * (1 + mask * rng.uniform(0.2, 0.9) * warm) + mask * rng.uniform(0, 50) * warm
    return np.clip(x, 0, 255).astype(np.uint8)


def shape_of(impostor: Impostor, rng: np.random.Generator) -> np.ndarray:
    """A shape of 96 x 96, 0..1: an ellipse, a walker's outline, or a slanted quadrangle."""
    y, x = np.mgrid[-1:1:96j, -1:1:96j]
    kind = rng.integers(3)
    if impostor.kind in ("beam", "mirror") or kind == 0:
        shape = (x / rng.uniform(0.5, 0.95)) ** 2 + (y / rng.uniform(0.5, 0.95)) ** 2 < 1
    elif kind == 1:
        slant = rng.uniform(-0.9, 0.9)
        x = x - slant * y
        head = x**2 + ((y + 0.72) * 1.0) ** 2 < 0.035
        trunk = (x / 0.26) ** 2 + ((y + 0.2) / 0.42) ** 2 < 1
        legs = (np.abs(np.abs(x) - 0.14 * (y + 0.3)) < 0.09) & (y > 0.05) & (y < 0.95)
        shape = head | trunk | legs
    else:
        a, b = rng.uniform(-0.8, 0.8, 2)
        wide = rng.uniform(0.3, 0.9)
        shape = (np.abs(x - a * y) < wide) & (np.abs(y - b * x) < rng.uniform(0.3, 0.9))
    return shape.astype(np.float32)


def placed(shape: np.ndarray, size: tuple[int, int], inner: Box, rng: np.random.Generator) -> np.ndarray:
    """The shape over the box, its edge as soft as chance has it: float32 H x W."""
    left, top, right, bottom = (int(round(value)) for value in inner)
    width, height = max(2, right - left), max(2, bottom - top)
    fitted = Image.fromarray((shape * 255).astype(np.uint8)).resize((width, height))
    canvas = Image.new("L", (size[1], size[0]))
    canvas.paste(fitted, (left, top))
    soft = rng.uniform(0.005, 0.09) * max(width, height)
    return np.asarray(canvas.filter(ImageFilter.GaussianBlur(soft))).astype(np.float32) / 255
