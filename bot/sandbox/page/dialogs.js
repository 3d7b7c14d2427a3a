// Small dialogs of the page itself: "are you sure?" and a question with one answer.

import { h, returnFocus, uniqueId } from "./dom.js";
import { drawPlain, drawText } from "./text.js";

/**
 * Shows a dialog with a way out and a way on; true where the person goes on.
 * The way out is no submit button, so that Enter goes on.
 */
function ask({ title, body, out, on, style = "primary" }) {
  const id = uniqueId("dialog");
  const leave = h("button", { type: "button", class: "button", onclick: () => dialog.close() }, out);
  const goOn = h("button", { class: `button button-${style}`, value: "on" }, on);
  const dialog = h(
    "dialog",
    { class: "dialog dialog-small", "aria-labelledby": id },
    h(
      "form",
      { method: "dialog" },
      h("h2", { class: "dialog-title", id }, title),
      h("div", { class: "dialog-body" }, body),
      h("div", { class: "dialog-buttons" }, leave, goOn),
    ),
  );
  document.body.append(dialog);
  const opener = document.activeElement;
  dialog.showModal();
  (dialog.querySelector("input") ?? goOn).focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      returnFocus(opener);
      resolve(dialog.returnValue === "on");
    });
  });
}

/** A confirmation object of Block Kit; true where the person confirms. */
export function confirmDialog(confirm, names) {
  return ask({
    title: drawPlain(confirm.title.text, confirm.title),
    body: drawText(confirm.text, names),
    out: drawPlain(confirm.deny.text, confirm.deny),
    on: drawPlain(confirm.confirm.text, confirm.confirm),
    style: confirm.style,
  });
}

/** Asks for one line of text; null where the person thinks better of it. */
export async function askText({ title, label, value, submit }) {
  const input = h("input", { class: "field", type: "text", value, required: true, id: uniqueId("ask") });
  const body = [h("label", { class: "label", for: input.id }, label), input];
  return (await ask({ title, body, out: "Cancel", on: submit })) ? input.value.trim() : null;
}
