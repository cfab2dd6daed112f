"""How good a captioner is: figures over the test split, by slice, beside the baselines.

What is scored is what ships: the exported network, decoded by the code the service runs.
"""

import json

import numpy as np
import pandas as pd

from tryon.caption import baselines as known
from tryon.caption.baselines import NEAREST, PRIOR, Telling
from tryon.caption.config import Config
from tryon.caption.criteria import CARD, METRICS, PRIMARY, rules
from tryon.caption.decoding import sample, several
from tryon.caption.facts import COLOUR_SLOTS, Facts
from tryon.caption.grammar import combination
from tryon.caption.preparation import captions_of
from tryon.caption.preview import page
from tryon.caption.reading import right
from tryon.caption.sample_rows import facts_of
from tryon.caption.telling import Teller
from tryon.data.prepared import PreparedSplit
from tryon.errors import DataError
from tryon.metrics import text as figures
from tryon.metrics.result import Evaluation, Kind, PictureRow
from tryon.metrics.slices import UNKNOWN, bin_name, by_bins, pick, slice_table
from tryon.serving.session import OnnxSession
from tryon.text.scores import score_texts
from tryon.text.variety import distinct
from tryon.text.words import words

__all__ = ["CARD", "METRICS", "PRIMARY", "baselines", "evaluate", "rules"]


def evaluate(network: OnnxSession, split: PreparedSplit, config: Config, title: str) -> Evaluation:
    """Score an exported network on a prepared split.

    Args:
        network: As it ships, with its words.
        split: Usually `test`; the training split lies beside it.
        config: Decoding, batch size, bins, pictures.
        title: Name of the candidate.

    Raises:
        DataError: the split is empty.
        BundleError: the network is no captioner.
    """
    return evaluate_telling(tell(Teller(network), split, config), split, config, title)


def baselines(split: PreparedSplit, config: Config) -> dict[str, Evaluation]:
    """Score the baselines, weakest first: no picture, nearest picture."""
    tellers = {PRIOR: known.prior, NEAREST: known.nearest}
    return {
        name: evaluate_telling(teller(split, config.evaluation.sampled), split, config, name)
        for name, teller in tellers.items()
    }


def tell(teller: Teller, split: PreparedSplit, config: Config) -> Telling:
    """The caption of each picture in the configured style, and some drawn ones."""
    decoding, size = config.decoding, config.evaluation.batch_size
    rules_, text = teller.rules(decoding), teller.vocabulary.text
    captions, sets = [], []
    images = split.arrays["image"]
    for at in range(0, len(split), size):
        for number, scene in enumerate(teller.see(list(images[at : at + size])), at):
            rng = np.random.default_rng(number)
            own = several(scene, rules_, 1, decoding, rng)
            drawn = sample(
                scene, rules_, config.evaluation.sampled, rng, decoding.temperature, decoding.top_p
            )
            captions.append(text(own[0].words) if own else "")
            sets.append([text(each.words) for each in drawn])
    return Telling(captions, sets)


def evaluate_telling(
    telling: Telling, split: PreparedSplit, config: Config, title: str
) -> Evaluation:
    """Score captions of every picture of a split (see `evaluate`)."""
    if not len(split):
        raise DataError(f"split {split.name!r} has no samples", hint="check the dataset's splits")
    references, trained = captions_of(split), known.training(split)
    facts = [facts_of(text) for text in split.table["attributes"]]
    agreement = score_texts(telling.captions, references)
    scores = pd.DataFrame(dict(agreement.each))
    told = _told(telling.captions, facts)
    scores = pd.concat([scores, told], axis=1)
    scores["div_2"] = [distinct([words(text) for text in own], 2) for own in telling.sets]
    flat = [text for own in telling.sets for text in own]
    again = [each for each, own in zip(facts, telling.sets, strict=True) for _ in own]
    seen = [text for own in captions_of(trained) for text in own]
    metrics = {
        "n": float(len(split)),
        **agreement.corpus,
        **figures.one_each(telling.captions, references, seen),
        **figures.several_each(telling.sets),
        **_rightness(told),
        "sampled_bleu_4": figures.sampled_bleu(telling.sets, references),
        "sampled_right": float(_told(flat, again)["attributes_right"].mean()),
    }
    table = _table(split, telling, references)
    groups = _groups(split, facts, trained, config)
    return Evaluation(
        title=title,
        metrics=metrics,
        samples=pd.concat([table, scores], axis=1),
        slices={
            str(own.name): slice_table(
                scores, own, _tones(config) if own.name == "skin tone" else None
            )
            for own in groups
        },
        pictures=_rows(split, telling, references, scores, config.evaluation.pictures),
        protocol={
            "pictures": f"{len(split)} samples of {split.table['identity'].nunique()} identities, "
            f"split “{split.name}”",
            "agreement": figures.PROTOCOL,
            "decoding": f"{config.decoding.style}; {config.evaluation.sampled} drawn at "
            f"temperature {config.decoding.temperature:g}, nucleus {config.decoding.top_p:g}",
            "attributes": "read back by the grammar that the sample's captions are written by",
        },
    )


def _told(captions: list[str], facts: list[Facts | None]) -> pd.DataFrame:
    """Per caption what its attribute words are worth; NaN where nothing is known."""
    rows = []
    for text, own in zip(captions, facts, strict=True):
        marks = right(text, own) if own else {}
        colours = [good for slot, good in marks.items() if slot in COLOUR_SLOTS]
        rows.append(
            {
                "attributes_right": float(all(marks.values())) if marks else np.nan,
                "said": float(len(marks)) if own else np.nan,
                "colours": float(len(colours)),
                "colours_right": float(np.mean(colours)) if colours else np.nan,
            }
        )
    return pd.DataFrame(rows)


def _rightness(told: pd.DataFrame) -> dict[str, float]:
    weighed = (told["colours_right"] * told["colours"]).sum()
    return {
        "attributes_right": float(told["attributes_right"].mean()),
        "said": float(told["said"].mean()),
        "colours_right": float(weighed / total) if (total := told["colours"].sum()) else np.nan,
    }


def _groups(
    split: PreparedSplit, facts: list[Facts | None], trained: PreparedSplit, config: Config
) -> list[pd.Series]:
    """The slices: skin tones, kinds, and whether training has seen the combination."""
    about = [json.loads(text) if text else {} for text in split.table["attributes"]]
    tones = pd.Series([own.get("skin_tone", 0) for own in about])
    others = (facts_of(text) for text in trained.table["attributes"])
    seen = {combination(each) for each in others if each}
    return [
        by_bins(tones, config.evaluation.bins, "skin tone"),
        pd.Series([each.kind if each else UNKNOWN for each in facts], name="kind"),
        pd.Series(
            [
                UNKNOWN if not each else "seen" if combination(each) in seen else "never seen"
                for each in facts
            ],
            name="combination",
        ),
    ]


def _tones(config: Config) -> list[str]:
    return [bin_name(*pair) for pair in config.evaluation.bins]


def _table(split: PreparedSplit, telling: Telling, references: list[list[str]]) -> pd.DataFrame:
    """What the report says of a sample."""
    kept = split.table[["image_id", "identity"]].reset_index(drop=True)
    return kept.assign(caption=telling.captions, reference=[own[0] for own in references])


def _rows(
    split: PreparedSplit,
    telling: Telling,
    references: list[list[str]],
    scores: pd.DataFrame,
    count: int,
) -> list[PictureRow]:
    """Best, median and worst cases by CIDEr-D, and some that every model shows."""
    chosen: dict[Kind, list[int]] = {**pick(scores["cider_d"], count, METRICS["cider_d"])}
    chosen["same"] = np.linspace(0, len(split) - 1, min(count, len(split))).astype(int).tolist()
    return [
        PictureRow(
            kind,
            f"{split.table['image_id'].iloc[index]} · {telling.captions[index]} · "
            f"CIDEr-D {scores['cider_d'].iloc[index]:.2f}",
            {
                "photo": np.asarray(split.arrays["image"][index]),
                "result": page([telling.captions[index], *telling.sets[index]]),
                "ground truth": page(references[index]),
            },
        )
        for kind, indices in chosen.items()
        for index in indices
    ]
