"""A local Slack workspace for trying and testing a bot; it knows nothing of papers."""

from bot.sandbox.clock import Clock, ManualClock, RunningClock
from bot.sandbox.config import Configuration
from bot.sandbox.driver import Driver, RemoteMember
from bot.sandbox.errors import (
    ConfigurationError,
    ConnectionLostError,
    NeverSeenError,
    NotAnsweredError,
    NotPossibleError,
    SandboxError,
)
from bot.sandbox.people import Member
from bot.sandbox.server import Sandbox
from bot.sandbox.serving import serve, settings_for_a_bot
from bot.sandbox.workspace import Answer, Workspace

__all__ = [
    "Answer",
    "Clock",
    "Configuration",
    "ConfigurationError",
    "ConnectionLostError",
    "Driver",
    "ManualClock",
    "Member",
    "NeverSeenError",
    "NotAnsweredError",
    "NotPossibleError",
    "RemoteMember",
    "RunningClock",
    "Sandbox",
    "SandboxError",
    "Workspace",
    "serve",
    "settings_for_a_bot",
]
