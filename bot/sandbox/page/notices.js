// Notices of failures and of a lost connection. They are drawn below the side bar or below an open modal's
// form, so that they cover nothing, and disappear by themselves.

import { h, icon, reconcile } from "./dom.js";
import { change, state } from "./state.js";
import { words } from "./words.js";

const SHOWN_MS = 10_000;

export class Notices {
  /** `home` holds the notices while no modal is open. */
  constructor(home) {
    this.home = home;
    this.seenPeople = new Set();
    this.node = h("div", {
      class: "notices",
      role: "log",
      "aria-live": "assertive",
    });
  }

  /** Draws the notices that are not dismissed, in the open modal if any: nothing else can be reached then. */
  show() {
    this.dismissEarlier();
    this.node.setAttribute("aria-label", words("notices"));
    const all = [...state.failures, ...(state.view?.notices ?? [])].filter(
      ({ id }) => !state.dismissed.has(id),
    );
    const host = document.querySelector("dialog[open].modal") ?? this.home;
    if (this.node.parentNode !== host) host.append(this.node);
    reconcile(this.node, [
      ...(state.connected ? [] : [this.lostItem()]),
      ...all.map((notice) => this.item(notice)),
    ]);
  }

  /** Dismisses the notices from before this page first showed a person's view. */
  dismissEarlier() {
    if (!state.view || this.seenPeople.has(state.viewOf)) return;
    this.seenPeople.add(state.viewOf);
    for (const { id } of state.view.notices) state.dismissed.add(id);
  }

  lostItem() {
    return {
      key: "lost",
      signature: words("silent"),
      render: () =>
        h(
          "div",
          { class: "notice" },
          icon("warning"),
          h("span", {}, words("silent")),
        ),
    };
  }

  item({ id, text }) {
    const dismiss = () => {
      state.dismissed.add(id);
      change();
    };
    const render = () =>
      dismissedInTime(
        h(
          "div",
          { class: "notice" },
          icon("warning"),
          h("span", {}, text),
          h(
            "button",
            { type: "button", class: "pane-tool", "aria-label": words("dismiss"), onclick: dismiss },
            icon("close"),
          ),
        ),
        dismiss,
      );
    return { key: id, signature: text, render };
  }
}

/** Dismisses a notice after a while; the time restarts when the pointer or the focus leaves the notice. */
function dismissedInTime(node, dismiss) {
  let timer = null;
  const stop = () => clearTimeout(timer);
  const start = () => {
    stop();
    timer = setTimeout(dismiss, SHOWN_MS);
  };
  for (const type of ["mouseenter", "focusin"]) node.addEventListener(type, stop);
  for (const type of ["mouseleave", "focusout"]) node.addEventListener(type, start);
  start();
  return node;
}
