"""Captions of photos, scores of captions, and what is said of those that cannot be had."""

import json
from typing import Any

import httpx
import numpy as np
import pytest

from tests.bento.pictures import bad, face, good, png_header, save
from tests.bento.test_bad_input import check
from tests.serving.captioner import LEANS, caption_meta
from tests.text.test_scores import CAPTIONS, CIDER_EACH, GOLDEN, REFERENCES, ROUGE_EACH
from tryon.caption.decoding import DANGLING
from tryon.caption.decoding.several import likeness
from tryon.caption.predictor import MIN_SIDE
from tryon.text.variety import repeats_itself

STYLES = ("greedy", "beam", "sample")
OF_NO_FACE = {"no face", "several faces", "small face"}  # which are photos all the same


def coloured(*colour: int) -> bytes:
    """A photo in which one channel stands out."""
    noise = np.random.default_rng(0).normal(0, 20, (60, 80, 3))
    return save(np.clip(noise + colour, 0, 255).astype(np.uint8))


PHOTOS = {
    "red": coloured(220, 20, 20),
    "green": coloured(20, 220, 20),
    "blue": coloured(20, 20, 220),
}


def ask(client: httpx.Client, photo: bytes, **fields: str) -> httpx.Response:
    return client.post("/caption", data=fields, files={"photo": ("photo", photo)})


def told(client: httpx.Client, photo: bytes, **fields: str) -> list[dict[str, Any]]:
    response = ask(client, photo, **fields)
    assert response.status_code == 200, response.text
    captions: list[dict[str, Any]] = response.json()["captions"]
    return captions


def score(client: httpx.Client, captions: object, references: object, **more: object) -> Any:
    response = client.post(
        "/caption/score", json={"captions": captions, "references": references} | more
    )
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("colour", LEANS)
def test_captions_tell_what_the_photo_shows(client: httpx.Client, colour: str, style: str) -> None:
    (caption,) = told(client, PHOTOS[colour], style=style, temperature="0.3")
    assert colour in caption["text"].split()
    assert caption["words"] == len(caption["text"].replace(",", " ,").split())
    assert caption["score"] < 0
    assert caption["probability"] == pytest.approx(np.exp(caption["score"]))


@pytest.mark.parametrize("name", good())
def test_every_sound_file_is_told(client: httpx.Client, name: str) -> None:
    assert told(client, good()[name])


@pytest.mark.parametrize("style", STYLES)
def test_several_captions_are_no_near_copies_and_well_formed(
    client: httpx.Client, style: str
) -> None:
    for seed in range(5):
        captions = told(client, PHOTOS["red"], n="8", style=style, seed=str(seed))
        texts = [caption["text"].replace(",", " ,").split() for caption in captions]
        assert 4 <= len(texts) <= 8
        for at, text in enumerate(texts):
            assert all(likeness(text, other) <= 0.85 for other in texts[:at])
            assert not repeats_itself(text)
            assert text[-1] not in DANGLING


def test_the_first_of_several_is_the_one_alone(client: httpx.Client) -> None:
    for style in ("greedy", "beam"):
        (alone,) = told(client, PHOTOS["red"], style=style)
        assert told(client, PHOTOS["red"], style=style, n="5")[0] == alone


def test_length_is_held(client: httpx.Client) -> None:
    for style in STYLES:
        for least, most in ((1, 4), (6, 7), (12, 20)):
            limits = {"min_words": str(least), "max_words": str(most)}
            for caption in told(client, PHOTOS["green"], n="4", style=style, **limits):
                assert least <= caption["words"] <= most
    (short,) = told(client, PHOTOS["green"], max_words="2")  # min_words follows
    assert short["words"] <= 2


def test_equal_seeds_give_equal_captions(client: httpx.Client) -> None:
    answers = [
        ask(client, PHOTOS["blue"], n="3", style="sample", temperature="2", seed=seed)
        for seed in ("7", "7", "8")
    ]
    assert answers[0].content == answers[1].content
    assert answers[0].json()["captions"] != answers[2].json()["captions"]
    assert answers[0].json()["seed"] == 7


def test_beams_and_boldness_matter(client: httpx.Client) -> None:
    wide, narrow = (told(client, PHOTOS["red"], beams=beams)[0] for beams in ("16", "1"))
    assert wide["score"] > narrow["score"]
    mild, bold = (
        np.mean(
            [
                caption["score"]
                for seed in range(6)
                for caption in told(
                    client, PHOTOS["red"], style="sample", temperature=heat, seed=str(seed)
                )
            ]
        )
        for heat in ("0.2", "4")
    )
    assert bold < mild


def test_the_answer_says_which_model_told(client: httpx.Client) -> None:
    response = ask(client, PHOTOS["red"])
    lineage = caption_meta().lineage
    assert response.json()["model"] == {
        "version": "7",
        **lineage.model_dump(exclude={"packages"}),
    }
    assert response.headers["x-model-version"] == "7"
    assert response.headers["x-lineage-git-commit"] == lineage.git_commit
    assert response.headers["x-lineage-dataset"] == lineage.dataset_digest
    stages = {part.split(";")[0] for part in response.headers["server-timing"].split(", ")}
    assert stages == {"decode", "caption"}


@pytest.mark.parametrize("name", sorted(set(bad()) - OF_NO_FACE))
def test_what_is_no_photo_is_refused(client: httpx.Client, name: str) -> None:
    photo, status, code = bad()[name]
    check(ask(client, photo), status, "too_small" if name == "one pixel" else code)


@pytest.mark.parametrize("name", sorted(OF_NO_FACE))
def test_a_photo_needs_no_face(client: httpx.Client, name: str) -> None:
    assert told(client, bad()[name][0])


def test_photos_that_show_nothing_are_refused(client: httpx.Client) -> None:
    for value in (0, 127, 255):
        blank = np.full((200, 300, 3), value, np.uint8)
        check(ask(client, save(blank)), 422, "blank")
        grain = np.random.default_rng(0).normal(0, 3, blank.shape)
        grained = np.clip(blank + grain, 0, 255).astype(np.uint8)
        check(ask(client, save(grained, "JPEG")), 422, "blank")
    small = face()[:MIN_SIDE, : MIN_SIDE - 1]
    error = check(ask(client, save(small)), 422, "too_small")
    assert f"{MIN_SIDE - 1}×{MIN_SIDE}" in error["message"]
    assert told(client, save(face()[:MIN_SIDE, :MIN_SIDE]))
    check(ask(client, png_header(20_000, 20_000)), 413, "too_many_pixels")


@pytest.mark.parametrize(
    ("fields", "code", "says"),
    [
        ({"n": "0"}, "invalid_request", "n:"),
        ({"n": "11"}, "invalid_request", "10"),
        ({"n": "1.5"}, "invalid_request", "n:"),
        ({"n": "9" * 5_000}, "invalid_request", "n:"),
        ({"style": "diverse"}, "invalid_request", "greedy"),
        ({"style": "🙂"}, "invalid_request", "style"),
        ({"temperature": "nan"}, "invalid_request", "temperature"),
        ({"temperature": "inf"}, "invalid_request", "temperature"),
        ({"temperature": "0"}, "invalid_request", "temperature"),
        ({"top_p": "1.1"}, "invalid_request", "top_p"),
        ({"top_p": "nan"}, "invalid_request", "top_p"),
        ({"beams": "33"}, "invalid_request", "beams"),
        ({"seed": "-1"}, "invalid_request", "seed"),
        ({"seed": str(2**32)}, "invalid_request", "seed"),
        ({"max_words": "0"}, "invalid_request", "max_words"),
        ({"max_words": "101"}, "invalid_request", "max_words"),
        ({"min_words": "9", "max_words": "8"}, "invalid_length", "max_words 8"),
        ({"min_words": "40"}, "invalid_length", "max_words 30"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else None,
)
def test_bad_options(client: httpx.Client, fields: dict[str, str], code: str, says: str) -> None:
    error = check(ask(client, save(face()), **fields), 422, code)
    assert says in error["message"]


def test_scores_equal_the_published_ones(client: httpx.Client) -> None:
    found = score(client, CAPTIONS, REFERENCES)
    assert found["corpus"] == pytest.approx(GOLDEN, abs=1e-9)
    assert [one["rouge_l"] for one in found["each"]] == pytest.approx(ROUGE_EACH, abs=1e-8)
    assert [one["cider_d"] for one in found["each"]] == pytest.approx(CIDER_EACH, abs=1e-8)
    assert (found["captions"], found["references"], found["notes"]) == (3, 6, [])
    assert "CIDEr-D" in found["protocol"]


def test_show_adjust_score(client: httpx.Client) -> None:
    (shown,) = told(client, PHOTOS["red"])
    wanted = f"{shown['text']} and a white belt"
    before, after = score(client, [shown["text"], wanted], [[wanted], [wanted]])["each"]
    assert before["bleu_4"] < after["bleu_4"] == pytest.approx(1)
    assert before["rouge_l"] < after["rouge_l"] == pytest.approx(1)


def test_a_single_caption_has_no_cider_and_that_is_said(client: httpx.Client) -> None:
    found = score(client, CAPTIONS[:1], REFERENCES[:1])
    assert found["corpus"]["cider_d"] == 0
    assert "CIDEr-D" in found["notes"][0]


def test_tokens_of_another_tokenizer_are_taken_as_they_are(client: httpx.Client) -> None:
    captions, references = ["Red . Dress"], [["Red . Dress"]]
    own, given = (
        score(client, captions, references, tokenized=tokenized) for tokenized in (False, True)
    )
    assert own["each"][0]["bleu_3"] < 0.01  # two words, the stop dropped
    assert given["each"][0]["bleu_3"] == pytest.approx(1)
    assert "as given" in given["protocol"]


@pytest.mark.parametrize(
    "text", ["👗💄👩‍🦰", "فستان أحمر طويل", "שמלה אדומה", "红色 连衣裙", "\u202ea red dress"]
)
def test_text_of_any_script_scores_itself_fully(client: httpx.Client, text: str) -> None:
    found = score(client, [text, "a red dress"], [[text], ["a blue coat"]])
    assert found["each"][0]["bleu_1"] == pytest.approx(1)
    assert found["each"][0]["rouge_l"] == pytest.approx(1)


def test_an_empty_caption_scores_nothing(client: httpx.Client) -> None:
    found = score(client, ["", "a red dress"], REFERENCES[:2])
    assert found["each"][0]["rouge_l"] == found["each"][0]["cider_d"] == 0


@pytest.mark.parametrize(
    ("body", "status", "code", "says"),
    [
        ({"captions": [], "references": []}, 422, "invalid_request", "captions"),
        ({"captions": ["a"], "references": []}, 422, "invalid_request", "references"),
        ({"captions": ["a", "b"], "references": [["a"]]}, 422, "count_mismatch", "2 captions"),
        ({"captions": ["a"], "references": [[]]}, 422, "invalid_request", "references.0"),
        ({"captions": ["a"], "references": [["", " . "]]}, 422, "empty_reference", "references[0]"),
        ({"captions": ["a"], "references": ["a"]}, 422, "invalid_request", "references.0"),
        ({"captions": "a", "references": [["a"]]}, 422, "invalid_request", "captions"),
        ({"captions": [None], "references": [["a"]]}, 422, "invalid_request", "captions.0"),
        ({"captions": [3] * 2_000, "references": [["a"]]}, 422, "invalid_request", "captions.0"),
        ({"captions": ["a"]}, 422, "invalid_request", "references"),
        ({"captions": ["a"], "references": [["a"]], "x" * 999: 1}, 422, "invalid_request", "xxx"),
        ({"captions": ["a"], "references": [["x" * 5_000]]}, 422, "invalid_request", "1000"),
        ({"captions": ["x" * 5_000], "references": [["a"]]}, 422, "invalid_request", "1000"),
        ({"captions": ["a"], "references": [["a"] * 51]}, 422, "invalid_request", "50 items"),
        ({"captions": ["a"] * 2_001, "references": [["a"]]}, 422, "invalid_request", "2000 items"),
        (
            {"captions": ["a" * 300] * 2_000, "references": [["a"]] * 2_000},
            413, "too_much_text", "500,000",
        ),
        ([], 422, "invalid_request", "request"),
        (None, 422, "invalid_request", "request"),
    ],
    ids=lambda value: json.dumps(value)[:60] if isinstance(value, dict | list) else None,
)  # fmt: skip
def test_bad_texts(client: httpx.Client, body: object, status: int, code: str, says: str) -> None:
    headers = {"content-type": "application/json"}
    content = json.dumps(body)
    error = check(client.post("/caption/score", content=content, headers=headers), status, code)
    assert says in error["message"]
    assert len(error["message"]) < 500


@pytest.mark.parametrize(
    ("content", "content_type", "status", "code"),
    [
        (b"", "application/json", 400, "invalid_json"),
        (b'{"captions": [', "application/json", 400, "invalid_json"),
        (b'{"captions": [NaN]}', "application/json", 422, "invalid_request"),
        (b'{"captions": ["\\ud800"]}', "application/json", 400, "invalid_json"),
        (b'{"captions": ["\xff"]}', "application/json", 400, "invalid_json"),
        (b"[" * 100_000, "application/json", 400, "invalid_json"),
        (b"{}", "text/plain", 415, "unsupported_media_type"),
        (b"{}", "application/json; charset=utf-7", 415, "unsupported_media_type"),
        (b"{}", "", 415, "unsupported_media_type"),
    ],
)
def test_bad_bodies(
    client: httpx.Client, content: bytes, content_type: str, status: int, code: str
) -> None:
    headers = {"content-type": content_type}
    check(client.post("/caption/score", content=content, headers=headers), status, code)


def test_the_description_states_the_models_own_choices(client: httpx.Client) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    fields = schemas["Body_caption_caption_post"]["properties"]
    own = caption_meta().settings["decoding"]
    assert isinstance(own, dict)
    for name in ("style", "beams", "temperature", "top_p", "max_words"):
        assert fields[name]["default"] == own[name]
        assert fields[name]["description"]
    assert (fields["n"]["minimum"], fields["n"]["maximum"]) == (1, 10)
