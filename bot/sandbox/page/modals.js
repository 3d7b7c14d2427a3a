// Shows the topmost of an app's stack of modals. The dialog element traps the focus.

import { notify, perform } from "./actions.js";
import { blockItems } from "./blocks.js";
import { controlNamed, focusWithoutScroll, h, icon, reconcile, returnFocus } from "./dom.js";
import { uploadsSettled } from "./file_input.js";
import { drawPlain } from "./text.js";
import { names, state } from "./state.js";
import { collect } from "./values.js";
import { words } from "./words.js";

const FIRST_FIELD = "[autofocus], .modal-body :is(input:not([hidden]), textarea, .select, .file-input button)";

export class Modals {
  constructor() {
    this.header = h("header", { class: "modal-header" });
    this.body = h("div", { class: "modal-body blocks" });
    this.problem = h("p", { class: "modal-problem", role: "alert", hidden: true });
    this.footer = h("footer", { class: "modal-footer" });
    this.form = h(
      "form",
      { class: "modal-form", novalidate: true, onsubmit: (event) => this.submit(event) },
      this.header,
      this.body,
      this.problem,
      this.footer,
    );
    this.node = h(
      "dialog",
      { class: "dialog modal", "aria-labelledby": "modal-title", oncancel: (event) => this.onCancel(event) },
      this.form,
    );
    this.shown = null;
  }

  /** Draws the current person's topmost modal, if any. */
  show() {
    const { modals } = state.view;
    const view = modals.at(-1);
    if (!view) {
      this.hide();
      return;
    }
    const isNew = this.shown?.id !== view.id;
    this.shown = view;
    if (isNew) this.reset();
    reconcile(this.header, [this.headerItem(view, modals.length)]);
    reconcile(this.body, blockItems(view.blocks, this.context(view)));
    reconcile(this.footer, [this.footerItem(view)]);
    if (!this.node.open) this.open();
    if (isNew) this.focusFirst();
  }

  open() {
    this.opener = document.activeElement;
    this.node.showModal();
  }

  reset() {
    this.body.replaceChildren();
    this.body.scrollTop = 0;
    this.say("");
  }

  hide() {
    this.shown = null;
    if (!this.node.open) return;
    this.node.close();
    if (document.activeElement === document.body) returnFocus(this.opener);
    if (document.activeElement === document.body) focusWithoutScroll(controlNamed("composer"));
  }

  focusFirst() {
    const field = this.form.querySelector(FIRST_FIELD) ?? this.footer.querySelector("button");
    focusWithoutScroll(field);
  }

  focusFirstError() {
    this.body.querySelector("[aria-invalid=true]")?.focus();
  }

  context(view) {
    return {
      scope: `${state.as} ${view.id}`,
      container: { view_id: view.id },
      names: names(),
      blocks: () => this.shown?.blocks ?? [],
      errors: view.errors,
      kept: () => this.shown?.state,
      onError: (message) => this.say(message),
    };
  }

  headerItem(view, depth) {
    const render = () => {
      const leave = (name, label) =>
        h(
          "button",
          {
            type: "button",
            class: "pane-tool",
            "aria-label": label,
            "data-focus": "leave",
            onclick: () => this.close(),
          },
          icon(name),
        );
      return h(
        "div",
        { class: "modal-heading" },
        depth > 1 && leave("back", words("back")),
        h("h2", { class: "modal-title", id: "modal-title" }, drawPlain(view.title.text, view.title)),
        depth === 1 && leave("close", words("close")),
      );
    };
    return { key: "header", signature: JSON.stringify([view.id, view.title, depth]), render };
  }

  footerItem(view) {
    const text = (object, fallback) => (object ? drawPlain(object.text, object) : fallback);
    const render = () =>
      h(
        "div",
        { class: "modal-buttons" },
        h(
          "button",
          { type: "button", class: "button", "data-focus": "close modal", onclick: () => this.close() },
          text(view.close, words("close")),
        ),
        view.submit &&
          h(
            "button",
            { type: "submit", class: "button button-primary", "data-focus": `submit ${view.id}` },
            text(view.submit),
          ),
      );
    return { key: "footer", signature: JSON.stringify([view.id, view.submit, view.close]), render };
  }

  /** Shows an error within the modal; "" hides it. */
  say(message) {
    this.problem.hidden = !message;
    this.problem.textContent = message;
  }

  async submit(event) {
    event.preventDefault();
    const view = this.shown;
    if (!view.submit) return;
    this.say("");
    await uploadsSettled();
    const values = collect(this.context(view), view.blocks);
    const onError = (message) => (this.shown?.id === view.id ? this.say(message) : notify(message));
    const answer = await perform(
      { do: "submit", view_id: view.id, values },
      { key: `submit ${view.id}`, onError },
    );
    if (Object.keys(answer?.errors ?? {}).length) this.focusFirstError();
  }

  close() {
    return perform({ do: "close", view_id: this.shown.id }, { onError: (message) => this.say(message) });
  }

  onCancel(event) {
    event.preventDefault();
    this.close();
  }
}
