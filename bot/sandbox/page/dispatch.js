// Dispatches interactions with elements to the app.

import { perform } from "./actions.js";
import { confirmDialog } from "./dialogs.js";
import { collect } from "./values.js";

/** Returns a control's name, stable across redraws; `value` tells apart those that share an element. */
export function focusKey(context, block, element, value = null) {
  const name = `${context.scope} ${block.block_id} ${element.action_id}`;
  return value === null ? name : `${name} ${value}`;
}

/**
 * Sends an interaction to the app, after the element's confirmation if it has one.
 * Includes the values entered beside the element, for `state.values`.
 */
export async function dispatch(context, block, element, body, key = focusKey(context, block, element)) {
  if (element.confirm && !(await confirmDialog(element.confirm, context.names))) return false;
  const place = { container: context.container, block_id: block.block_id, action_id: element.action_id };
  const state = collect(context, context.blocks());
  const options = { key, onError: context.onError };
  return (await perform({ ...body, ...place, state }, options)) !== null;
}

/** Sends a choice unless it waits for the modal's submit button. */
export function dispatchChoice(context, block, element, body) {
  if (context.input && !context.input.dispatch) return true;
  return dispatch(context, block, element, { do: "select", ...body });
}
