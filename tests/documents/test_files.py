"""A digest is a file of some size; what has no end is refused with a sentence and not read for ever."""

import os
import threading
from pathlib import Path

import pytest

from bot.documents import files
from bot.documents.files import read_digest_file
from bot.errors import NotADigestError

EMPTY_DAY = "# Papers for 2025-10-01\n"


def refusal(path: Path) -> str:
    with pytest.raises(NotADigestError) as raised:
        read_digest_file(path)
    return str(raised.value)


def test_a_file_without_an_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_MOST_BYTES", len(EMPTY_DAY))
    fits, endless = tmp_path / "day.md", tmp_path / "endless.md"
    fits.write_text(EMPTY_DAY)
    endless.write_text(EMPTY_DAY + "\n")

    assert read_digest_file(fits).entries == ()
    assert refusal(endless) == f"{endless}: this has more than 24 bytes, which no digest has."


@pytest.mark.skipif(os.name != "posix", reason="Windows has no files that are devices")
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device_is_refused(device: str) -> None:
    assert refusal(Path(device)) == f"{device}: this is a device, not a file."


@pytest.mark.skipif(os.name != "posix", reason="Windows has no pipes that are files")
def test_a_pipe_is_read_as_far_as_a_digest_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.files.SECONDS_FOR_A_PIPE", 0.0)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    silent = refusal(pipe)
    monkeypatch.undo()
    writer = threading.Thread(target=pipe.write_text, args=[EMPTY_DAY])
    writer.start()
    read = read_digest_file(pipe)
    writer.join()

    assert silent == f"{pipe}: this is a pipe, and nobody wrote to it for 10 seconds."
    assert read.entries == ()


def test_a_folder_is_still_called_one(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"{tmp_path} cannot be read: Is a directory."
