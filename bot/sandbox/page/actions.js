// Doing things as the person: the act, what shows while it runs, and what is said when it fails.

import { ControlError, act, fetchView } from "./api.js";
import { uniqueId } from "./dom.js";
import { change, state } from "./state.js";

let reading = null;
let again = false;

/** Reads the view anew. A call that comes while one is being read waits for the next one too. */
function refresh() {
  again = true;
  reading ??= readView().finally(() => {
    reading = null;
  });
  return reading;
}

/** Reads the view anew where nobody waits for it; false where the sandbox could not be asked. */
export async function reread() {
  try {
    await refresh();
    return true;
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    return false;
  }
}

async function readView() {
  while (again) {
    again = false;
    const as = state.as;
    const view = await fetchView(as);
    if (as === state.as) change({ view, viewOf: as });
    else again = true;
  }
}

/** Shows a sentence until it is put away. */
export function notify(text) {
  change({ failures: [...state.failures, { id: uniqueId("page"), text }] });
}

/**
 * Does one act as the person who is looking; `key` names the control that shows it as pending.
 * Answers null when it could not be done, after saying why.
 */
export async function perform(body, { key, onError = notify } = {}) {
  if (key && state.pending.has(key)) return null;
  setPending(key, true);
  try {
    const answer = await act({ as: state.as, ...body });
    await refresh();
    return answer;
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    if (!(await isToldByNotice(error))) onError(error.message);
    return null;
  } finally {
    setPending(key, false);
  }
}

/** Whether Slack's client itself says what failed; only what is wrong with an app's answer needs more words. */
async function isToldByNotice(error) {
  const known = new Set(state.view?.notices.map((notice) => notice.id));
  const isRead = await reread();
  const isNew = isRead && state.view.notices.some((notice) => !known.has(notice.id));
  return isNew && error.code !== "invalid_response";
}

function setPending(key, isPending) {
  if (!key) return;
  if (isPending) state.pending.add(key);
  else state.pending.delete(key);
  for (const control of document.querySelectorAll("[data-focus]")) {
    if (control.dataset.focus === key) markPending(control);
  }
}

/** Shows on a control whether its act is still unanswered. */
export function markPending(control) {
  if (state.pending.has(control.dataset.focus)) control.setAttribute("aria-busy", "true");
  else control.removeAttribute("aria-busy");
  return control;
}
