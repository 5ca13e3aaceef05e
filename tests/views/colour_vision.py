"""How colours look to people with another colour vision or on a black-and-white copy, and how far apart two colours are."""

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float64]

VISIONS: dict[str, Pixels] = {
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "greyscale": np.tile([0.2126, 0.7152, 0.0722], (3, 1)),
}
"""Linear sRGB -> linear sRGB as it is seen. The first two are those of Machado, Oliveira and Fernandes, A
Physiologically-based Model for Simulation of Color Vision Deficiency (IEEE TVCG 15, 2009), severity 1; the last is the
luminance of ITU-R BT.709."""

_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])
"""sRGB (IEC 61966-2-1) to CIE XYZ, and its white, D65."""


def lab_of(rgb: NDArray[np.uint8], vision: str) -> Pixels:
    """CIELAB of sRGB pixels as somebody sees them; the last axis holds the three channels."""
    share = rgb / 255.0
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ VISIONS[vision].T, 0.0, 1.0)
    xyz = seen @ _TO_XYZ.T / _WHITE
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def ciede2000(one: Pixels, other: Pixels) -> Pixels:
    """The CIEDE2000 difference of CIELAB colours; 1 is just noticeable, 10 is seen at a glance.

    Source: Sharma, Wu and Dalal, The CIEDE2000 Color-Difference Formula (Color Research and Application 30, 2005).
    """
    (l1, a1, b1), (l2, a2, b2) = np.moveaxis(one, -1, 0), np.moveaxis(other, -1, 0)
    mean_c7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    stretch = 1.5 - 0.5 * np.sqrt(mean_c7 / (mean_c7 + 25.0**7))
    a1, a2 = a1 * stretch, a2 * stretch
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    turn = (h2 - h1 + 180) % 360 - 180
    has_hue = c1 * c2 > 0
    delta_h = np.where(has_hue, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)), 0.0)
    delta_l, delta_c = l2 - l1, c2 - c1
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    half = np.where(np.abs(h1 - h2) > 180, (h1 + h2 + 360) / 2, (h1 + h2) / 2)
    mean_h = np.where(has_hue, np.where(half >= 360, half - 360, half), h1 + h2)
    t = (
        1 - 0.17 * _cos(mean_h - 30) + 0.24 * _cos(2 * mean_h) + 0.32 * _cos(3 * mean_h + 6) - 0.20 * _cos(4 * mean_h - 63)
    )  # fmt: skip
    weight_l = 1 + 0.015 * (mean_l - 50) ** 2 / np.sqrt(20 + (mean_l - 50) ** 2)
    weight_c, weight_h = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * t
    c7 = mean_c**7
    rotation = -2 * np.sqrt(c7 / (c7 + 25.0**7)) * np.sin(np.radians(60 * np.exp(-(((mean_h - 275) / 25) ** 2))))
    parts = delta_l / weight_l, delta_c / weight_c, delta_h / weight_h
    whole: Pixels = np.sqrt(np.maximum(sum(part**2 for part in parts) + rotation * parts[1] * parts[2], 0.0))
    return whole


def _cos(degrees: Pixels) -> Pixels:
    return np.cos(np.radians(degrees))
