// The review queue without waiting: the next finding is already here when a decision is made, the decision is written
// behind it, and what could not be written comes back with the reason. Keys never work while one types in a field.

import { say, send, sentBefore, typing } from "./common.js";
import * as viewer from "./viewer.js";

const pages = new Map();
let writing = Promise.resolve();
/** Milliseconds after a decision in which another is a bounce or a double click: nobody has judged the next finding by then. */
const BOUNCE = 200;
let decidedAt = -Infinity;
let deciding = false;
let turn = 0;

/** Count what is under way, where the page (and a test) can see it. */
function busy(work) {
  const root = document.documentElement;
  root.dataset.pending = String(Number(root.dataset.pending ?? 0) + 1);
  return work.finally(() => (root.dataset.pending = String(Number(root.dataset.pending) - 1)));
}

const desk = () => document.getElementById("desk");
const here = () => location.pathname + location.search;
const link = (rel) => desk().querySelector(`a[rel=${rel}]`);
const inQueue = () => desk().querySelector(".queuebar") !== null;

async function load(url) {
  const response = await fetch(url, { headers: { "X-Part": "desk" } });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const found = page.getElementById("desk");
  if (!response.ok || !found) throw new Error(page.querySelector(".lead")?.textContent ?? "The next finding could not be loaded.");
  const sources = [...found.querySelectorAll("[data-screen] img")].map((img) => img.getAttribute("src"));
  for (const part of found.querySelectorAll("[data-viewer]")) sources.push(part.dataset.a, part.dataset.b);
  for (const src of sources.slice(0, 8)) new Image().src = src;
  return { node: found, title: page.title, url };
}

function fetched(url) {
  if (!pages.has(url)) {
    const page = busy(load(url));
    pages.set(url, page);
    page.catch(() => pages.delete(url));
  }
  return pages.get(url);
}

/** Wire up the finding on the screen and fetch its neighbours. */
function settle() {
  viewer.mount(desk());
  const help = desk().querySelector("[data-help]");
  if (help) help.hidden = false;
  for (const rel of ["next", "prev"]) if (link(rel)) fetched(link(rel).getAttribute("href")).catch(() => {});
}

function show(page, { push = true } = {}) {
  pages.clear();
  desk().replaceWith(page.node);
  document.title = page.title;
  if (push) history.pushState(null, "", page.url);
  scrollTo(0, 0);
  (desk().querySelector("[data-screen]") ?? document.getElementById("main")).focus({ preventScroll: true });
  settle();
}

/** Show what lies at an address, unless the person has gone elsewhere by the time that it is here. */
async function go(url, options) {
  const mine = (turn += 1);
  try {
    const page = await fetched(url);
    if (mine === turn) show(page, options);
  } catch (error) {
    if (mine === turn) say(error.message, true);
  }
}

function queueAddress() {
  const { kind, query } = desk().dataset;
  const tail = new URLSearchParams();
  if (query) tail.set("q", query);
  if (kind) tail.set("kind", kind);
  return tail.size ? `/review?${tail}` : "/review";
}

function setNumber(element, value) {
  if (element) element.textContent = value.toLocaleString("en");
}

function readNumber(element) {
  return Number((element?.textContent ?? "0").replace(/\D/g, ""));
}

/** The numbers on a prefetched page were true before this decision: one finding fewer waits now. */
function oneFewer() {
  const n = desk().querySelector("[data-n]");
  const total = desk().querySelector("[data-total]");
  if (n && readNumber(n) > 1) setNumber(n, readNumber(n) - 1);
  setNumber(total, Math.max(readNumber(total) - 1, 0));
}

async function recount() {
  const { kind, query } = desk().dataset;
  const answer = await fetch(`/api/v1/findings?limit=1&kind=${encodeURIComponent(kind ?? "")}&q=${encodeURIComponent(query ?? "")}`);
  if (!answer.ok) return;
  const page = await answer.json();
  setNumber(desk().querySelector("[data-total]"), page.total);
  for (const item of desk().querySelectorAll(".kinds a[href*='kind=']")) {
    const count = page.kinds?.[new URL(item.href).searchParams.get("kind")];
    if (count !== undefined) setNumber(item.querySelector(".num"), count);
  }
}

function decision(form, button) {
  const chosen = Object.fromEntries(new URLSearchParams(button.value));
  const { action, ...values } = chosen;
  return { action, values, seen: form.elements.seen.value, note: form.elements.note?.value.trim() ?? "" };
}

/** Tell whether a decision may be made now: one at a time, on what is on the screen, and not by a key that bounced. */
function open() {
  const now = performance.now();
  if (deciding || now - decidedAt < BOUNCE) return false;
  decidedAt = now;
  busy(new Promise((resolve) => setTimeout(resolve, BOUNCE)));
  return true;
}

async function decide(form, button) {
  if (!open()) return say("Pressed twice: only the first counts.");
  deciding = true;
  const body = decision(form, button);
  const finding = decodeURIComponent(new URL(form.action).pathname.split("/").pop());
  const [back, next] = [here(), link("next")?.getAttribute("href")];
  const write = busy(writing.then(() => send("POST", `/api/v1/findings/${encodeURIComponent(finding)}/decision`, body)));
  writing = write.catch(() => {});
  button.classList.add("pressed");
  try {
    if (next) {
      await go(next);
      deciding = false;
      oneFewer();
    }
    await write;
    say(`${button.textContent.replace(/^[\s↵\dx]*/u, "").trim()}. u undoes.`);
    if (next) await recount();
    else await go(queueAddress());
  } catch (error) {
    pages.clear();
    await go(back);
    say(error.message, true);
  } finally {
    deciding = false;
  }
}

async function undo() {
  try {
    const undone = busy(writing.then(() => send("POST", "/api/v1/undo", { n: 1, mine: true })));
    writing = undone.catch(() => {});
    const { items } = await undone;
    if (!items.length) return say("Nothing to undo.");
    const subject = items.find((item) => item.kind && !item.subject.includes(":"))?.subject;
    pages.clear();
    const tail = queueAddress().split("?")[1];
    await go(subject && inQueue() ? `/review/${encodeURIComponent(subject)}${tail ? `?${tail}` : ""}` : here());
    say("Taken back.");
  } catch (error) {
    say(error.message, true);
  }
}

function help() {
  const dialog = document.getElementById("keys");
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

const steps = { s: "next", j: "next", k: "prev" };

function press(event) {
  const { key } = event;
  if (key === "Enter") {
    if (event.target.closest("a, button, summary")) return false;
    const first = inQueue() ? desk().querySelector("form[data-decide] button") : null;
    const suggested = desk().querySelector("[data-suggested]") ?? first;
    if (!suggested || event.repeat) return false;
    suggested.click();
    return true;
  }
  if (key === " " && event.target.closest("a, button, summary")) return false;
  if (key in steps && inQueue()) {
    const to = link(steps[key]);
    if (to) go(to.getAttribute("href"));
    else say(steps[key] === "next" ? "That was the last one." : "This is the first one.");
    return true;
  }
  if (key === "s" && desk().querySelector("a[data-leave]")) {
    location.assign(desk().querySelector("a[data-leave]").href);
    return true;
  }
  if (key === "u") {
    if (!event.repeat) undo();
    return true;
  }
  if (key === "g" && desk().querySelector("a[data-all]")) {
    location.assign(desk().querySelector("a[data-all]").href);
    return true;
  }
  if (key === "n" && desk().querySelector(".with-note")) {
    desk().querySelector(".with-note").open = true;
    document.getElementById("note").focus();
    return true;
  }
  const button = /^[0-9cx]$/.test(key) && !event.repeat ? desk().querySelector(`form[data-decide] button[data-key="${key}"]`) : null;
  if (button) button.click();
  return button !== null || viewer.key(event);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const open = document.getElementById("keys");
  if (event.key === "?" && open && (open.open || !typing(event.target))) {
    event.preventDefault();
    return help();
  }
  if (event.key === "Escape" && typing(event.target) && event.target.closest("#desk")) {
    desk().querySelector("[data-screen]")?.focus();
    return undefined;
  }
  if (typing(event.target) || open?.open || document.querySelector("details[data-menu][open]")) return undefined;
  if (press(event)) event.preventDefault();
  return undefined;
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("form[data-decide]") && inQueue() && event.submitter) {
    event.preventDefault();
    decide(form, event.submitter);
  } else if (form.matches("form[data-decide]")) {
    if (sentBefore(form)) event.preventDefault();
  } else if (form.matches("form[data-undo]")) {
    event.preventDefault();
    undo();
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-help]")) return help();
  const step = event.target.closest("a[data-step]");
  if (!step || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return undefined;
  event.preventDefault();
  return go(step.getAttribute("href"));
});

addEventListener("popstate", () => (inQueue() ? go(here(), { push: false }) : location.reload()));
/** Look whether somebody else decided what is on the screen, and show it as it is now; what is being typed stays. */
async function look() {
  if (document.hidden || !inQueue() || !desk().dataset.finding || document.documentElement.dataset.pending > 0) return;
  const [finding, seen] = [desk().dataset.finding, desk().querySelector("form[data-decide]")?.elements.seen.value];
  await recount();
  const answer = await fetch(`/api/v1/findings/${encodeURIComponent(finding)}`);
  if (desk().dataset.finding !== finding || typing(document.activeElement)) return;
  const now = answer.ok ? (await answer.json()).finding.seen : "";
  if (now === seen || (!answer.ok && answer.status !== 404)) return;
  pages.clear();
  await go(answer.ok ? here() : queueAddress(), { push: !answer.ok });
  say("Someone else decided this meanwhile.");
}

setInterval(look, 20000);
document.addEventListener("visibilitychange", look);
addEventListener("focus", look);

if (desk().dataset.finding && !location.pathname.startsWith("/review/") && inQueue()) {
  history.replaceState(null, "", `/review/${encodeURIComponent(desk().dataset.finding)}${location.search}`);
}
settle();
desk().querySelector("[data-screen]")?.focus({ preventScroll: true });
