"""Small pieces of Block Kit, and modals of the lunch app: they search as one types, and take files."""

from typing import Any

Json = dict[str, Any]

PLACES = ("Bakery", "Bar", "Noodle bar")


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def button(text: str, action_id: str, **more: Any) -> Json:
    return {"type": "button", "text": plain(text), "action_id": action_id, **more}


def option(text: str, value: str) -> Json:
    return {"text": plain(text), "value": value}


def find_modal(query: str) -> Json:
    """Return the search with what it found for `query`; the found places have a new block each time."""
    found = matching(query)
    choice = {"type": "radio_buttons", "action_id": "v", "options": found}
    results: list[Json] = [
        {"type": "section", "block_id": f"count {query}", "text": mrkdwn(f"{len(found)} found for “{query}”")}
    ]
    if found:
        block_id = f"found {query}"
        results.append(
            {
                "type": "input",
                "block_id": block_id,
                "optional": True,
                "label": plain("Place"),
                "element": choice,
            }
        )
    return {
        "type": "modal",
        "callback_id": "find",
        "title": plain("Find a place"),
        "submit": plain("Go"),
        "blocks": [
            {
                "type": "input",
                "block_id": "query",
                "dispatch_action": True,
                "label": plain(f"Search ({len(found)})"),
                "element": {
                    "type": "plain_text_input",
                    "action_id": "query",
                    "dispatch_action_config": {
                        "trigger_actions_on": ["on_enter_pressed", "on_character_entered"]
                    },
                },
            },
            *results,
        ],
    }


def matching(query: str) -> list[Json]:
    """Return the places that `query` finds, as options."""
    return [option(place, place) for place in PLACES if query.lower() in place.lower()]


def friends_modal() -> Json:
    """Return a modal with two selects whose options the app suggests."""
    one = {"type": "external_select", "action_id": "place", "min_query_length": 1}
    many = {"type": "multi_external_select", "action_id": "place", "min_query_length": 0}
    return {
        "type": "modal",
        "callback_id": "menu",
        "title": plain("Where to"),
        "submit": plain("Send"),
        "blocks": [
            {"type": "input", "block_id": "one", "label": plain("First"), "element": one},
            {"type": "input", "block_id": "many", "label": plain("Then"), "element": many},
        ],
    }


def menu_modal() -> Json:
    """Return a modal that takes one or two menus as files."""
    return {
        "type": "modal",
        "callback_id": "menu",
        "title": plain("The menu"),
        "submit": plain("Send"),
        "blocks": [
            {
                "type": "input",
                "block_id": "menu",
                "label": plain("Menu"),
                "element": {
                    "type": "file_input",
                    "action_id": "v",
                    "filetypes": ["pdf", "txt"],
                    "max_files": 2,
                },
            }
        ],
    }
