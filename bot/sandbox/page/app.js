// Composes the page from its address and redraws it at each change of the workspace.

import { notify, perform, reread } from "./actions.js";
import { Announcer } from "./announcer.js";
import { ControlError, fetchWorkspace, listen } from "./api.js";
import { h } from "./dom.js";
import { MainPane } from "./main_pane.js";
import { Modals } from "./modals.js";
import { Notices } from "./notices.js";
import { drawSidebar, markSeen } from "./sidebar.js";
import {
  HOME,
  change,
  fromAddress,
  goTo,
  hrefOf,
  navigate,
  openChannel,
  person,
  setHooks,
  state,
} from "./state.js";
import { ThreadPane } from "./thread_pane.js";
import { speak, words } from "./words.js";

const sidebar = h("div", { class: "sidebar", id: "sidebar" });
const main = new MainPane();
const thread = new ThreadPane();
const modals = new Modals();
const side = h("div", { class: "side" }, sidebar);
const notices = new Notices(side);
const announcer = new Announcer();
const frame = h("div", { class: "frame" }, side, main.node, thread.node);

/** The person whose Home tab is open, so that the app is notified of each opening once. */
let homeOf = null;

/** Whether a pointer is down: a control that is replaced meanwhile would lose its click. */
let isPressed = false;
let isDue = false;

function onPress() {
  isPressed = true;
}

/** A click is told right after the release, in the same task, so nothing is drawn between the two. */
function onRelease() {
  isPressed = false;
}

/** Draws what came meanwhile: after the click, or where none follows, as the pointer moves on. */
function catchUp(event) {
  if (event.buttons === 0) isPressed = false;
  if (isDue && !isPressed) draw();
}

function draw() {
  isDue = isPressed;
  if (isPressed) return;
  if (state.viewOf === state.as) drawView();
  notices.show();
}

function drawView() {
  speak(person(state.as).locale);
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

/** Falls back to the first channel if the person cannot see the requested place. */
function settleChannel() {
  if (openChannel() || (state.channel === HOME && state.workspace.app.home_tab_enabled)) return;
  Object.assign(state, {
    channel: state.view.channels.find((each) => !each.is_archived)?.id ?? HOME,
    thread: null,
  });
  history.replaceState(null, "", hrefOf({}));
}

/** After a navigation, reads the view of a new person and notifies the app of an opened Home tab. */
async function follow() {
  if (state.viewOf !== state.as && !(await reread())) notify(words("unreachable"));
  const home = state.channel === HOME ? state.as : null;
  const opened = home !== null && home !== homeOf;
  homeOf = home;
  if (opened) await perform({ do: "home" });
}

function isPlainClick(event) {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

/** Opens links to channels in this page; clicks with a modifier key are left to the browser. */
function onClick(event) {
  const target = event.target.closest?.("a[data-channel]");
  if (!target || !isPlainClick(event)) return;
  event.preventDefault();
  navigate({ channel: target.dataset.channel });
}

function readAddress() {
  const { as, channel, thread: ts } = fromAddress();
  const exists = state.workspace.people.some((person) => person.id === as);
  return { as: exists ? as : state.workspace.people[0].id, channel, thread: ts };
}

async function start() {
  document.body.append(frame, modals.node, announcer.node);
  document.addEventListener("click", onClick);
  document.addEventListener("pointerdown", onPress);
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, onRelease);
  for (const next of ["click", "pointermove"]) document.addEventListener(next, catchUp);
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

/** Reads what was missed once the connection to the sandbox is restored. */
function onConnection(connected) {
  const isBack = connected && !state.connected;
  change({ connected });
  if (isBack) reread();
}

start();
