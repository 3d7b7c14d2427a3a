"""A local Slack workspace for trying and testing a bot; it knows nothing of papers."""

from bot.sandbox.clock import Clock, ManualClock, RunningClock
from bot.sandbox.composition import create_workspace
from bot.sandbox.config import Configuration
from bot.sandbox.errors import (
    ConfigurationError,
    ConnectionLostError,
    NeverSeenError,
    NotAnsweredError,
    NotPossibleError,
    SandboxError,
)
from bot.sandbox.member import Member
from bot.sandbox.oauth import Credentials
from bot.sandbox.server import Sandbox
from bot.sandbox.standalone import bot_settings, serve
from bot.sandbox.teams import Teams
from bot.sandbox.workspace import Response, Workspace

__all__ = [
    "Clock",
    "Configuration",
    "ConfigurationError",
    "ConnectionLostError",
    "Credentials",
    "ManualClock",
    "Member",
    "NeverSeenError",
    "NotAnsweredError",
    "NotPossibleError",
    "Response",
    "RunningClock",
    "Sandbox",
    "SandboxError",
    "Teams",
    "Workspace",
    "bot_settings",
    "create_workspace",
    "serve",
]
