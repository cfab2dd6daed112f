"""sRGB, linear light, CIELAB (D65, 2 degrees), CIEDE2000 and the Monk skin tone scale.

Every function works on float32 arrays [..., 3]; RGB in [0, 1], L in [0, 100]. The formulas are
written out in numpy, so that their torch twins can agree to rounding.

Sources: IEC 61966-2-1 (sRGB); CIE 15:2004 (CIELAB); Sharma, Wu, Dalal 2005, "The CIEDE2000
color-difference formula" (equations 2-22); Monk 2019, "The Monk Skin Tone Scale".
"""

from functools import cache

import cv2
import numpy as np

from tryon.errors import RequestError

TO_XYZ = np.array(
    [
        [0.412453, 0.357580, 0.180423],
        [0.212671, 0.715160, 0.072169],
        [0.019334, 0.119193, 0.950227],
    ],
    np.float32,
)
FROM_XYZ = np.linalg.inv(TO_XYZ.astype(np.float64)).astype(np.float32)
WHITE = np.array([0.95047, 1.0, 1.08883], np.float32)  # D65, 2 degrees
_TO_RATIO = TO_XYZ / WHITE[:, None]
_TO_LAB = np.array(
    [[0, 116, 0, -16], [500, -500, 0, 0], [0, 200, -200, 0]], np.float32
)  # from the cube roots of the ratios
EPSILON, KAPPA = 216 / 24389, 24389 / 27  # CIE 15:2004

MONK = (
    "#f6ede4", "#f3e7db", "#f7ead0", "#eadaba", "#d7bd96",
    "#a07e56", "#825c43", "#604134", "#3a312a", "#292420",
)  # fmt: skip


def to_linear(rgb: np.ndarray) -> np.ndarray:
    """sRGB [0, 1], or uint8, → linear light [0, 1]."""
    if rgb.dtype == np.uint8:
        return _linear_bytes().take(rgb)
    rgb = np.asarray(rgb, np.float32)
    base = np.maximum(rgb, 0)
    base += np.float32(0.055)
    base *= np.float32(1 / 1.055)
    linear = _power(base, 2.4)
    np.multiply(rgb, np.float32(1 / 12.92), out=linear, where=rgb <= np.float32(0.04045))
    return linear


@cache
def _linear_bytes() -> np.ndarray:
    return to_linear(np.arange(256, dtype=np.float32) / 255)


def from_linear(linear: np.ndarray) -> np.ndarray:
    """Linear light [0, 1] → sRGB [0, 1]."""
    linear = np.asarray(linear, np.float32)
    rgb = _power(np.maximum(linear, 0), 1 / 2.4)
    rgb *= np.float32(1.055)
    rgb -= np.float32(0.055)
    np.multiply(linear, np.float32(12.92), out=rgb, where=linear <= np.float32(0.0031308))
    return rgb


def _power(values: np.ndarray, exponent: float) -> np.ndarray:
    """Float32 values ≥ 0 to a power: as exact as numpy's, and several times as fast."""
    if not values.size:
        return values
    return cv2.pow(values.reshape(-1), exponent).reshape(values.shape)


def srgb_to_lab(rgb: np.ndarray) -> np.ndarray:
    """sRGB in [0, 1], or uint8, → CIELAB, float32 [..., 3]."""
    linear = to_linear(np.asarray(rgb))
    ratio = _mixed(linear, _TO_RATIO)
    f = _power(np.maximum(ratio, 0), 1 / 3)
    dark = ratio <= np.float32(EPSILON)
    if dark.any():
        ratio *= np.float32(KAPPA / 116)
        ratio += np.float32(16 / 116)
        np.copyto(f, ratio, where=dark)
    return _mixed(f, _TO_LAB)


def _mixed(values: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Float32 [..., 3] through a matrix [3, 3], or [3, 4] with what is added."""
    if not values.size:
        return values
    return cv2.transform(values.reshape(1, -1, 3), matrix).reshape(values.shape)


def lab_to_srgb(lab: np.ndarray) -> np.ndarray:
    """CIELAB → sRGB, float32 [..., 3], clipped to [0, 1] where the colour is out of gamut."""
    lab = np.asarray(lab, np.float32)
    y = (lab[..., 0] + 16) / 116
    f = np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], -1)
    ratio = f * f * f
    dark = ratio <= np.float32(EPSILON)
    ratio[dark] = (116 * f[dark] - 16) / np.float32(KAPPA)
    linear = (ratio * WHITE) @ FROM_XYZ.T
    return from_linear(np.clip(linear, 0, 1))


def hex_to_srgb(text: str) -> np.ndarray:
    """`#rrggbb` → sRGB float32 [3] in [0, 1].

    Raises:
        RequestError: `text` is no such code.
    """
    digits = text[1:] if text.startswith("#") else ""
    if len(digits) != 6 or any(digit not in "0123456789abcdefABCDEF" for digit in digits):
        raise RequestError(
            f"{text!r} is no colour", code="invalid_colour", hint="six hex digits, like #b3202c"
        )
    return np.array([int(digits[i : i + 2], 16) for i in (0, 2, 4)], np.float32) / 255


def hex_to_lab(text: str) -> np.ndarray:
    """`#rrggbb` → CIELAB float32 [3]. Raises RequestError like `hex_to_srgb`."""
    return srgb_to_lab(hex_to_srgb(text))


def lab_to_hex(lab: np.ndarray) -> str:
    """CIELAB [3] → the nearest `#rrggbb` (clipped to the gamut)."""
    red, green, blue = np.rint(lab_to_srgb(lab) * 255).astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"


def delta_e_2000(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """CIEDE2000 colour difference of two broadcastable CIELAB arrays [..., 3] → float64 [...]."""
    L1, a1, b1 = np.moveaxis(np.asarray(first, np.float64), -1, 0)
    L2, a2, b2 = np.moveaxis(np.asarray(second, np.float64), -1, 0)
    mean_c7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    stretch = 1.5 - 0.5 * np.sqrt(mean_c7 / (mean_c7 + 25.0**7))  # 1 + G, eq. 4
    C1, C2 = np.hypot(stretch * a1, b1), np.hypot(stretch * a2, b2)
    h1 = np.degrees(np.arctan2(b1, stretch * a1)) % 360
    h2 = np.degrees(np.arctan2(b2, stretch * a2)) % 360

    coloured = C1 * C2 != 0
    turn = (h2 - h1 + 180) % 360 - 180  # eq. 10, in (-180, 180]
    turn = np.where((turn == -180) & (h2 > h1), 180.0, turn)
    turn = np.where(coloured, turn, 0.0)
    dL, dC = L2 - L1, C2 - C1
    dH = 2 * np.sqrt(C1 * C2) * np.sin(np.radians(turn / 2))

    L, C = (L1 + L2) / 2, (C1 + C2) / 2
    far = np.abs(h1 - h2) > 180
    h = np.where(far, np.where(h1 + h2 < 360, (h1 + h2 + 360) / 2, (h1 + h2 - 360) / 2),
                 (h1 + h2) / 2)  # eq. 14  # fmt: skip
    h = np.where(coloured, h, h1 + h2)
    T = (
        1
        - 0.17 * np.cos(np.radians(h - 30))
        + 0.24 * np.cos(np.radians(2 * h))
        + 0.32 * np.cos(np.radians(3 * h + 6))
        - 0.20 * np.cos(np.radians(4 * h - 63))
    )
    chroma_part = 2 * np.sqrt(C**7 / (C**7 + 25.0**7))  # R_C, eq. 17
    R_T = -np.sin(np.radians(60 * np.exp(-(((h - 275) / 25) ** 2)))) * chroma_part  # eq. 18
    S_L = 1 + 0.015 * (L - 50) ** 2 / np.sqrt(20 + (L - 50) ** 2)
    S_C, S_H = 1 + 0.045 * C, 1 + 0.015 * C * T
    terms = (dL / S_L) ** 2 + (dC / S_C) ** 2 + (dH / S_H) ** 2
    return np.sqrt(np.maximum(terms + R_T * (dC / S_C) * (dH / S_H), 0))


def nearest_monk(lab: np.ndarray) -> np.ndarray:
    """The Monk tone 1 (lightest) to 10 nearest by CIEDE2000 to CIELAB [..., 3] → int64 [...]."""
    return delta_e_2000(np.asarray(lab)[..., None, :], _monk_lab()).argmin(-1) + 1


@cache
def _monk_lab() -> np.ndarray:
    return np.stack([hex_to_lab(code) for code in MONK])


def photographed_monk(lab: np.ndarray) -> np.ndarray:
    """The Monk tone 1 to 10 of a photographed face from its mean skin CIELAB [..., 3], int64 [...].

    Swatches are flat and fully lit; a face in a photo is shaded and seldom exposed to white, so
    its mean lies below its swatch: the lightest faces come to about L 80, the darkest to 18.
    Lightness alone is stretched back and compared: the light's tint says nothing about the skin.
    """
    low, high = 18.0, 80.0
    swatches = np.stack([hex_to_lab(code) for code in MONK])[:, 0]
    steps = np.sort(swatches)[::-1]  # tones 1 to 3 differ by less than a photo can tell
    lightness = steps[-1] + (np.asarray(lab)[..., 0] - low) * (steps[0] - steps[-1]) / (high - low)
    return np.abs(lightness[..., None] - steps).argmin(-1) + 1
