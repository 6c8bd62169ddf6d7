"""The page and the API show a picture as it stood on a day."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from catalog.model import Record


def test_a_page_of_a_day_shows_what_was_known_and_edits_nothing(
    client: FlaskClient, picture: Callable[[str], Record]
) -> None:
    """The form asks for a day without any script; the page of a day has no edit form, and a way back."""
    path = f"/images/{picture('river-bridge.jpg').id}"
    assert 'name="as_of"' in client.get(path).text and 'aria-labelledby="edit"' in client.get(path).text
    then = client.get(f"{path}?as_of=2999-01-01")
    assert then.status_code == 200
    assert "Back to today" in then.text and 'aria-labelledby="edit"' not in then.text
    assert client.get(f"{path}?as_of=1999-01-01").status_code == 404
    assert client.get(f"{path}?as_of=soon").status_code == 400


def test_the_api_answers_as_of_a_day(client: FlaskClient, picture: Callable[[str], Record]) -> None:
    """The same record, as of any later day; not found before the import, and a bad day is named."""
    path = f"/api/v1/images/{picture('river-bridge.jpg').id}"
    now, then = client.get(path).get_json(), client.get(f"{path}?as_of=2999-01-01").get_json()
    assert then["captions"] == now["captions"] and then["usages"] == now["usages"]
    assert client.get(f"{path}?as_of=1999-01-01").status_code == 404
    error = client.get(f"{path}?as_of=soon")
    assert error.status_code == 400 and error.get_json()["error"]["field"] == "as_of"
