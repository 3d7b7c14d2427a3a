// Sentences that the person should see: what failed, and whether the sandbox is still there.

import { h, icon, reconcile } from "./dom.js";
import { change, state } from "./state.js";

export class Notices {
  constructor() {
    this.met = new Set();
    this.node = h("div", {
      class: "notices",
      role: "log",
      "aria-live": "assertive",
      "aria-label": "Notices",
    });
  }

  /** Draws what has not been put away. It follows into an open modal, where alone it can be reached. */
  show() {
    this.passOverOld();
    const all = [...state.failures, ...(state.view?.notices ?? [])].filter(
      ({ id }) => !state.dismissed.has(id),
    );
    const host = document.querySelector("dialog[open].modal") ?? document.body;
    if (this.node.parentNode !== host) host.append(this.node);
    reconcile(this.node, [
      ...(state.connected ? [] : [this.lostItem()]),
      ...all.map((notice) => this.item(notice)),
    ]);
  }

  /** What was said before this page first looked as a person is old news. */
  passOverOld() {
    if (!state.view || this.met.has(state.viewOf)) return;
    this.met.add(state.viewOf);
    for (const { id } of state.view.notices) state.dismissed.add(id);
  }

  lostItem() {
    return {
      key: "lost",
      signature: "",
      render: () =>
        h(
          "div",
          { class: "notice" },
          icon("warning"),
          h("span", {}, "The sandbox does not answer. Trying again…"),
        ),
    };
  }

  item({ id, text }) {
    const putAway = () => {
      state.dismissed.add(id);
      change();
    };
    const render = () =>
      h(
        "div",
        { class: "notice" },
        icon("warning"),
        h("span", {}, text),
        h(
          "button",
          { type: "button", class: "pane-tool", "aria-label": "Dismiss", onclick: putAway },
          icon("close"),
        ),
      );
    return { key: id, signature: text, render };
  }
}
