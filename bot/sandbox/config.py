"""The sandbox's configuration (people, channels, tokens, rates) and the app's manifest."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.sandbox.errors import ConfigurationError

Posting = Literal["everyone", "admins", "read_only", "thread_only", "non_threadable"]
"""Who may post in a channel, named after Slack's `restricted_action*` errors."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PersonConfig(_Strict):
    """One person; `locale` and `tz` as in `users.info` (`zh-CN`, `Asia/Shanghai`)."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    real_name: str
    locale: str = "en-US"
    tz: str = "America/New_York"
    is_admin: bool = False

    @field_validator("tz")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        if value not in available_timezones():
            message = f"{value} is no IANA time zone such as Europe/Berlin"
            raise ValueError(message)
        return value


class ChannelConfig(_Strict):
    """One channel; `members` are names, by default everybody's.

    `is_ext_shared` marks a Slack Connect channel; the workspace has no people of the other organisation.
    """

    name: str
    is_private: bool = False
    members: tuple[str, ...] | None = None
    has_bot: bool = False
    posting: Posting = "everyone"
    is_archived: bool = False
    is_ext_shared: bool = False


class EnterpriseConfig(_Strict):
    """The organisation of Enterprise Grid that a workspace belongs to."""

    id: str = Field(pattern=r"^E[A-Z0-9]{8,}$")
    name: str


class Rates(_Strict):
    """The rate limits; `None` lifts one, for tests of something else.

    The tiers are calls a minute per method, as Slack documents them. The bursts are ours, since Slack does
    not publish its own. `messages_per_minute` is the even rate over all channels of the workspace.
    """

    message_seconds: float | None = Field(default=1.0, gt=0)
    messages_per_minute: float | None = Field(default=300, gt=0)
    messages_burst: int = Field(default=10, gt=0)
    tier_1: float | None = Field(default=1, gt=0)
    tier_2: float | None = Field(default=20, gt=0)
    tier_3: float | None = Field(default=50, gt=0)
    tier_4: float | None = Field(default=100, gt=0)
    special: float | None = Field(default=600, gt=0)
    tier_1_burst: int = Field(default=10, gt=0)


_PEOPLE = (
    PersonConfig(name="ada", real_name="Ada Lovelace", is_admin=True),
    PersonConfig(name="lin", real_name="林徽因", locale="zh-CN", tz="Asia/Shanghai"),
    PersonConfig(name="emmy", real_name="Emmy Noether", locale="de-DE", tz="Europe/Berlin"),
)
_CHANNELS = (
    ChannelConfig(name="papers", has_bot=True),
    ChannelConfig(name="general"),
    ChannelConfig(name="random"),
    ChannelConfig(name="论文", has_bot=True),
    ChannelConfig(name="leads", is_private=True, members=("ada", "emmy")),
)


class Configuration(_Strict):
    """The initial workspace.

    `is_distributed` applies the history limits of commercially distributed apps outside the Marketplace.
    `number` tells several workspaces apart: their ids differ. Where the app is not installed, it has no bot
    token until somebody installs it, without the `withheld_scopes`. Workspaces with the same `enterprise` are
    those of one organisation.
    """

    team_name: str = "Sandbox"
    team_domain: str = "sandbox"
    people: tuple[PersonConfig, ...] = Field(default=_PEOPLE, min_length=1)
    channels: tuple[ChannelConfig, ...] = _CHANNELS
    rates: Rates = Rates()
    is_distributed: bool = False
    number: int = Field(default=1, ge=1, le=999)
    is_installed: bool = True
    enterprise: EnterpriseConfig | None = None
    withheld_scopes: tuple[str, ...] = ()
    bot_token: str = Field(default="xoxb-100000000001-100000000002-sandbox", pattern="^xoxb-")
    app_token: str = Field(default="xapp-1-A0000000001-100000000003-sandbox", pattern="^xapp-")
    configuration_token: str = Field(default="xoxe.xoxp-1-sandbox", pattern=r"^xoxe\.xoxp-")
    connection_seconds: float = Field(default=3600, gt=20)

    @classmethod
    def read(cls, data: "Configuration | Mapping[str, Any] | None") -> "Configuration":
        """Return the configuration in `data`, with defaults for missing fields.

        Raises ConfigurationError.
        """
        if isinstance(data, Configuration):
            return data
        return _validated(cls, data or {}, "configuration")


class _Loose(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Command(_Loose):
    """A slash command of the manifest."""

    command: str = Field(pattern=r"^/\S+$", max_length=32)
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False
    url: str = ""


class Shortcut(_Loose):
    """A shortcut of the manifest, offered on messages or globally."""

    name: str
    type: Literal["message", "global"]
    callback_id: str
    description: str = ""


class _Display(_Loose):
    name: str = "App"


class _BotUser(_Loose):
    display_name: str | None = None


class _AppHome(_Loose):
    home_tab_enabled: bool = False
    messages_tab_enabled: bool = False
    messages_tab_read_only_enabled: bool = False


_Domain = Annotated[str, Field(pattern=r"^[a-z0-9][-a-z0-9.]*\.[-a-z0-9]*[a-z][-a-z0-9]*$", max_length=255)]
"""A name with a top-level domain; neither that alone nor an IP address."""


class _Features(_Loose):
    app_home: _AppHome = _AppHome()
    bot_user: _BotUser = _BotUser()
    slash_commands: tuple[Command, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    unfurl_domains: tuple[_Domain, ...] = Field(default=(), max_length=5)


class _Scopes(_Loose):
    bot: tuple[str, ...] = ()
    bot_optional: tuple[str, ...] = ()


class _OAuth(_Loose):
    scopes: _Scopes = _Scopes()
    redirect_urls: tuple[str, ...] = ()


class _Events(_Loose):
    bot_events: tuple[str, ...] = ()
    request_url: str = ""


class _Interactivity(_Loose):
    is_enabled: bool = False
    request_url: str = ""
    message_menu_options_url: str = ""


class _Settings(_Loose):
    event_subscriptions: _Events = _Events()
    interactivity: _Interactivity = _Interactivity()
    token_rotation_enabled: bool = False
    org_deploy_enabled: bool = False
    socket_mode_enabled: bool = False


class Manifest(_Loose):
    """The parts of an app manifest that the sandbox uses (docs.slack.dev/reference/app-manifest)."""

    display_information: _Display = _Display()
    features: _Features = _Features()
    oauth_config: _OAuth = _OAuth()
    settings: _Settings = _Settings()

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "Manifest":
        """Return the manifest in `data`. Raises ConfigurationError."""
        return _validated(cls, data, "manifest")

    @property
    def name(self) -> str:
        """The name shown with the app's messages."""
        return self.features.bot_user.display_name or self.display_information.name

    @property
    def is_over_http(self) -> bool:
        """Whether Slack sends requests to the app, which does not connect by itself."""
        return bool(self.settings.event_subscriptions.request_url) and not self.settings.socket_mode_enabled

    @property
    def scopes(self) -> tuple[str, ...]:
        """All bot scopes, including the optional ones, in the manifest's order."""
        scopes = self.oauth_config.scopes
        return tuple(dict.fromkeys((*scopes.bot, *scopes.bot_optional)))


_Model = TypeVar("_Model", bound=BaseModel)


def _validated(model: type[_Model], data: Mapping[str, Any], what: str) -> _Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"Invalid {what}: {place}: {first['msg']}.") from error
