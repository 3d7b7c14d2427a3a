from importlib import metadata

import pytest

import bot.version


def test_the_version_is_that_of_the_installed_package() -> None:
    assert bot.version.version() == metadata.version("paper-round")


def test_a_clone_that_is_not_installed_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.version, "DISTRIBUTION", "not-installed")

    assert bot.version.version.__wrapped__() == "checkout"
