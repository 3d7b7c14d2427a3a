"""slack_sdk's models check some of Slack's rules; the sandbox must also reject what they let pass."""

import logging
import warnings

import pytest
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from tests.sandbox.block_examples import IN_MESSAGES, IN_VIEWS
from tests.sandbox.examples import Json

LET_PASS_BY_THE_MODELS = {
    "message.blocks",
    "field.known",
    "field.type",
    "block_id.unique",
    "action_id.unique",
    "text.empty",
    "items.empty",
    "text",
    "url",
    "section.field",
    "element.place",
    "input.surface",
    "option.text",
    "option.value",
    "option.description",
    "option.url",
    "option.initial",
    "group.label",
    "choice.options",
    "max_selected_items",
    "external_id",
    "plain_text_input.length",
    "number_input.value",
    "file_input.max_files",
    "focus_on_load",
    "modal.submit.with_input",
    "home.fields",
    "context_actions.surface",
    "feedback.accessibility_label",
}


def models_take_message(blocks: list[Json]) -> bool:
    try:
        for block in blocks:
            parsed = Block.parse(block)
            if parsed is None:
                return False
            parsed.to_dict()
    except (SlackObjectFormationError, TypeError, AttributeError):
        return False
    return True


def models_take_view(view: Json) -> bool:
    try:
        View(**view).to_dict()
    except (SlackObjectFormationError, TypeError, AttributeError):
        return False
    return True


@pytest.fixture(autouse=True)
def _quiet_models(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="slack_sdk")


def test_the_rules_refuse_what_the_models_let_pass() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        passed = {rule for rule, (_, refused) in IN_MESSAGES.items() if models_take_message(refused)}
        passed |= {rule for rule, (_, refused) in IN_VIEWS.items() if models_take_view(refused)}

    assert passed == LET_PASS_BY_THE_MODELS


def test_the_models_take_what_the_rules_accept() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        refused = {rule for rule, (accepted, _) in IN_MESSAGES.items() if not models_take_message(accepted)}
        refused |= {rule for rule, (accepted, _) in IN_VIEWS.items() if not models_take_view(accepted)}

    assert refused == set()
