// Performs actions as the person, with a pending state while they run and a notice when they fail.

import { ControlError, act, fetchView } from "./api.js";
import { uniqueId } from "./dom.js";
import { change, state } from "./state.js";

let reading = null;
let again = false;

/** Reads the view again. A call during a read also waits for a following one. */
function refresh() {
  again = true;
  reading ??= readView().finally(() => {
    reading = null;
  });
  return reading;
}

/** Reads the view again without throwing; false if the sandbox cannot be reached. */
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

/** Shows a notice of the page's own. */
export function notify(text) {
  change({ failures: [...state.failures, { id: uniqueId("page"), text }] });
}

/**
 * Performs an action as the current person; `key` names the control that shows it as pending.
 * Resolves to null when it fails, after reporting why.
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
    if (!(await hasNotice(error))) onError(error.message);
    return null;
  } finally {
    setPending(key, false);
  }
}

/** Whether a notice of Slack's client reports the failure; for an invalid response it does not say enough. */
async function hasNotice(error) {
  const before = new Set(state.view?.notices.map((notice) => notice.id));
  const isRead = await reread();
  const isNew = isRead && state.view.notices.some((notice) => !before.has(notice.id));
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

/** Marks a control as busy while its action is pending. */
export function markPending(control) {
  if (state.pending.has(control.dataset.focus)) control.setAttribute("aria-busy", "true");
  else control.removeAttribute("aria-busy");
  return control;
}
