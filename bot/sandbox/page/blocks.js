// Block Kit's blocks, each as one node.

import { h, uniqueId } from "./dom.js";
import { drawElement, drawImage, notDrawn } from "./elements.js";
import { foldedText } from "./folded_text.js";
import { drawPlain, drawText } from "./text.js";
import { drawRichText } from "./rich_text.js";
import { words } from "./words.js";

function drawSection(block, context) {
  const text = block.text && h("div", { class: "section-text" }, foldedText(block, context));
  const fields = block.fields?.map((field) =>
    h("div", { class: "section-field" }, drawText(field, context.names)),
  );
  const accessory =
    block.accessory && h("div", { class: "section-accessory" }, drawElement(block.accessory, context, block));
  const main = h(
    "div",
    { class: "section-main" },
    text,
    fields && h("div", { class: "section-fields" }, fields),
  );
  return h("div", { class: "block block-section" }, main, accessory);
}

function drawContext(block, context) {
  const parts = block.elements.map((element) =>
    element.type === "image"
      ? drawImage(element)
      : h("span", { class: "context-text" }, drawText(element, context.names)),
  );
  return h("div", { class: "block block-context" }, parts);
}

function drawActions(block, context) {
  return h(
    "div",
    { class: "block block-actions" },
    block.elements.map((element) => drawElement(element, context, block)),
  );
}

function drawContextActions(block, context) {
  return h(
    "div",
    { class: "block block-context-actions" },
    block.elements.map((element) => drawElement(element, context, block)),
  );
}

function drawImageBlock(block) {
  const title = block.title && h("figcaption", {}, drawPlain(block.title.text, block.title));
  return h("figure", { class: "block block-image" }, title, drawImage(block));
}

function drawInput(block, context) {
  const id = uniqueId("input");
  const error = context.errors?.[block.block_id];
  const describedBy = [error && `${id}-error`, block.hint && `${id}-hint`].filter(Boolean).join(" ");
  const input = {
    dispatch: block.dispatch_action === true,
    labelledBy: `${id}-label`,
    describedBy: describedBy || null,
    invalid: Boolean(error),
  };
  const optional = block.optional && h("span", { class: "label-optional" }, words("optional"));
  return h(
    "div",
    { class: `block block-input${error ? " block-input-invalid" : ""}` },
    h("div", { class: "label", id: `${id}-label` }, drawPlain(block.label.text, block.label), optional),
    drawElement(block.element, { ...context, input }, block),
    error && h("div", { class: "field-error", id: `${id}-error` }, error),
    block.hint && h("div", { class: "field-hint", id: `${id}-hint` }, drawPlain(block.hint.text, block.hint)),
  );
}

const DRAW = {
  section: drawSection,
  context: drawContext,
  actions: drawActions,
  context_actions: drawContextActions,
  header: (block) => h("h3", { class: "block block-header" }, drawPlain(block.text.text, block.text)),
  divider: () => h("hr", { class: "block block-divider" }),
  image: drawImageBlock,
  input: drawInput,
  rich_text: (block, context) => drawRichText(block, context.names),
};

/** Draws a block; `context` as in elements.js, with `errors` by block_id in a modal. */
export function drawBlock(block, context) {
  const draw = DRAW[block.type];
  return draw ? draw(block, context) : h("div", { class: "block" }, notDrawn(block.type));
}

/** Returns blocks as items for reconcile(); an unchanged block keeps its node and the text typed in it. */
export function blockItems(blocks, context) {
  return blocks.map((block, index) => ({
    key: block.block_id ?? String(index),
    signature: JSON.stringify([context.scope, block, context.errors?.[block.block_id]]),
    render: () => drawBlock(block, context),
  }));
}
