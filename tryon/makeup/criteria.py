"""What a makeup model is judged by: its figures, the rules of its gate, the words of its card."""

from tryon.gates import CHAMPION, Rule
from tryon.makeup.baselines import FLAT, NONE, SHIFT
from tryon.makeup.config import Config
from tryon.makeup.look import REGIONS
from tryon.metrics.result import Metric
from tryon.metrics.summary import distance_metrics
from tryon.reports.card import CardText

SETS = {"": "faces", "_crops": "mouths and eyes"}  # what the distances between sets compare


def _metrics() -> dict[str, Metric]:
    listed = [
        Metric("psnr_regions", "PSNR in the regions", "higher", "dB", "the asked regions"),
        Metric("psnr", "PSNR", "higher", "dB", "the whole picture"),
        Metric("ssim_regions", "SSIM in the regions", "higher", "", "the asked regions", 4),
        Metric("ssim", "SSIM", "higher", "", "the whole picture", 4),
        Metric("shade", "shade error", "lower", "ΔE2000", "asked against reached, all regions"),
        *(
            Metric(f"shade_{r}", f"shade error, {r}", "lower", "ΔE2000", "asked against reached")
            for r in REGIONS
        ),
        *(Metric(f"psnr_{r}", f"PSNR, {r}", "higher", "dB", "that region") for r in REGIONS),
        Metric("outside", "change outside", "lower", "of 255", "largest, where none is allowed"),
        Metric("sharpness", "sharpness", "none", "×", "gradient energy ÷ the truth's", 3),
        Metric("sharpness_error", "sharpness error", "lower", "", "distance from 1, mean", 3),
        Metric("landmark_shift", "landmark shift", "lower", "%", "of the eye distance"),
        Metric("worst_bin_loss", "worst skin tones", "lower", "dB", "PSNR under the mean"),
        Metric("non_finite", "broken outputs", "lower", "", "pictures with NaN or infinity", 0),
        Metric("parity", "parity", "lower", "", "largest difference of ONNX to torch", 6),
        *distance_metrics(SETS),
    ]
    return {metric.name: metric for metric in listed}


METRICS: dict[str, Metric] = _metrics()
PRIMARY = METRICS["psnr_regions"]


CARD = CardText(
    summary="Puts a look (lips, eyeshadow, eyeliner, blush, brows, foundation) on a face photo.",
    intended_use=[
        "Previewing cosmetics on a photo of a person who agreed to it, in a shop or an app.",
        "One face per photo, seen from the front to half profile.",
    ],
    out_of_scope=[
        "Judging, identifying or rating persons.",
        "Passing a picture off as unaltered.",
        "Medical or dermatological use: the colours are apparent colours in a photo.",
    ],
    limits=[
        "The truth it learned from is drawn by code, not photographed: a real product's "
        "coverage, texture and wear are not modelled.",
        "Asked colours in training were measured on the truth; a colour that the light in a "
        "photo cannot show is reached only in part.",
        "Hair, beard, glasses and hands over the face are left out by a mask that can err; "
        "makeup may then appear on them or be missing beside them.",
        "Makeup that is already on the photo is covered, not removed.",
    ],
    fairness="skin tone",
)


def rules(config: Config) -> list[Rule]:
    """What a makeup model must keep to ship."""
    gate, primary = config.gate, PRIMARY.name
    return [
        Rule("finite", "no picture has a value that is not finite", "non_finite", 0, "at_most"),
        Rule("beats_no_makeup", "better than doing nothing", primary, 0, "at_least", NONE, "dB"),
        Rule("beats_flat_blend", "better than a flat blend", primary, 0, "at_least", FLAT, "dB"),
        Rule(
            "beats_mean_shift", "the network is worth running beside the analytic shift",
            primary, gate.min_psnr_over_shift, "at_least", SHIFT, "dB",
        ),
        Rule(
            "lip_shade", "lips reach the colour that was asked",
            "shade_lips", gate.max_lip_delta_e, "at_most", unit="ΔE2000",
        ),
        Rule("ssim", "the picture stays the person's", "ssim", gate.min_ssim, "at_least"),
        Rule(
            "outside", "pixels outside the asked regions are the photo's own",
            "outside", gate.max_outside_change, "at_most", unit="of 255",
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
            primary, -gate.max_champion_loss, "at_least", CHAMPION, "dB",
        ),
    ]  # fmt: skip
