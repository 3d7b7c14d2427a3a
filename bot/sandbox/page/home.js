// The app's Home tab.

import { blockItems } from "./blocks.js";
import { h, reconcile } from "./dom.js";
import { names, state } from "./state.js";
import { words } from "./words.js";

/** Draws the current person's Home tab into `parent`. */
export function drawHome(parent) {
  const view = state.view.home;
  if (!view) {
    reconcile(parent, [{ key: "empty", signature: state.as, render: drawEmpty }]);
    return;
  }
  reconcile(parent, [
    { key: `home ${state.as}`, signature: view.id, render: () => h("div", { class: "home-blocks blocks" }) },
  ]);
  reconcile(parent.firstElementChild, blockItems(view.blocks, homeContext(view)));
}

function drawEmpty() {
  return h("div", { class: "empty" }, h("p", {}, words("no_home", { app: state.workspace.app.name })));
}

function homeContext(view) {
  return {
    scope: `${state.as} ${view.id}`,
    container: { view_id: view.id },
    names: names(),
    blocks: () => state.view.home?.blocks ?? [],
    kept: () => state.view.home?.state,
  };
}
