// Block Kit elements. Each drawer takes (element, context, block) and returns a node.
// context: {scope, container, names, blocks(), kept(), errors?, onError?, input?: {dispatch, labelledBy, describedBy, invalid}};
// blocks() and kept() return the sandbox's current blocks and input values.

import { markPending } from "./actions.js";
import { drawCheckboxes, drawRadioButtons, drawSelect } from "./choices.js";
import { dispatch, focusKey } from "./dispatch.js";
import { h, icon } from "./dom.js";
import { drawExternalSelect } from "./external_select.js";
import { drawFileInput } from "./file_input.js";
import { drawDatePicker, drawNumberInput, drawTextInput, drawTimePicker } from "./fields.js";
import { openMenu } from "./menus.js";
import { drawPlain, safeUrl } from "./text.js";
import { words } from "./words.js";

function drawButton(element, context, block) {
  const url = element.url && safeUrl(element.url);
  const props = {
    class: `button${element.style ? ` button-${element.style}` : ""}`,
    "aria-label": element.accessibility_label,
    "data-focus": focusKey(context, block, element),
    onclick: () => dispatch(context, block, element, { do: "click" }),
  };
  const text = h("span", { class: "button-text" }, drawPlain(element.text.text, element.text));
  if (!url) return markPending(h("button", { type: "button", ...props }, text));
  return markPending(
    h("a", { href: url, target: "_blank", rel: "noopener noreferrer", ...props }, text, icon("external")),
  );
}

/** Draws two buttons that share an action_id; the value of the pressed one says which. */
function drawFeedback(element, context, block) {
  const draw = (button) => {
    const key = focusKey(context, block, element, button.value);
    const props = {
      type: "button",
      class: "button button-feedback",
      "aria-label": button.accessibility_label,
      "data-focus": key,
      onclick: () => dispatch(context, block, element, { do: "click", value: button.value }, key),
    };
    return markPending(h("button", props, drawPlain(button.text.text, button.text)));
  };
  return h("span", { class: "feedback" }, draw(element.positive_button), draw(element.negative_button));
}

function drawOverflow(element, context, block) {
  const items = element.options.map((option) => ({
    value: option.value,
    url: option.url,
    label: drawPlain(option.text.text, option.text),
    text: option.text.text,
    description: option.description?.text,
  }));
  const button = h(
    "button",
    {
      type: "button",
      class: "button button-overflow",
      "aria-label": words("more_actions"),
      "aria-haspopup": "menu",
      "data-focus": focusKey(context, block, element),
      onclick: () => openMenu(button, { label: words("more_actions"), groups: [{ items }], onPick: pick }),
    },
    icon("more"),
  );
  const pick = (item) => {
    if (item.url && safeUrl(item.url)) window.open(item.url, "_blank", "noopener,noreferrer");
    dispatch(context, block, element, { do: "overflow", value: item.value });
  };
  return markPending(button);
}

/** Draws an image's alt text instead of loading it: the page makes no requests to other hosts. */
export function drawImage(image) {
  if (image.image_url?.startsWith("data:image/")) {
    return h("img", { class: "image", src: image.image_url, alt: image.alt_text });
  }
  return h(
    "span",
    { class: "image image-elsewhere", role: "img", "aria-label": image.alt_text, title: image.image_url },
    image.alt_text,
  );
}

/** Draws a placeholder for an unsupported block or element. */
export function notDrawn(type) {
  return h("div", { class: "not-drawn" }, `not drawn: ${type}`);
}

const DRAW = {
  button: drawButton,
  overflow: drawOverflow,
  feedback_buttons: drawFeedback,
  image: drawImage,
  static_select: drawSelect,
  multi_static_select: drawSelect,
  external_select: drawExternalSelect,
  multi_external_select: drawExternalSelect,
  users_select: drawSelect,
  multi_users_select: drawSelect,
  channels_select: drawSelect,
  multi_channels_select: drawSelect,
  conversations_select: drawSelect,
  multi_conversations_select: drawSelect,
  checkboxes: drawCheckboxes,
  radio_buttons: drawRadioButtons,
  datepicker: drawDatePicker,
  timepicker: drawTimePicker,
  plain_text_input: drawTextInput,
  email_text_input: drawTextInput,
  url_text_input: drawTextInput,
  number_input: drawNumberInput,
  file_input: drawFileInput,
};

/** Draws any element of a block. */
export function drawElement(element, context, block) {
  const draw = DRAW[element.type];
  return draw ? draw(element, context, block) : notDrawn(element.type);
}
