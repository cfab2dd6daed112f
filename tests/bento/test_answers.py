"""What a sound request gets: the photo at its own resolution, upright, and who made it."""

import json

import httpx
import numpy as np
import pytest

from tests.bento.pictures import face, good, read, save
from tests.bento.served import SERVED
from tests.serving.networks import meta
from tryon.makeup.look import REGIONS, catalogue


def makeup(client: httpx.Client, photo: bytes, **fields: str) -> httpx.Response:
    fields = {"look": "classic red"} | fields
    response = client.post("/makeup", data=fields, files={"photo": ("photo", photo)})
    assert response.status_code == 200, response.text
    return response


@pytest.mark.parametrize("name", good())
def test_every_sound_file_is_answered_at_its_own_size(client: httpx.Client, name: str) -> None:
    answered = read(makeup(client, good()[name]).content)
    assert answered.shape == face().shape


def test_an_exif_rotated_photo_comes_back_upright(client: httpx.Client) -> None:
    turned = read(makeup(client, good()["turned by EXIF"]).content).astype(float)
    upright = read(makeup(client, save(face(), "JPEG", quality=95)).content).astype(float)
    assert np.abs(turned - upright).mean() < 4


def test_only_the_face_changes(client: httpx.Client) -> None:
    answered = read(makeup(client, save(face())).content)
    changed = (answered != face()).any(axis=2)
    assert 0.01 < changed.mean() < 0.5
    assert not changed[:20].any()  # above the head
    assert not changed[-20:].any()  # the shirt


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_the_answer_has_the_asked_format(client: httpx.Client, kind: str) -> None:
    response = makeup(client, save(face()), format=kind)
    assert response.headers["content-type"] == f"image/{kind}"
    marks = {"png": b"\x89PNG", "jpeg": b"\xff\xd8\xff", "webp": b"RIFF"}
    assert response.content.startswith(marks[kind])


def test_headers_say_which_model_answered_and_what_it_reached(client: httpx.Client) -> None:
    headers = makeup(client, save(face())).headers
    lineage = meta().lineage
    assert headers["x-model-version"] == "7"
    assert headers["x-lineage-git-commit"] == lineage.git_commit
    assert headers["x-lineage-dataset"] == lineage.dataset_digest
    assert headers["x-lineage-params"] == lineage.params_digest
    stages = {part.split(";")[0] for part in headers["server-timing"].split(", ")}
    assert stages == {"decode", "makeup", "encode"}
    reached = json.loads(headers["x-makeup"])
    assert set(reached) == set(catalogue()["classic red"].regions)
    assert reached["lips"]["delta_e"] < 3
    red = json.dumps({"regions": {"lips": {"colour": "#a8161f"}}})
    asked = json.loads(makeup(client, save(face()), look=red).headers["x-makeup"])
    assert asked["lips"]["asked"] == "#a8161f"


def test_intensity_and_overrides_change_the_answer(client: httpx.Client) -> None:
    photo = save(face())
    full = read(makeup(client, photo).content).astype(float)
    half = read(makeup(client, photo, intensity="0.5").content).astype(float)
    none = read(makeup(client, photo, intensity="0").content)
    change = np.abs(full - face()).mean()
    assert 0.2 * change < np.abs(half - face()).mean() < 0.8 * change
    assert np.array_equal(none, face())
    only_lips = json.dumps({region: None for region in REGIONS if region != "lips"})
    lips = makeup(client, photo, overrides=only_lips)
    assert set(json.loads(lips.headers["x-makeup"])) == {"lips"}
    as_json = json.dumps({"regions": {"lips": {"colour": "#a8161f", "intensity": 0.95}}})
    assert makeup(client, photo, look=as_json).content == lips.content


def test_a_reference_gives_its_makeup(client: httpx.Client) -> None:
    photo = save(face())
    reference = makeup(client, save(face()[:, ::-1]), look="berry").content
    files = {"photo": ("a.png", photo), "reference": ("b.png", reference)}
    response = client.post("/makeup/transfer", data={"regions": "lips"}, files=files)
    assert response.status_code == 200, response.text
    assert read(response.content).shape == face().shape
    assert set(json.loads(response.headers["x-makeup"])) == {"lips"}
    wanted = read(makeup(client, photo, look="berry").content).astype(float)
    got = read(response.content).astype(float)
    lips = np.abs(wanted - face()).sum(axis=2) > 60
    before = np.abs(wanted - face())[lips].mean()
    assert np.abs(wanted - got)[lips].mean() < 0.6 * before


def test_the_catalogue_and_the_models(client: httpx.Client) -> None:
    looks = client.get("/looks").json()
    assert [look["name"] for look in looks["looks"]] == list(catalogue())
    assert looks["regions"] == list(REGIONS)
    served = {model["task"]: model for model in client.get("/models").json()["models"]}
    assert set(served) == {each.task for each in SERVED}
    model = served["makeup"]
    assert model["version"] == "7"
    assert model["lineage"] == meta().lineage.model_dump()
    assert model["settings"] == meta().settings
    assert model["card"].startswith("# ")


def test_health_and_metrics(client: httpx.Client) -> None:
    makeup(client, save(face()))
    client.get("/nothing")
    for path in ("/livez", "/readyz", "/healthz"):
        assert client.get(path).status_code == 200
    exposed = client.get("/metrics").text
    assert 'bentoml_service_request_total{endpoint="/makeup",http_response_code="200"' in exposed
    assert 'tryon_stage_seconds_count{stage="makeup",task="makeup"}' in exposed
    assert 'tryon_errors_total{code="not_found"}' in exposed


def test_the_description_is_complete(client: httpx.Client) -> None:
    description = client.get("/openapi.json").json()
    paths = {"/makeup", "/makeup/transfer", "/looks", "/caption", "/caption/score", "/models"}
    assert paths | {"/livez", "/readyz", "/metrics"} <= set(description["paths"])
    posts = {path: on["post"] for path, on in description["paths"].items() if "post" in on}
    for path, post in posts.items():
        assert {"200", "400", "408", "413", "415", "422", "429", "503"} == set(post["responses"])
        kind = "application/json" if path == "/caption/score" else "multipart/form-data"
        assert list(post["requestBody"]["content"]) == [kind]
        for status, response in post["responses"].items():
            assert response["description"]
            if status != "200":
                shape = response["content"]["application/json"]
                assert shape["schema"] == {"$ref": "#/components/schemas/ErrorBody"}
                assert set(shape["example"]["error"]) == {"code", "message", "hint"}
    assert "HTTPValidationError" not in description["components"]["schemas"]


def test_the_docs_page_needs_no_network(client: httpx.Client) -> None:
    page = client.get("/", follow_redirects=True)
    assert page.status_code == 200
    assert "https://" not in page.text
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        assert f"/docs/{asset}" in page.text
        assert client.get(f"/docs/{asset}").status_code == 200
