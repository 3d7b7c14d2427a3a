// Puts the page together: what the address asks for, drawn anew at each change of the workspace.

import { notify, perform, reread } from "./actions.js";
import { Announcer } from "./announcer.js";
import { ControlError, UNREACHABLE, fetchWorkspace, listen } from "./api.js";
import { h } from "./dom.js";
import { MainPane } from "./main_pane.js";
import { Modals } from "./modals.js";
import { Notices } from "./notices.js";
import { drawSidebar, markSeen } from "./sidebar.js";
import { HOME, change, fromAddress, goTo, hrefOf, navigate, openChannel, setHooks, state } from "./state.js";
import { ThreadPane } from "./thread_pane.js";

const sidebar = h("div", { class: "sidebar", id: "sidebar" });
const main = new MainPane();
const thread = new ThreadPane();
const modals = new Modals();
const side = h("div", { class: "side" }, sidebar);
const notices = new Notices(side);
const announcer = new Announcer();
const frame = h("div", { class: "frame" }, side, main.node, thread.node);

/** Whose Home tab is open, so that the app hears of each opening once. */
let homeOf = null;

function draw() {
  if (state.viewOf === state.as) drawView();
  notices.show();
}

function drawView() {
  settleChannel();
  markSeen();
  drawSidebar(sidebar);
  main.show();
  thread.show();
  modals.show();
  announcer.show();
  document.title = titleOf();
}

function titleOf() {
  const channel = openChannel();
  const place = channel && !channel.is_im ? `#${channel.name}` : state.workspace.app.name;
  return `${place} · ${state.workspace.team.name}`;
}

/** Where the person cannot see what is asked for, the first channel is opened instead. */
function settleChannel() {
  if (openChannel() || (state.channel === HOME && state.workspace.app.home_tab_enabled)) return;
  Object.assign(state, {
    channel: state.view.channels.find((each) => !each.is_archived)?.id ?? HOME,
    thread: null,
  });
  history.replaceState(null, "", hrefOf({}));
}

/** After a navigation: another person's view is read first, and the app hears that its Home was opened. */
async function follow() {
  if (state.viewOf !== state.as && !(await reread())) notify(UNREACHABLE);
  const home = state.channel === HOME ? state.as : null;
  const opened = home !== null && home !== homeOf;
  homeOf = home;
  if (opened) await perform({ do: "home" });
}

function isPlainClick(event) {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

/** Links to channels open here; with a modifier key the browser opens them as it does any link. */
function onClick(event) {
  const target = event.target.closest?.("a[data-channel]");
  if (!target || !isPlainClick(event)) return;
  event.preventDefault();
  navigate({ channel: target.dataset.channel });
}

function readAddress() {
  const { as, channel, thread: ts } = fromAddress();
  const known = state.workspace.people.some((person) => person.id === as);
  return { as: known ? as : state.workspace.people[0].id, channel, thread: ts };
}

async function start() {
  document.body.append(frame, modals.node, announcer.node);
  document.addEventListener("click", onClick);
  setHooks({ draw, follow });
  try {
    state.workspace = await fetchWorkspace();
    await goTo(readAddress());
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    notify(error.message);
    return;
  }
  addEventListener("popstate", () => goTo(readAddress()));
  listen(onRevision, onConnection);
}

function onRevision(revision) {
  if (revision !== state.view?.revision) reread();
}

/** Once the line to the sandbox is back, what was missed is read. */
function onConnection(connected) {
  const isBack = connected && !state.connected;
  change({ connected });
  if (isBack) reread();
}

start();
