"""The image descriptions name what is there, and run without rights."""

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

DOCKERFILES = sorted((ROOT / "infra" / "docker").glob("*.Dockerfile"))


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.stem)
def test_dockerfiles(path: Path) -> None:
    text = path.read_text()
    ignored = path.with_name(f"{path.name}.dockerignore").read_text().split()
    for copied in re.findall(r"^COPY ([^-\s]\S*)", text, re.M):
        assert (ROOT / copied).exists(), copied
        assert f"!{copied}" in ignored
    assert re.search(r"^USER (?!0|root)\S+", text, re.M)
    assert re.search(r"^ARG BASE=[^:@]+[:@]\S+$", text, re.M)
    assert len(DOCKERFILES) == 2


def test_every_limit_of_the_service_is_documented() -> None:
    from bento.settings import PREFIX, Settings

    described = (ROOT / "infra" / "README.md").read_text()
    for name, field in Settings.model_fields.items():
        row = re.search(rf"^\| `{PREFIX}{name.upper()}` \| (\S+) \|", described, re.M)
        assert row, name
        if isinstance(field.default, int | float):
            assert float(row[1].replace(",", "")) == field.default
