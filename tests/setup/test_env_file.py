import io
import os
import stat
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from bot.setup.env_file import with_values, write_private


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "A=1\nB=2\n"),
        ("# mine\nOTHER=x # why\n", "# mine\nOTHER=x # why\nA=1\nB=2\n"),
        ("OTHER=x", "OTHER=x\nA=1\nB=2\n"),
        ("B=9\nOTHER=x\n", "B=2\nOTHER=x\nA=1\n"),
        ("A=0\nA=9\n", "A=0\nA=1\nB=2\n"),
        ("A=9\r\nOTHER=x\r\n", "A=1\r\nOTHER=x\r\nB=2\r\n"),
        ('A="two\nlines"\nOTHER=x\n', "A=1\nOTHER=x\nB=2\n"),
    ],
)
def test_settings_change_in_their_place_and_all_else_stays(before: str, after: str) -> None:
    changed = with_values(before, {"A": "1", "B": "2"})

    assert changed == after
    assert read(changed) == {**read(before), "A": "1", "B": "2"}


def test_a_comment_and_an_export_stay() -> None:
    before = "A=old # note's end\n\nexport B='9 #no' # yes\n"

    assert with_values(before, {"A": "1", "B": "2"}) == "A=1 # note's end\n\nexport B=2 # yes\n"


# What load_settings takes: one line, without control characters.
values = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=30).map(str.strip)


@given(st.dictionaries(st.sampled_from(["A", "B", "C"]), values), st.dictionaries(st.just("A"), values))
def test_any_value_is_read_back_as_it_was(before: dict[str, str], changes: dict[str, str]) -> None:
    text = with_values("", before)

    assert read(text) == before
    assert read(with_values(text, changes)) == {**before, **changes}


def test_the_file_is_its_owners_alone_whatever_it_was(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("A=0\n")
    path.chmod(0o644)

    write_private(path, "A=1\n")

    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("A=1\n", 0o600)
    assert [each.name for each in tmp_path.iterdir()] == [".env"]


def test_a_link_leads_to_the_file_that_was_changed(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("A=0\n")
    (tmp_path / ".env").symlink_to(kept)

    write_private(tmp_path / ".env", "A=1\n")

    assert (kept.read_text(), (tmp_path / ".env").is_symlink()) == ("A=1\n", True)


def test_an_interruption_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_descriptor: int) -> None:
        raise KeyboardInterrupt

    (tmp_path / ".env").write_text("A=0\n")
    monkeypatch.setattr(os, "fsync", interrupted)

    with pytest.raises(KeyboardInterrupt):
        write_private(tmp_path / ".env", "A=1\n")

    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(".env", "A=0\n")]


def read(text: str) -> dict[str, str | None]:
    return dict(dotenv_values(stream=io.StringIO(text, newline=""), interpolate=False))
