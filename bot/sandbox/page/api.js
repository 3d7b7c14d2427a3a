// A client of the sandbox's control API (bot/sandbox/CONTROL.md).

import { words } from "./words.js";

/** An error response of the sandbox, with its `code`. */
export class ControlError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

async function request(path, options) {
  try {
    const response = await fetch(path, options);
    const body = await response.json();
    if (response.ok && body.ok !== false) return body;
    throw new ControlError(
      body.error,
      body.message || body.error || words("responded", { status: response.status }),
    );
  } catch (error) {
    if (error instanceof ControlError) throw error;
    throw new ControlError("unreachable", words("unreachable"));
  }
}

/** Fetches the team, its people, and the app with its commands and shortcuts. */
export function fetchWorkspace() {
  return request("/control/workspace");
}

/** Fetches what one person sees now. */
export function fetchView(person) {
  return request(`/control/view?as=${encodeURIComponent(person)}`);
}

/** Performs an action as a person. Throws ControlError. */
export function act(body) {
  const headers = { "content-type": "application/json" };
  return request("/control/act", { method: "POST", headers, body: JSON.stringify(body) });
}

/** Uploads a file of the browser for a file input and returns its file object. Throws ControlError. */
export async function upload(person, file) {
  const query = new URLSearchParams({ as: person, name: file.name });
  const headers = { "content-type": "application/octet-stream" };
  const answer = await request(`/control/upload?${query}`, { method: "POST", headers, body: file });
  return answer.file;
}

/** Calls `onRevision` at each change of the workspace, `onConnection` when the connection goes or returns. */
export function listen(onRevision, onConnection) {
  const source = new EventSource("/control/events");
  source.addEventListener("message", (event) => onRevision(JSON.parse(event.data).revision));
  source.addEventListener("open", () => onConnection(true));
  source.addEventListener("error", () => onConnection(false));
}
