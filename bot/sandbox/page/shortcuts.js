// The app's shortcuts: global ones beside each message box, message shortcuts in a message's menu.

import { perform } from "./actions.js";
import { openMenu } from "./menus.js";
import { state } from "./state.js";
import { words } from "./words.js";

function items(type, anchor, place) {
  return state.workspace.shortcuts
    .filter((shortcut) => shortcut.type === type)
    .map(({ name, callback_id, description }) => ({
      label: name,
      text: name,
      description: [description, state.workspace.app.name].filter(Boolean).join(" · "),
      act: () => perform({ do: "shortcut", callback_id, ...place }, { key: anchor.dataset.focus }),
    }));
}

/** Whether the app has any global shortcut. */
export function hasGlobalShortcuts() {
  return state.workspace.shortcuts.some((shortcut) => shortcut.type === "global");
}

/** Opens the list of the global shortcuts beside `anchor`. */
export function openShortcuts(anchor) {
  openMenu(anchor, {
    label: words("shortcuts"),
    groups: [{ items: items("global", anchor, {}) }],
    onPick: (item) => item.act(),
  });
}

/** Returns menu items for the shortcuts on the message at `place` ({channel, ts}). */
export function messageShortcuts(anchor, place) {
  return items("message", anchor, place);
}
