"""Cuts a box out of a frame as the gateway does (gateway/detections/patches.ts), and nothing else.

A frame is three uint8 planes, I420: Y of H x W, U and V of half that each way, BT.601 in video range.
Boxes are pixels of the luma plane: left, top, right, bottom; they may reach beyond the picture.
"""
from dataclasses import dataclass

import numpy as np

PATCH = 48
GROWN = 1.15

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Planes:
    """I420. `stretch` is how much wider a pixel of the scene is than one of the frame (1: true geometry)."""

    y: np.ndarray
    u: np.ndarray
    v: np.ndarray


def to_planes(rgb: np.ndarray) -> Planes:
    """RGB uint8 H x W x 3 (even sizes) to I420: chroma is the mean of four pixels."""
    r, g, b = (rgb[..., i].astype(np.float32) for i in range(3))
    y = 16 + 0.257 * r + 0.504 * g + 0.098 * b
    u = halved(128 - 0.148 * r - 0.291 * g + 0.439 * b)
    v = halved(128 + 0.439 * r - 0.368 * g - 0.071 * b)
    return Planes(*(np.clip(np.rint(plane), 0, 255).astype(np.uint8) for plane in (y, u, v)))


def halved(plane: np.ndarray) -> np.ndarray:
    """Mean of 2 x 2 pixels."""
    height, width = plane.shape
    return plane.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))


def square_around(box: Box) -> Box:
    """The proposal grown by 15 % and made square around its middle."""
    left, top, right, bottom = box
    half = GROWN * max(right - left, bottom - top) / 2
    x, y = (left + right) / 2, (top + bottom) / 2
    return (x - half, y - half, x + half, y + half)


def cut(frame: Planes, box: Box) -> np.ndarray:
    """The patch of a box: uint8 3 x 48 x 48, RGB."""
    left, top, right, bottom = square_around(box)
    y = resampled(frame.y, left, top, right, bottom)
    u, v = (resampled(plane, left / 2, top / 2, right / 2, bottom / 2) for plane in (frame.u, frame.v))
    luma = 1.164 * (y - 16)
    rgb = (luma + 1.596 * (v - 128), luma - 0.392 * (u - 128) - 0.813 * (v - 128), luma + 2.017 * (u - 128))
    return np.clip(np.rint(np.stack(rgb)), 0, 255).astype(np.uint8)


def resampled(plane: np.ndarray, left: float, top: float, right: float, bottom: float) -> np.ndarray:
    """float32 48 x 48: mean when shrinking, two neighbours when growing; the edge repeats outside."""
    height, width = plane.shape
    columns, across = taps(left, right, width)
    rows, down = taps(top, bottom, height)
    picked = plane[rows.reshape(-1)][:, columns.reshape(-1)].astype(np.float32)
    picked = picked.reshape(PATCH, rows.shape[1], PATCH, columns.shape[1])
    return np.einsum("rvch,rv,ch->rc", picked, down, across)


def taps(start: float, end: float, pixels: int) -> tuple[np.ndarray, np.ndarray]:
    """For each of 48 places the pixels it is made of and their weights, both 48 x n."""
    step = (end - start) / PATCH
    places = np.arange(PATCH, dtype=np.float32)
    if step < 1:
        exact = start + (places + 0.5) * step - 0.5
        first = np.floor(exact)
        near = (exact - first).astype(np.float32)
        index = np.stack([first, first + 1], axis=1)
        weights = np.stack([1 - near, near], axis=1)
    else:
        count = max(1, round(step))
        each = (np.arange(count, dtype=np.float32) + 0.5) / count
        index = np.floor(start + (places[:, None] + each[None, :]) * step)
        weights = np.full((PATCH, count), 1 / count, np.float32)
    return np.clip(index, 0, pixels - 1).astype(np.int64), weights.astype(np.float32)
