"""What a captioner is judged by: its figures, the rules of its gate, the words of its card."""

from tryon.caption.baselines import PRIOR
from tryon.caption.config import Config
from tryon.gates import CHAMPION, CONTROL, Rule
from tryon.metrics.result import Metric
from tryon.metrics.text import AGREEMENT, SEVERAL, VARIETY
from tryon.reports.card import CardText


def _metrics() -> dict[str, Metric]:
    listed = [
        *reversed(AGREEMENT[:4]),  # BLEU-4 first
        *AGREEMENT[4:],
        Metric("attributes_right", "nothing wrong", "higher", "", "captions whose every attribute "
               "word is right", 3),
        Metric("colours_right", "colours right", "higher", "", "colour words that are right", 3),
        Metric("said", "attributes told", "none", "", "per caption", 2),
        *SEVERAL,
        Metric("sampled_bleu_4", "BLEU-4, drawn", "higher", "", "of the drawn captions", 3),
        Metric("sampled_right", "nothing wrong, drawn", "higher", "", "of the drawn captions", 3),
        *VARIETY,
        Metric("parity", "parity", "lower", "", "largest difference of ONNX to torch", 6),
    ]  # fmt: skip
    return {metric.name: metric for metric in listed}


METRICS: dict[str, Metric] = _metrics()
# Among captioners that are right enough for the gate, the one with more ways of telling ships.
PRIMARY = METRICS["div_2"]

CARD = CardText(
    summary="Tells in a sentence what a portrait or a photo of a dressed person shows.",
    intended_use=[
        "Alternative texts and search words for pictures of products worn by people.",
        "Several different texts for one picture, to choose from.",
    ],
    out_of_scope=[
        "Identifying persons, or saying anything of their character, health or origin.",
        "Texts that are published without somebody having read them.",
        "Pictures of anything else: it has words for faces, makeup and clothes alone.",
    ],
    limits=[
        "It learned from drawn pictures and from captions written by a grammar: it names colours, "
        "cuts and patterns, and nothing of fashion's finer words.",
        "Words for age and skin are the drawn attributes' own steps, not judgements of persons.",
        "The picture is seen at a small size: lettering and small patterns are guessed.",
    ],
    fairness="skin tone",
)


def rules(config: Config) -> list[Rule]:
    """What a captioner must keep to ship."""
    gate = config.gate
    told = [
        Rule(
            "attributes_right", "captions say nothing wrong",
            "attributes_right", gate.min_attributes_right, "at_least",
        ),
        Rule(
            "colours_right", "colours are called what they are",
            "colours_right", gate.min_colours_right, "at_least",
        ),
    ]  # fmt: skip
    return [
        Rule("bleu", "captions agree with the references", "bleu_4", gate.min_bleu, "at_least"),
        Rule(
            "beats_prior", "it looks at the picture",
            "bleu_4", gate.min_bleu_over_prior, "at_least", PRIOR,
        ),
        *(rule for rule in told if rule.limit > 0),
        Rule("no_repeats", "captions do not repeat themselves",
             "repeats", gate.max_repeats, "at_most"),
        Rule(
            "no_collapse", "different pictures get different captions",
            "unique", gate.min_unique, "at_least",
        ),
        Rule(
            "bleu_kept",
            "the game costs no agreement",
            "bleu_4",
            -gate.max_bleu_loss,
            "at_least",
            CONTROL,
            relative=True,
        ),
        Rule(
            "diversity_up",
            "the game is worth having: drawn captions differ more",
            "div_2",
            gate.min_diversity_gain,
            "at_least",
            CONTROL,
            relative=True,
        ),
        Rule(
            "parity", "the exported network computes what was trained",
            "parity", gate.max_parity, "at_most",
        ),
        Rule(
            "not_worse_than_champion", "what serves now is not replaced by less",
            "bleu_4", -gate.max_champion_loss, "at_least", CHAMPION,
        ),
    ]  # fmt: skip
