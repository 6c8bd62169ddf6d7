"""`config doctor password demo serve`: settings, the installation, the example stories."""

from __future__ import annotations

import json
from pathlib import Path

from tests import ARTICLES, PICTURES
from tests.cli.clirunning import Cutline
from web.access import load_access


def _origin(cutline: Cutline, name: str, *flags: str, env: dict[str, str] | None = None) -> tuple[str, str]:
    lines = cutline(*flags, "config", "--json", env=env).lines
    return next((str(s["value"]), s["origin"]) for s in lines if s["name"] == name)


def test_flag_before_environment_before_file_before_default(bare: Cutline, tmp_path: Path) -> None:
    """The catalogue of a command: its flag, else the environment, else cutline.toml beside it, else the data folder."""
    assert _origin(bare, "catalog") == (str(tmp_path / "data" / "cutline" / "catalogue"), "default")
    (tmp_path / "cutline.toml").write_text('catalog = "pictures"\nwho = "Desk"\n', encoding="utf-8")
    assert _origin(bare, "catalog") == (str(tmp_path / "pictures"), str(tmp_path / "cutline.toml"))
    assert _origin(bare, "who")[0] == "Desk"
    assert _origin(bare, "catalog", env={"CUTLINE_CATALOG": "other"}) == ("other", "$CUTLINE_CATALOG")
    assert _origin(bare, "catalog", "--catalog", "named", env={"CUTLINE_CATALOG": "other"}) == ("named", "flag")


def test_config_for_people_names_the_file(bare: Cutline, tmp_path: Path) -> None:
    """The table says where each value comes from, and which file was read."""
    assert "File: none" in bare("config").out
    (tmp_path / "cutline.toml").write_text("port = 8123\n", encoding="utf-8")
    told = bare("config").out
    assert "8123" in told and f"File: {tmp_path / 'cutline.toml'}" in told


def test_a_bad_settings_file_is_said_by_every_command(bare: Cutline, tmp_path: Path) -> None:
    """A file that is no TOML, sets what there is not or a wrong type ends with exit 2 and names file and setting."""
    for text, says in (
        ("catalog = ", "not valid TOML"),
        ('colour = "red"', "no setting"),
        ("catalog = 3", "must be a str"),
    ):
        (tmp_path / "cutline.toml").write_text(text, encoding="utf-8")
        for command in ("list", "config"):
            ran = bare(command)
            assert ran.code == 2 and says in ran.err and "cutline.toml" in ran.err


def test_doctor_says_what_is_there(cutline: Cutline) -> None:
    """Each check is a line with a state; a catalogue that opens is counted."""
    ran = cutline("doctor", "--json")
    states = {line["name"]: line["state"] for line in ran.lines}
    assert states["Python"] == states["Cutline"] == states["pillow"] == states["catalogue"] == "fine"
    assert ran.code == (1 if "wrong" in states.values() else 0)
    assert f"{PICTURES} pictures, {ARTICLES} articles" in cutline("doctor").out


def test_doctor_gives_the_command_that_mends(bare: Cutline, catalogue: Path, tmp_path: Path) -> None:
    """No catalogue yet is no fault; a damaged one is, with what to run."""
    missing = {line["name"]: line for line in bare("doctor", "--json", catalog=tmp_path / "none").lines}["catalogue"]
    assert (missing["state"], missing["mend"]) == ("missing", "cutline import FOLDER")
    (catalogue / "catalogue.json").write_bytes(b"{}")
    ran = bare("doctor", "--json", catalog=catalogue)
    wrong = {line["name"]: line for line in ran.lines}["catalogue"]
    assert ran.code == 1
    assert (wrong["state"], wrong["mend"]) == ("wrong", "cutline verify")


def test_password_prints_what_an_access_file_takes(bare: Cutline, tmp_path: Path) -> None:
    """The printed lines, put into a file, let that password and that token in."""
    typed = bare("password", typed="correct horse battery\ncorrect horse battery\n")
    token = bare("password", "--token")
    assert typed.code == token.code == 0 and "correct horse" not in typed.out
    secret = token.err.removeprefix("Token: ").strip()
    file = tmp_path / "access.toml"
    file.write_text(
        f'[[user]]\nname = "anna"\nrole = "reviewer"\n{typed.out}[[token]]\nname = "nightly"\nrole = "admin"\n{token.out}',
        encoding="utf-8",
    )
    access = load_access(file)
    assert access.login("anna", "correct horse battery") is not None and access.login("anna", "wrong") is None
    assert access.bearer(secret) is not None


def test_serve_takes_its_access_from_the_environment(cutline: Cutline, tmp_path: Path) -> None:
    """An access file that cannot be read stops `serve` before it listens."""
    ran = cutline("serve", "--port", "0", env={"CUTLINE_ACCESS": str(tmp_path / "missing.toml")})
    assert ran.code == 2 and "missing.toml cannot be read" in ran.err
    assert cutline("serve", "--port", "0", env={"CUTLINE_TOKEN": "short"}).code == 2


def test_demo_shows_the_stories_in_a_catalogue_of_its_own(bare: Cutline, tmp_path: Path) -> None:
    """`demo --no-serve` prints captions with pictures, copies and findings, and keeps them apart from the default catalogue."""
    ran = bare("demo", "--no-serve")
    assert ran.code == 0
    for words in ("Captions and their pictures", "The same photograph again", "For you to decide", "river-bridge.jpg"):
        assert words in ran.out
    demo = tmp_path / "data" / "cutline" / "demo"
    assert len(bare("list", "--json", catalog=demo).lines) == PICTURES
    assert not (tmp_path / "data" / "cutline" / "catalogue").exists()
    assert json.loads(json.dumps(bare("findings", "--json", catalog=demo).lines))
