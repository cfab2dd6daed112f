"""Reports and cards: whole, self-contained, honest about what is missing."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from tryon.data.card import Card
from tryon.errors import DataError
from tryon.gates import CHAMPION, Rule, check
from tryon.makeup.config import Config
from tryon.metrics.distances import kernel_distance
from tryon.metrics.result import Evaluation, Metric, PictureRow
from tryon.metrics.slices import by_bins, slice_table
from tryon.reports.card import CardText, model_card
from tryon.reports.comparison import adversarial_gain, comparison_page
from tryon.reports.curves import curves, read_stats
from tryon.reports.evaluation import evaluation_page
from tryon.reports.html import figure, number
from tryon.types import Lineage

PRIMARY = Metric("quality", "quality", "higher", "dB", "of everything")
METRICS = {
    "quality": PRIMARY,
    "error": Metric("error", "error <b>", "lower", "", "of everything", 3),
    "kernel_random": Metric(
        "kernel_random", "kernel distance (random features)", "lower", "", "sets", 4
    ),
    "fid": Metric("fid", "FID", "lower", "", "sets", 2),
}
RULES = [
    Rule("enough", "good enough", "quality", 25, "at_least", unit="dB"),
    Rule("keeps", "no worse than now", "quality", 0, "at_least", CHAMPION, "dB"),
]


def evaluation(title: str, mean: float, seed: int) -> Evaluation:
    rng = np.random.default_rng(seed)
    samples = pd.DataFrame(
        {
            "image_id": [f"<i>{k}" for k in range(30)],
            "identity": [f"p{k}" for k in range(30)],
            "quality": rng.normal(mean, 1, 30),
            "error": rng.random(30),
        }
    )
    features = np.random.default_rng(0).normal(size=(30, 4))
    distance = kernel_distance(features + rng.normal(0, 0.1, (30, 4)), features, paired=True)
    tones = by_bins(pd.Series(np.arange(30) % 6), ((0, 2), (3, 5), (6, 9)), "tone")
    picture = rng.integers(0, 256, (16, 16, 3)).astype(np.uint8)
    shown = {"bare": picture, "result": picture, "ground truth": picture, "difference": picture}
    return Evaluation(
        title=title,
        metrics={**samples[["quality", "error"]].mean(), "kernel_random": distance.value},
        samples=samples,
        slices={"tone": slice_table(samples[["quality", "error"]], tones, ["0–2", "3–5", "6–9"])},
        pictures=[PictureRow(k, f"{k} case", shown) for k in ("best", "median", "worst", "same")],
        protocol={"comparison": "declared so", "distances": "kernel distance (random features)"},
        counts={"kernel_random": 30},
        distances={"kernel_random": distance.left_out},
    )


GAN, TWIN, PLAIN = evaluation("gan", 31, 1), evaluation("twin", 30, 2), evaluation("plain", 20, 3)
GATES = {e.title: check(RULES, e, {"plain": PLAIN}, None) for e in (GAN, TWIN, PLAIN)}


class Page(HTMLParser):
    """Checks that elements close, and collects what a page would load."""

    VOID = ("meta", "img", "br", "hr", "link", "input", "path", "use", "rect", "line")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag not in self.VOID:
            self.open.append(tag)
        self.loads += [v for k, v in attributes if k in ("src", "href", "xlink:href") and v]
        assert tag not in ("script", "link", "iframe")

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def whole(text: str) -> Page:
    """The page, after checking that it is one file that needs no network."""
    page = Page(text)
    assert page.open == []
    assert all(load.startswith(("data:image/webp;base64,", "#")) for load in page.loads)
    assert not re.search(r"url\((?!#)|@import", text)
    return page


@pytest.fixture
def stats(tmp_path):
    path = tmp_path / "stats.jsonl"
    path.write_text("\n".join(json.dumps({"step": s, "l1": 1 / s}) for s in (10, 20, 30)))
    return path


def test_an_evaluation_that_passes(stats):
    text = evaluation_page("task", GAN, {"plain": PLAIN}, GATES["gan"], METRICS, PRIMARY,
                           stats=stats)  # fmt: skip
    page = whole(text)
    assert page.text.index("gan passes every rule") < page.text.index("Against the baselines")
    for piece in ("declared so", "n = 30", "no champion", "no samples", "worst", "Training"):
        assert piece in page.text
    assert "<svg" in text
    assert "FID" not in page.text
    assert "error <b>" in page.text  # labels are text, not markup


def test_an_evaluation_that_fails_says_why_first():
    gate = check(RULES, PLAIN, {"plain": PLAIN}, GAN)
    text = evaluation_page("task", PLAIN, {"plain": PLAIN}, gate, METRICS, PRIMARY, champion=GAN)
    page = whole(text)
    head = page.text[: page.text.index("Against the baselines and the champion")]
    assert "does not pass the gate" in head
    assert "enough" in head
    assert "keeps" in head


def test_a_comparison_names_the_winner_and_the_gain(stats):
    both = {"gan": GAN, "twin": TWIN}
    text = comparison_page("task", both, {"plain": PLAIN}, GATES, "gan", METRICS, PRIMARY,
                           controls=["twin"], stats={"gan": stats, "twin": stats})  # fmt: skip
    page = whole(text)
    assert "gan wins" in page.text
    assert "gan against twin" in page.text
    assert adversarial_gain(both, ["twin"], METRICS)[0] in page.text
    assert page.text.count("ground truth") == 1  # one row: what was there, all results, the truth


def test_a_comparison_without_a_twin_says_that_nothing_can_be_said():
    text = comparison_page("task", {"gan": GAN}, {}, GATES, None, METRICS, PRIMARY)
    page = whole(text)
    assert "No candidate may ship" in page.text
    assert "Nothing can be said" in page.text


def test_curves_need_readable_statistics(tmp_path):
    with pytest.raises(DataError, match="no training statistics"):
        read_stats(tmp_path / "stats.jsonl")
    (tmp_path / "stats.jsonl").write_text('{"step": 1}\nnot json')
    with pytest.raises(DataError, match="no JSON-lines"):
        read_stats(tmp_path / "stats.jsonl")
    assert curves({}) == ""


def test_equal_curves_are_equal_bytes(stats):
    assert curves({"a": read_stats(stats)}) == curves({"a": read_stats(stats)})


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.234, "1.23"), (-0.5, "−0.50"), (float("nan"), "–"), (None, "–"), (float("inf"), "–")],
)
def test_numbers_for_people(value, text):
    assert number(value) == text


def test_a_small_figure_is_not_shown_as_nothing():
    assert figure(0.0, PRIMARY) == "0.00"
    assert figure(1e-6, PRIMARY) == "1.0e−06"


TEXT = CardText("Does things.", ["this"], ["that"], ["may err"], fairness="tone")
LINEAGE = Lineage(
    git_commit="abc", git_dirty=True, dataset_digest="d41.dir", params_digest="p1",
    packages={"torch": "2"},
)  # fmt: skip
DATASET = Card(
    name="drawn", task="makeup", source="drawn by code", licence="CC0-1.0",
    counts={"train": 5}, identities={"train": 5},
)  # fmt: skip


def card(text=TEXT, shown=GAN, gain=()) -> str:
    return model_card("makeup", text, shown, {"plain": PLAIN}, GATES["gan"], LINEAGE, DATASET,
                      Config(), METRICS, PRIMARY, gain)  # fmt: skip


def test_no_section_of_a_card_is_empty():
    sections = re.split(r"^## ", card(gain=["It added nothing."]), flags=re.MULTILINE)[1:]
    titles = [section.split("\n", 1)[0] for section in sections]
    assert titles == [
        "Intended use", "Out of scope", "Data", "Training", "Metrics", "Metrics by slice",
        "Fairness by tone", "What adversarial training added", "Limits and risks", "Gate",
        "Licence", "Lineage", "How to roll back",
    ]  # fmt: skip
    for section in sections:
        body = section.split("\n", 1)[1]
        assert len(re.sub(r"[\s|:*`#-]", "", body)) > 3, section
        assert not re.search(r"\b(None|nan|TODO)\b", body), section


def test_a_card_says_what_was_not_measured():
    text = card()
    assert "no sample of it: 6–9" in text
    assert "no twin trained without the adversarial term" in text
    assert "not committed" in text
    assert "tryon rollback makeup --dry-run" in text
    assert "CC0-1.0" in text


@pytest.mark.parametrize(
    ("text", "shown", "section"),
    [
        (CardText("x", [], ["that"], ["err"], "tone"), GAN, "Intended use"),
        (CardText("x", ["this"], ["that"], [], "tone"), GAN, "Limits and risks"),
        (CardText("x", ["this"], ["that"], ["err"], "age"), GAN, "Fairness by age"),
    ],
)
def test_a_card_with_an_empty_section_is_not_written(text, shown, section):
    with pytest.raises(DataError, match=section):
        card(text, shown)
