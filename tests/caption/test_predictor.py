"""The predictor on a network written by hand, whose every number can be computed again."""

import json
import threading

import numpy as np
import pytest

from tests.serving.captioner import HIDDEN, LEANS, SIZE, caption_meta, captioner, words
from tests.serving.networks import CARD, meta, zero_network
from tryon.caption.config import DecodingConfig
from tryon.caption.decoding.model import log_softmax
from tryon.caption.pictures import fitted, planes
from tryon.caption.predictor import BLANK, MIN_SIDE, Caption, Predictor, load
from tryon.caption.settings import Settings
from tryon.caption.vocabulary import BEGIN, END
from tryon.errors import BundleError, Refusal
from tryon.serving.bundle import Bundle
from tryon.serving.session import OnnxSession

STYLES = ("greedy", "beam", "sample")


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor(OnnxSession(captioner()))


def photo(*colour: int, height: int = 50, width: int = 70) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, 20, (height, width, 3))
    return np.clip(noise + colour, 0, 255).astype(np.uint8)


RED, GREEN, BLUE = photo(220, 20, 20), photo(20, 220, 20), photo(20, 20, 220)


@pytest.mark.parametrize("style", STYLES)
def test_a_score_is_the_mean_log_probability_over_all_ways(
    predictor: Predictor, style: str
) -> None:
    session, ids = predictor.teller.session, {word: n for n, word in enumerate(words())}
    seen = session.run(
        image=planes(fitted(GREEN, SIZE)[None]),
        word=np.zeros(1, np.int64),
        state=np.zeros((1, HIDDEN), np.float32),
        places=np.zeros((1, 1, 3), np.float32),
    )
    for caption in predictor.caption(GREEN, 3, DecodingConfig(style=style)):
        said = caption.text.replace(",", " ,").split()
        assert len(said) == caption.words
        totals = []
        for way in seen["start"][0]:
            total = 0.0
            for last, following in zip((BEGIN, *said), (*said, END), strict=True):
                logits = session.run(
                    image=np.zeros((0, 3, SIZE, SIZE), np.float32),
                    word=np.array([ids[last]]),
                    state=way[None],
                    places=seen["seen"],
                )["logits"]
                total += log_softmax(logits)[0, ids[following]]
            totals.append(total)
        mean = np.logaddexp.reduce(totals) - np.log(len(totals))
        assert caption.score == pytest.approx(mean / (len(said) + 1), abs=1e-5)
        assert caption.probability == pytest.approx(np.exp(caption.score))


@pytest.mark.parametrize("style", STYLES)
def test_several_photos_are_told_as_each_alone(predictor: Predictor, style: str) -> None:
    photos = [RED, GREEN, BLUE]
    config = DecodingConfig(style=style, temperature=0.3)
    together = predictor.caption_each(photos, 2, config, seed=3)
    for own, image, colour in zip(together, photos, LEANS, strict=True):
        alone = predictor.caption(image, 2, config, seed=3)
        assert [each.text for each in own] == [each.text for each in alone]
        assert [each.score for each in own] == pytest.approx([each.score for each in alone])
        assert colour in own[0].text.split()


def test_threads_may_share_one(predictor: Predictor) -> None:
    config = DecodingConfig(style="sample")
    expected = [predictor.caption(image, 4, config, seed=1) for image in (RED, GREEN, BLUE)]
    found: list[list[Caption]] = []

    def tell(number: int) -> None:
        for turn in range(6):
            which = (number + turn) % 3
            same = predictor.caption((RED, GREEN, BLUE)[which], 4, config, seed=1)
            if same != expected[which]:
                found.append(same)

    threads = [threading.Thread(target=tell, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == []


def test_photos_that_show_nothing_are_refused(predictor: Predictor) -> None:
    for image, code in (
        (np.full((100, 100, 3), 200, np.uint8), "blank"),
        (photo(90, 90, 90, height=600, width=600) // 100 + 90, "blank"),
        (photo(200, 0, 0, width=MIN_SIDE - 1), "too_small"),
        (np.zeros((1, 1, 3), np.uint8), "too_small"),
    ):
        with pytest.raises(Refusal) as caught:
            predictor.caption(image)
        assert caught.value.code == code
        assert caught.value.hint
    edge = np.full((SIZE, SIZE, 3), 100, np.uint8)
    edge[:, : SIZE // 2] += np.uint8(2 * BLANK) + 1  # deviates by half of that
    assert predictor.caption(edge)


def test_a_bundle_brings_its_own_decoding(tmp_path) -> None:
    own = DecodingConfig(style="greedy", max_words=4, min_words=1)
    settings = Settings(size=SIZE, decoding=own).model_dump(mode="json")
    bundle = Bundle.write(tmp_path / "b", captioner(), caption_meta(settings=settings), CARD)
    predictor = load(bundle.folder)
    assert predictor.decoding == own
    assert predictor.caption(RED)[0].words <= 4
    assert predictor.caption(RED, decoding=DecodingConfig(min_words=6))[0].words >= 6


def test_bundles_of_others_are_refused(tmp_path) -> None:
    other = Bundle.write(tmp_path / "makeup", zero_network(), meta(), CARD)
    with pytest.raises(BundleError, match="'makeup', expected 'caption'"):
        load(other.folder)
    wrong = json.loads(caption_meta().model_dump_json())["settings"] | {"beams": 3}
    bundle = Bundle.write(tmp_path / "b", captioner(), caption_meta(settings=wrong), CARD)
    with pytest.raises(BundleError, match=r"settings\.beams"):
        load(bundle.folder)
