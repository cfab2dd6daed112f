"""How close a picture is to the truth, over the whole picture and inside regions.

One protocol for every number: 8-bit RGB, compared on the scale 0 to 1 (`data_range` 1); SSIM with
the Gaussian window of Wang et al. 2004 (side 11, σ 1.5, population covariance), per channel, then
averaged. Inside a region the squared error, or the SSIM map, is averaged over the region's pixels.
"""

import cv2
import numpy as np

PROTOCOL = (
    "8-bit RGB on the scale 0 to 1; PSNR from the mean squared error, at most 100 dB; SSIM with a "
    "Gaussian window of 11 pixels (σ 1.5), mean over channels; inside regions the squared error "
    "and the SSIM map are averaged over the region's pixels; every figure is a mean over pictures"
)
LIMIT_DB = 100.0  # of a perfect copy, so that means stay finite
C1, C2 = 0.01**2, 0.03**2  # of SSIM, for values 0 to 1
BORDER = 5  # half the SSIM window: pixels whose window leaves the picture


def squared_error(picture: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Mean squared error over the channels, float64 [H, W].

    Args:
        picture: uint8 [H, W, 3] RGB.
        truth: uint8 [H, W, 3] RGB.
    """
    return np.square((picture.astype(np.float64) - truth) / 255.0).mean(-1)


def psnr(error: np.ndarray, inside: np.ndarray | None = None) -> float:
    """Peak signal-to-noise ratio in dB from `squared_error`, NaN for an empty region.

    Args:
        error: [H, W].
        inside: bool [H, W]; the whole picture if None.
    """
    values = error if inside is None else error[inside]
    if values.size == 0:
        return float("nan")
    mean = float(values.mean())
    return min(LIMIT_DB, -10.0 * np.log10(mean)) if mean > 0 else LIMIT_DB


def ssim_map(picture: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Structural similarity around every pixel, mean over the channels, float64 [H, W].

    The same values as scikit-image's with these settings, several times faster.

    Args:
        picture: uint8 [H, W, 3] RGB, at least 11 pixels a side.
        truth: uint8 [H, W, 3] RGB.
    """
    x, y = picture / 255.0, truth / 255.0
    mean_x, mean_y = _window(x), _window(y)
    product = mean_x * mean_y
    squares = mean_x**2 + mean_y**2
    covariance = _window(x * y) - product
    variances = _window(x**2 + y**2) - squares
    similarity = (2 * product + C1) * (2 * covariance + C2)
    similarity /= (squares + C1) * (variances + C2)
    return similarity.mean(-1)


def _window(plane: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(plane, (11, 11), 1.5, borderType=cv2.BORDER_REFLECT)


def ssim(similarity: np.ndarray, inside: np.ndarray | None = None) -> float:
    """Mean of `ssim_map`: over the picture without its border of half a window, or over a region.

    Args:
        similarity: [H, W].
        inside: bool [H, W]; NaN for an empty one.
    """
    if inside is None:
        return float(similarity[BORDER:-BORDER, BORDER:-BORDER].mean())
    return float(similarity[inside].mean()) if inside.any() else float("nan")


def gradient_energy(picture: np.ndarray) -> np.ndarray:
    """Squared gradient of the luma (Scharr), float32 [H, W]: what blur takes away.

    Args:
        picture: uint8 [H, W, 3] RGB.
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    across = cv2.Scharr(grey, cv2.CV_32F, 1, 0)
    down = cv2.Scharr(grey, cv2.CV_32F, 0, 1)
    return across**2 + down**2


def sharpness(picture: np.ndarray, truth: np.ndarray, inside: np.ndarray) -> float:
    """Gradient energy of the picture ÷ that of the truth inside a region; 1 is as sharp as it.

    Args:
        picture: uint8 [H, W, 3] RGB.
        truth: uint8 [H, W, 3] RGB.
        inside: bool [H, W]; NaN where it is empty or the truth is flat.
    """
    energy = float(gradient_energy(truth)[inside].sum())
    return float(gradient_energy(picture)[inside].sum()) / energy if energy > 0 else float("nan")


def change_outside(before: np.ndarray, after: np.ndarray, outside: np.ndarray) -> float:
    """Largest change of any channel where nothing may change, of 255; 0 if nothing is outside.

    Args:
        before: uint8 [H, W, 3] RGB.
        after: uint8 [H, W, 3] RGB.
        outside: bool [H, W].
    """
    return float(cv2.absdiff(before, after)[outside].max(initial=0))


def landmark_shift(before: np.ndarray, after: np.ndarray, eye_distance: float) -> float:
    """Mean distance of corresponding landmarks, in percent of the distance of the eyes.

    Args:
        before: [P, 2] pixels.
        after: [P, 2] pixels.
        eye_distance: pixels, > 0.
    """
    return float(100.0 * np.linalg.norm(after - before, axis=1).mean() / eye_distance)
