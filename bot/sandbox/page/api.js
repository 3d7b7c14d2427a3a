// The sandbox's control API, as bot/sandbox/CONTROL.md describes it.

export const UNREACHABLE = "The sandbox cannot be reached. Is it still running?";

/** What the sandbox answered instead of doing what was asked; `code` is its name for it. */
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
      body.message || body.error || `The sandbox answered ${response.status}.`,
    );
  } catch (error) {
    if (error instanceof ControlError) throw error;
    throw new ControlError("unreachable", UNREACHABLE);
  }
}

/** The team, its people, the app with its commands and shortcuts. */
export function fetchWorkspace() {
  return request("/control/workspace");
}

/** What one person sees now. */
export function fetchView(person) {
  return request(`/control/view?as=${encodeURIComponent(person)}`);
}

/** Does one thing as a person; a ControlError says why it could not be done. */
export function act(body) {
  const headers = { "content-type": "application/json" };
  return request("/control/act", { method: "POST", headers, body: JSON.stringify(body) });
}

/** Calls `onRevision` at each change of the workspace, `onConnection` when the line is lost or back. */
export function listen(onRevision, onConnection) {
  const source = new EventSource("/control/events");
  source.addEventListener("message", (event) => onRevision(JSON.parse(event.data).revision));
  source.addEventListener("open", () => onConnection(true));
  source.addEventListener("error", () => onConnection(false));
}
