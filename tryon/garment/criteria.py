"""What a garment model is judged by: its figures, the rules of its gate, the words of its card."""

from tryon.garment.baselines import BEHIND, OLD, PASTE
from tryon.garment.config import Config
from tryon.gates import CHAMPION, Rule
from tryon.metrics.result import Metric
from tryon.metrics.summary import distance_metrics
from tryon.reports.card import CardText

SETS = {
    "": "persons",
    "_paired": "persons in the garment they wear",
    "_unpaired": "persons in garments they were never drawn in",
}


def _metrics() -> dict[str, Metric]:
    listed = [
        Metric("psnr", "PSNR", "higher", "dB", "the whole frame"),
        Metric("ssim", "SSIM", "higher", "", "the whole frame", 4),
        Metric("psnr_inside", "PSNR inside", "higher", "dB", "the repainted area"),
        Metric("ssim_inside", "SSIM inside", "higher", "", "the repainted area", 4),
        Metric("psnr_garment", "PSNR of the garment", "higher", "dB", "where the truth shows it"),
        Metric("colour", "garment colour", "lower", "ΔE2000", "mean of the errors of the mean"),
        Metric("colour_median", "garment colour, median", "lower", "ΔE2000", "over pictures"),
        Metric("outside", "change outside", "lower", "of 255", "largest, where none is allowed"),
        Metric("head_and_hands", "change of face, hair, hands", "lower", "of 255", "largest"),
        Metric("psnr_paired", "PSNR paired", "higher", "dB", "the garment they wear, put on again"),
        Metric("ssim_paired", "SSIM paired", "higher", "", "as before", 4),
        Metric("psnr_inside_paired", "PSNR inside, paired", "higher", "dB", "as before"),
        Metric("sharpness", "sharpness", "none", "×", "gradient energy ÷ the truth's, inside", 3),
        Metric("sharpness_error", "sharpness error", "lower", "", "distance from 1, mean", 3),
        Metric("labels_right", "labels read right", "higher", "", "of a person's pixels", 3),
        Metric("mask_iou", "garment mask, IoU", "higher", "", "read off its photo", 3),
        Metric("landmarks_near", "garment landmarks found", "higher", "", "read off its mask", 3),
        Metric("worst_bin_loss", "worst skin tones", "lower", "dB", "PSNR under the mean"),
        Metric("non_finite", "broken outputs", "lower", "", "pictures with NaN or infinity", 0),
        Metric("parity", "parity", "lower", "", "largest difference of ONNX to torch", 6),
        *distance_metrics(SETS),
    ]
    return {metric.name: metric for metric in listed}


METRICS: dict[str, Metric] = _metrics()
PRIMARY = METRICS["psnr"]


CARD = CardText(
    summary="Shows a person in another garment: upper, lower or whole-body.",
    intended_use=[
        "Previewing clothes on a photo of a person who agreed to it, in a shop or an app.",
        "One person per photo, standing, seen from the front, down to the hips or further.",
    ],
    out_of_scope=[
        "Judging, identifying or rating persons or their bodies.",
        "Passing a picture off as unaltered.",
        "Telling whether a garment fits: it is always drawn as if it did.",
    ],
    limits=[
        "The truth it learned from is drawn by code, not photographed: real cloth drapes, "
        "stretches and shines in more ways.",
        "Skin that the old garment hid is invented, and looks soft.",
        "Arms folded tightly over the chest, hair over the shoulders and open jackets can leave "
        "traces of the old garment.",
        "The garment's photo must show it flat, whole and from the front.",
    ],
    fairness="skin tone",
)


def rules(config: Config) -> list[Rule]:
    """What a garment model must keep to ship."""
    gate = config.gate
    return [
        Rule("finite", "no picture has a value that is not finite", "non_finite", 0, "at_most"),
        Rule("beats_old", "better than doing nothing", "psnr", 0, "at_least", OLD, "dB"),
        Rule(
            "beats_paste", "the network is worth running beside the spline",
            "psnr", gate.min_psnr_over_paste, "at_least", PASTE, "dB",
        ),
        Rule(
            "beats_paste_ssim", "so it is in structure",
            "ssim", gate.min_ssim_over_paste, "at_least", PASTE,
        ),
        Rule(
            "beats_paste_inside", "and where it repaints",
            "psnr_inside", gate.min_inside_over_paste, "at_least", PASTE, "dB",
        ),
        Rule(
            "beats_behind", "and over a paste that knows what lies before the garment",
            "psnr", gate.min_psnr_over_behind, "at_least", BEHIND, "dB",
        ),
        Rule(
            "beats_behind_ssim", "so it is in structure",
            "ssim", gate.min_ssim_over_behind, "at_least", BEHIND,
        ),
        Rule(
            "colour", "the garment keeps its colour",
            "colour_median", gate.max_colour_error, "at_most", unit="ΔE2000",
        ),
        Rule(
            "outside", "pixels outside the repainted area are the person's own",
            "outside", gate.max_outside_change, "at_most", unit="of 255",
        ),
        Rule(
            "head_and_hands", "face, hair and hands are the person's own",
            "head_and_hands", gate.max_outside_change, "at_most", unit="of 255",
        ),
        Rule(
            "paired", "a garment put on its own wearer again is not worse than the pasted warp",
            "psnr_inside_paired", gate.min_paired_over_behind, "at_least", BEHIND, "dB",
        ),
        Rule(
            "labels", "persons are read as they are",
            "labels_right", gate.min_labels_right, "at_least",
        ),
        Rule(
            "mask", "garments are cut out of their photos",
            "mask_iou", gate.min_mask_iou, "at_least",
        ),
        Rule(
            "landmarks", "garments are measured where they are",
            "landmarks_near", gate.min_landmarks_near, "at_least",
        ),
        Rule(
            "skin_tones", "no skin tone lies far under the mean",
            "worst_bin_loss", gate.max_bin_loss, "at_most", unit="dB",
        ),
        Rule(
            "parity", "the exported network computes what was trained",
            "parity", gate.max_parity, "at_most",
        ),
        Rule(
            "not_worse_than_champion", "what serves now is not replaced by less",
            "psnr", -gate.max_champion_loss, "at_least", CHAMPION, "dB",
        ),
    ]  # fmt: skip
