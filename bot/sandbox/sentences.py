"""What Slack's client itself tells a person, in their language; in English where it has no other here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sentence:
    """A sentence of the client, whose `{places}` are filled in."""

    english: str
    chinese: str

    def said(self, locale: str, **values: object) -> str:
        """Return the sentence in the language of a locale such as `zh-CN`."""
        template = self.chinese if locale.split("-", maxsplit=1)[0] == "zh" else self.english
        return template.format(**values)


NO_RESPONSE = Sentence("The app did not respond.", "应用没有响应。")
TROUBLE = Sentence("We had some trouble connecting. Try again?", "连接时遇到问题。要重试吗？")
"""Told where an app does not acknowledge a modal as it should."""

UNKNOWN_COMMAND = Sentence("{name} is not a valid command.", "{name} 不是有效的命令。")
FAILED_COMMAND = Sentence(
    "{name} failed because the app did not respond.", "{name} 运行失败，因为应用没有响应。"
)
REQUIRED = Sentence("Please complete this required field.", "请填写此必填字段。")
TOO_SHORT = Sentence("Must be at least {fewest} characters", "至少需要 {fewest} 个字符")
TOO_LONG = Sentence("Must be less than {limit} characters", "必须少于 {limit} 个字符")
NO_NUMBER = Sentence("Please enter a valid number", "请输入有效的数字")
TOO_SMALL = Sentence("Must be at least {least}", "不得小于 {least}")
TOO_LARGE = Sentence("Must be at most {most}", "不得大于 {most}")
