"""Settings: which source wins, where the file is looked for, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.config import NAME, SETTINGS, default_catalog, find_file, read_file, setting
from catalog.errors import UsageError


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty working folder, and none of this machine's settings."""
    for variable, _, _ in SETTINGS.values():
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / "here" / "below").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here" / "below")


def test_each_source_gives_way_to_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Default, file, environment, flag: each later one wins over those before."""
    assert (setting("port").value, setting("port").origin) == (8000, "default")
    file = tmp_path / "here" / NAME
    file.write_text("port = 1\n", encoding="utf-8")
    assert (setting("port").value, setting("port").origin) == (1, str(file))
    monkeypatch.setenv("CUTLINE_PORT", "2")
    assert (setting("port").value, setting("port").origin) == (2, "$CUTLINE_PORT")
    assert (setting("port", 0).value, setting("port", 0).origin) == (0, "flag")


def test_the_nearest_file_is_read_and_the_users_last(tmp_path: Path) -> None:
    """The working folder, then those above, then the user's configuration folder."""
    assert find_file() is None
    places = [tmp_path / "user" / "cutline", tmp_path / "here", tmp_path / "here" / "below"]
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
        (place / NAME).write_text("", encoding="utf-8")
        assert find_file() == place / NAME


def test_a_relative_catalogue_counts_from_its_file(tmp_path: Path) -> None:
    """A folder in cutline.toml is beside that file, wherever the command is run; an address is left as it is."""
    file = tmp_path / "here" / NAME
    file.write_text('catalog = "pictures"\n', encoding="utf-8")
    assert setting("catalog").value == str(tmp_path / "here" / "pictures")
    file.write_text('catalog = "postgresql://desk/pictures"\n', encoding="utf-8")
    assert setting("catalog").value == "postgresql://desk/pictures"


def test_nothing_set_is_the_data_folder(tmp_path: Path) -> None:
    """Without any setting the catalogue lies in the user's data folder."""
    assert setting("catalog").value == default_catalog() == str(tmp_path / "data" / "cutline" / "catalogue")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"port = ", "not valid TOML"),
        (b"\xff\xfe", "not valid TOML"),
        (b'colour = "red"', "“colour”, which is no setting"),
        (b'port = "8000"', "port must be a int"),
        (b"port = true", "port must be a int"),
    ],
)
def test_a_bad_file_is_refused_with_its_name(tmp_path: Path, text: bytes, says: str) -> None:
    """What is no TOML, no setting or of a wrong type is one sentence that names the file."""
    file = tmp_path / NAME
    file.write_bytes(text)
    with pytest.raises(UsageError, match=says) as caught:
        read_file(file)
    assert str(file) in str(caught.value)


def test_a_bad_environment_is_refused_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable of the wrong type is named."""
    monkeypatch.setenv("CUTLINE_WORKERS", "many")
    with pytest.raises(UsageError, match=r"\$CUTLINE_WORKERS must be a int, not “many”"):
        setting("workers")
