// The page's own small dialogs: a confirmation, and a prompt for one line of text.

import { h, returnFocus, uniqueId } from "./dom.js";
import { drawPlain, drawText } from "./text.js";
import { words } from "./words.js";

/**
 * Shows a dialog with a cancel and a confirm button; resolves to true if the person confirms.
 * Cancel is not a submit button, so that Enter confirms.
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

/** Shows a Block Kit confirmation object; resolves to true if the person confirms. */
export function confirmDialog(confirm, names) {
  return ask({
    title: drawPlain(confirm.title.text, confirm.title),
    body: drawText(confirm.text, names),
    out: drawPlain(confirm.deny.text, confirm.deny),
    on: drawPlain(confirm.confirm.text, confirm.confirm),
    style: confirm.style,
  });
}

/** Prompts for one line of text; resolves to null if the person cancels. */
export async function askText({ title, label, value, submit }) {
  const input = h("input", { class: "field", type: "text", value, required: true, id: uniqueId("ask") });
  const body = [h("label", { class: "label", for: input.id }, label), input];
  return (await ask({ title, body, out: words("cancel"), on: submit })) ? input.value.trim() : null;
}
