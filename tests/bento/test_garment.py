"""`/garment` and `/garments`: the photo at its own resolution, upright, and what was found."""

import json

import httpx
import numpy as np
import pytest

from tests.bento.pictures import bad, face, png_header, read, save
from tests.bento.served_garment import person, shirt, shirt_mask
from tests.bento.test_bad_input import check
from tests.serving.outfitter import outfitter_meta
from tryon.garment.catalogue import catalogue
from tryon.garment.garment import CATEGORIES
from tryon.vision.human import KEYPOINTS

PERSON, SHIRT = save(person()), save(shirt())
MASK = save(shirt_mask())


def ask(client: httpx.Client, /, **given: bytes | str) -> httpx.Response:
    """Bytes go as files, text as fields; photo and garment are sound if not given."""
    sent = {"photo": PERSON, "garment": SHIRT} | given
    files = {name: (name, value) for name, value in sent.items() if isinstance(value, bytes)}
    data = {name: value for name, value in sent.items() if isinstance(value, str)}
    return client.post("/garment", data=data, files=files)


def dressed(client: httpx.Client, /, **given: bytes | str) -> httpx.Response:
    response = ask(client, **given)
    assert response.status_code == 200, response.text
    return response


def test_a_person_is_dressed_and_the_rest_is_her_own(client: httpx.Client) -> None:
    answered = read(dressed(client).content)
    changed = (answered != person()).any(axis=2)
    assert answered.shape == person().shape
    assert 0.1 < changed.mean() < 0.45
    assert not changed[:150].any()  # the head
    red = answered[changed].astype(int)
    assert np.median(red[:, 0] - red[:, 1]) > 60
    assert np.median(red[:, 0] - person()[changed][:, 0].astype(int)) < -20  # from orange


def test_a_large_photo_is_answered_at_its_own_size(client: httpx.Client) -> None:
    large = person(scale=7)
    response = dressed(client, photo=save(large, "JPEG", quality=95), garment="breton")
    answered = read(response.content)
    assert answered.shape == large.shape
    assert json.loads(response.headers["x-person"])["changed"] < 0.6
    sent = read(save(large, "JPEG", quality=95))
    assert np.array_equal(answered[:1000], sent[:1000])


def test_headers_say_what_was_found(client: httpx.Client) -> None:
    headers = dressed(client).headers
    assert headers["x-model-version"] == "7"
    assert headers["x-lineage-dataset"] == outfitter_meta().lineage.dataset_digest
    stages = {part.split(";")[0] for part in headers["server-timing"].split(", ")}
    assert stages == {"decode", "garment", "encode"}
    found = json.loads(headers["x-garment"])
    assert found["category"] == "upper"
    assert found["read"] == ["mask", "landmarks"]
    assert found["cover"] == pytest.approx((shirt_mask() > 127).mean(), rel=0.1)
    assert found["landmarks"] == 21
    seen = json.loads(headers["x-person"])
    assert list(seen["keypoints"]) == list(KEYPOINTS)
    x, y, confidence = seen["keypoints"]["nose"]
    assert 0 < x < person().shape[1]
    assert 50 < y < 150
    assert confidence > 0.9
    assert sum(seen["parts"].values()) == pytest.approx(1, abs=0.01)
    assert 0.1 < seen["changed"] < 0.6


def test_what_is_known_is_not_read(client: httpx.Client) -> None:
    response = dressed(client, category="upper", mask=MASK)
    assert json.loads(response.headers["x-garment"])["read"] == ["landmarks"]


@pytest.mark.parametrize("kind", ["jpeg", "webp"])
def test_the_answer_has_the_asked_format(client: httpx.Client, kind: str) -> None:
    assert dressed(client, format=kind).headers["content-type"] == f"image/{kind}"


def test_the_catalogue(client: httpx.Client) -> None:
    answered = client.get("/garments").json()
    assert answered["categories"] == list(CATEGORIES)
    assert [one["name"] for one in answered["garments"]] == list(catalogue())
    assert {one["category"] for one in answered["garments"]} == set(CATEGORIES)
    for one in answered["garments"]:
        assert one["says"]
        picture = client.get(one["picture"])
        assert picture.headers["content-type"] == "image/webp"
        assert read(picture.content).shape == shirt().shape
    check(client.get("/garments/socks"), 404, "not_found")


@pytest.mark.parametrize("name", [name for name, one in catalogue().items()
                                  if one.category == "upper"])  # fmt: skip
def test_a_catalogue_garment_is_worn(client: httpx.Client, name: str) -> None:
    response = dressed(client, garment=name)
    found = json.loads(response.headers["x-garment"])
    assert (found["read"], found["category"]) == ([], catalogue()[name].category)
    assert (read(response.content) != person()).any()


NOISE = save(np.random.default_rng(0).integers(0, 255, (300, 225, 3), np.uint8))
GROUND = save(np.full((300, 225, 3), 240, np.uint8))
NIGHT = save(np.zeros((300, 225, 3), np.uint8))
COUPLE = save(np.concatenate([person(20), person(20, mirrored=True)], axis=1))
REFUSED: dict[str, tuple[dict[str, bytes | str], int, str]] = {
    "no person": ({"photo": GROUND}, 422, "no_person"),
    "a garment in place of the person": ({"photo": SHIRT}, 422, "no_person"),
    "several persons": ({"photo": COUPLE}, 422, "several_persons"),
    "a head alone": ({"photo": save(person()[:180])}, 422, "torso_hidden"),
    "a bust": ({"photo": save(person()[:300])}, 422, "torso_hidden"),
    "no legs": ({"garment": "jeans"}, 422, "legs_hidden"),
    "no garment": ({"garment": GROUND}, 422, "garment_missing"),
    "nothing but garment": ({"garment": NIGHT}, 422, "garment_missing"),
    "noise": ({"garment": NOISE}, 422, "garment_missing"),
    "a person in place of the garment": ({"garment": PERSON}, 422, "person_in_garment_photo"),
    "a mask that is too small": ({"mask": save(shirt_mask()[::2, ::2])}, 422, "mask_wrong_size"),
    "a grey mask": (
        {"mask": save(np.tile(np.arange(672) % 256, (896, 1)).astype(np.uint8))},
        422,
        "mask_not_binary",
    ),
    "a mask of ones": ({"mask": save(shirt_mask() // 255)}, 422, "mask_not_binary"),
    "an empty mask": ({"mask": save(0 * shirt_mask())}, 422, "mask_not_binary"),
    "a mask elsewhere": ({"mask": save(255 - shirt_mask())}, 422, "garment_missing"),
    "a coloured mask": ({"mask": SHIRT}, 415, "unsupported_format"),
    "a lossy mask": ({"mask": save(shirt_mask(), "JPEG")}, 415, "unsupported_format"),
    "a broken mask": ({"mask": MASK[:100]}, 422, "broken_image"),
    "a tiny person": ({"photo": save(person()[::10, ::10])}, 422, "too_small"),
    "a tiny garment": ({"garment": save(shirt()[::30, ::30])}, 422, "too_small"),
    "a huge garment": ({"garment": png_header(6000, 6000)}, 413, "too_many_pixels"),
    "a huge mask": ({"mask": png_header(6000, 6000)}, 413, "too_many_pixels"),
    "another category": ({"category": "socks"}, 422, "invalid_request"),
    "an unknown garment": ({"garment": "tokio-tee"}, 422, "unknown_garment"),
    "a garment of another category": (
        {"garment": "breton", "category": "lower"},
        422,
        "contradiction",
    ),
    "a mask for a known garment": ({"garment": "breton", "mask": MASK}, 422, "contradiction"),
    "no garment at all": ({"garment": ""}, 422, "invalid_request"),
    "another format": ({"format": "gif"}, 422, "invalid_request"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_requests(client: httpx.Client, name: str) -> None:
    given, status, code = REFUSED[name]
    check(ask(client, **given), status, code)


@pytest.mark.parametrize("field", ["photo", "garment"])
@pytest.mark.parametrize(
    "name", ["zero bytes", "text", "truncated jpeg", "truncated png", "bomb", "gif", "one pixel"]
)
def test_bad_files(client: httpx.Client, field: str, name: str) -> None:
    content, status, code = bad()[name]
    if name == "one pixel":
        code = "too_small"
    error = check(ask(client, **{field: content}), status, code)
    assert {"photo": "the person's photo", "garment": "the garment's photo"}[field] in error[
        "message"
    ]


def test_the_nearest_names_are_told(client: httpx.Client) -> None:
    error = check(ask(client, garment="tokio-tee"), 422, "unknown_garment")
    assert "tokyo-tee" in error["hint"]


def test_one_garment_is_asked_for(client: httpx.Client) -> None:
    both = [("photo", PERSON), ("garment", SHIRT), ("garment", (None, b"breton"))]
    check(client.post("/garment", files=both), 422, "repeated_field")
    check(client.post("/garment", files={"photo": PERSON}), 422, "invalid_request")
    check(client.post("/garment", files={"garment": SHIRT}), 422, "invalid_request")
    text = {"photo": (None, "text"), "garment": (None, "breton")}
    check(client.post("/garment", files=text), 422, "invalid_request")


def test_a_face_is_too_little(client: httpx.Client) -> None:
    check(ask(client, photo=save(face())), 422, "torso_hidden")


def test_the_description_is_complete(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    post = paths["/garment"]["post"]
    assert set(post["responses"]) == {"200", "400", "408", "413", "415", "422", "429", "503"}
    assert {"X-Garment", "X-Person", "X-Model-Version"} <= set(post["responses"]["200"]["headers"])
    (name,) = paths["/garments/{name}"]["get"]["parameters"]
    assert name["schema"]["enum"] == list(catalogue())
