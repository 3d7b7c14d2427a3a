// Small dialogs of the page itself: "are you sure?" and a question with one answer.

import { focusWithoutScroll, h, uniqueId } from "./dom.js";
import { drawPlain, drawText } from "./mrkdwn.js";

/** Shows a dialog and gives what it was closed with: "" where it was dismissed. */
function ask(dialog) {
  const opener = document.activeElement;
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      focusWithoutScroll(opener);
      resolve(dialog.returnValue);
    });
  });
}

function frame(title, body, buttons, onSubmit) {
  const id = uniqueId("dialog");
  return h("dialog", { class: "dialog dialog-small", "aria-labelledby": id },
    h("form", { method: "dialog", onsubmit: onSubmit },
      h("h2", { class: "dialog-title", id }, title),
      h("div", { class: "dialog-body" }, body),
      h("div", { class: "dialog-buttons" }, buttons)));
}

/** A confirmation object of Block Kit; true where the person confirms. */
export async function confirmDialog(confirm, names) {
  const style = confirm.style === "danger" ? "danger" : "primary";
  const buttons = [
    h("button", { class: "button", value: "" }, drawPlain(confirm.deny.text, confirm.deny)),
    h("button", { class: `button button-${style}`, value: "confirmed", autofocus: true }, drawPlain(confirm.confirm.text, confirm.confirm)),
  ];
  const title = drawPlain(confirm.title.text, confirm.title);
  return (await ask(frame(title, drawText(confirm.text, names), buttons))) === "confirmed";
}

/** Asks for one line of text; null where the person thinks better of it. */
export async function askText({ title, label, value, submit }) {
  const input = h("input", { class: "field", type: "text", value, required: true, id: uniqueId("ask"), autofocus: true });
  const body = [h("label", { class: "label", for: input.id }, label), input];
  const buttons = [
    h("button", { class: "button", value: "", formnovalidate: true }, "Cancel"),
    h("button", { class: "button button-primary", value: "submitted" }, submit),
  ];
  const answer = await ask(frame(title, body, buttons));
  return answer === "submitted" ? input.value.trim() : null;
}
