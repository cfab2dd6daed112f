"""Whatever is wrong with a request: 4xx, a code for programs, a hint for people. Never 5xx."""

import httpx
import pytest

from tests.bento.pictures import bad, face, save

LOOK = {"look": "classic red"}


def post(
    client: httpx.Client, photo: bytes, path: str = "/makeup", **fields: str
) -> httpx.Response:
    files = {"photo": ("photo.jpg", photo)}
    if path.endswith("transfer"):
        files["reference"] = ("reference.jpg", save(face()))
    return client.post(path, data=fields, files=files)


def check(response: httpx.Response, status: int, code: str) -> dict[str, str]:
    assert (response.status_code, response.headers["content-type"]) == (status, "application/json")
    body = response.json()
    assert body.keys() == {"error"}
    assert body["error"].keys() == {"code", "message", "hint"}
    assert body["error"]["code"] == code, body
    assert body["error"]["message"]
    assert body["error"]["hint"]
    error: dict[str, str] = body["error"]
    return error


@pytest.mark.parametrize("name", bad())
def test_bad_photo(client: httpx.Client, name: str) -> None:
    photo, status, code = bad()[name]
    check(post(client, photo, **LOOK), status, code)


@pytest.mark.parametrize("name", ["zero bytes", "truncated jpeg", "bomb", "several faces"])
def test_bad_photo_or_reference_of_a_transfer(client: httpx.Client, name: str) -> None:
    photo, status, code = bad()[name]
    check(post(client, photo, "/makeup/transfer"), status, code)
    files = {"photo": ("photo.png", save(face())), "reference": ("reference.png", photo)}
    error = check(client.post("/makeup/transfer", files=files), status, code)
    assert "reference" in error["message"]


@pytest.mark.parametrize(
    ("fields", "status", "code", "says"),
    [
        ({"look": "clasic red"}, 422, "unknown_look", "classic red"),
        ({"look": "x" * 19_000}, 422, "unknown_look", "perhaps"),
        ({"look": "x" * 21_000}, 422, "invalid_request", "look"),
        ({"look": "{"}, 400, "invalid_json", "look"),
        ({"look": "[1, 2]"}, 400, "invalid_json", "object"),
        ({"look": '{"regions": ' * 5_000}, 422, "invalid_request", "look"),
        ({"look": '{"regions": ' * 1_500}, 400, "invalid_json", "recursion"),
        ({"look": '{"regions": {"lips": {"colour": "red"}}}'}, 422, "invalid_look", "colour"),
        ({"look": '{"regions": {"chin": {}}}'}, 422, "invalid_look", "chin"),
        ({"look": '{"regions": {"lips": {"intensity": NaN}}}'}, 400, "invalid_json", "look"),
        ({"look": '{"regions": {"lips": {"intensity": 1e999}}}'}, 422, "invalid_look", "lips"),
        ({"look": '{"name": "\\ud800"}'}, 400, "invalid_json", "look"),
        (LOOK | {"overrides": "no json"}, 400, "invalid_json", "overrides"),
        (LOOK | {"overrides": '{"chin": {}}'}, 422, "invalid_look", "chin"),
        (LOOK | {"overrides": '{"lips": 3}'}, 422, "invalid_look", "lips"),
        (LOOK | {"overrides": '{"lips": {"intensity": 2}}'}, 422, "invalid_look", "intensity"),
        (LOOK | {"overrides": '{"lips": {"hue": 2}}'}, 422, "invalid_look", "hue"),
        (LOOK | {"intensity": "1.01"}, 422, "invalid_request", "intensity"),
        (LOOK | {"intensity": "-0.01"}, 422, "invalid_request", "intensity"),
        (LOOK | {"intensity": "nan"}, 422, "invalid_request", "intensity"),
        (LOOK | {"intensity": "much"}, 422, "invalid_request", "intensity"),
        (LOOK | {"format": "gif"}, 422, "invalid_request", "format"),
        ({}, 422, "invalid_request", "look"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else None,
)
def test_bad_fields(
    client: httpx.Client, fields: dict[str, str], status: int, code: str, says: str
) -> None:
    error = check(post(client, save(face()), **fields), status, code)
    assert says in error["message"] + error["hint"]


def test_bad_regions(client: httpx.Client) -> None:
    error = check(
        post(client, save(face()), "/makeup/transfer", regions="lips,chin"), 422, "unknown_region"
    )
    assert "chin" in error["message"]


def test_a_photo_must_be_a_file(client: httpx.Client) -> None:
    fields = {"photo": (None, "text"), "look": (None, "nude")}
    check(client.post("/makeup", files=fields), 422, "invalid_request")
    check(client.post("/makeup", files={"look": (None, "nude")}), 422, "invalid_request")


@pytest.mark.parametrize(
    ("content_type", "status", "code"),
    [
        ("application/json", 415, "unsupported_media_type"),
        ("application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        ("", 415, "unsupported_media_type"),
        ("multipart/form-data; boundary=x; charset=utf-7", 415, "unsupported_media_type"),
        ('multipart/form-data; boundary=x; charset="undefined"', 415, "unsupported_media_type"),
        ("multipart/form-data", 400, "malformed_body"),
        ("multipart/form-data; boundary=x", 400, "malformed_body"),
    ],
)
def test_bad_bodies(client: httpx.Client, content_type: str, status: int, code: str) -> None:
    headers = {"content-type": content_type}
    check(client.post("/makeup", content=b'{"look": "nude"}', headers=headers), status, code)


def test_unknown_paths_and_methods(client: httpx.Client) -> None:
    check(client.get("/nothing"), 404, "not_found")
    check(client.get("/looks/"), 404, "not_found")
    check(client.get("/makeup"), 405, "method_not_allowed")
    for path in ("/looks", "/livez", "/readyz", "/metrics", "/openapi.json"):
        response = client.delete(path)
        check(response, 405, "method_not_allowed")
        assert "GET" in response.headers["allow"]
