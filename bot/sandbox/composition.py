"""The sandbox's composition root: a workspace together with the Web API methods that work on it."""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.sandbox.clock import Clock
from bot.sandbox.config import Configuration
from bot.sandbox.methods import MethodRegistry
from bot.sandbox.methods.call import Method
from bot.sandbox.workspace import Workspace


def create_workspace(
    manifest: Mapping[str, Any],
    clock: Clock | None = None,
    config: Configuration | Mapping[str, Any] | None = None,
    more_methods: Iterable[Method] = (),
) -> Workspace:
    """Create the workspace of one team with one app installed.

    `manifest` is the app's manifest as an object. `clock` is the workspace's time, by default the machine's.
    `config` is a Configuration or an object of its fields. `more_methods` are those of the Web API beside
    the ones that every workspace has. Raises ConfigurationError.
    """
    return Workspace(manifest, MethodRegistry(more_methods), clock, config)
