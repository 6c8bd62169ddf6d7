// The grid: selection by mouse, range and keys, kept in the address, and a search by a dropped picture. More pictures, filters and
// orders come by htmx, and each time the part of the page that is here is another.

import { say, send, typing } from "./common.js";

let hits = null;
let bulk = null;
let last = null;

// ---- what is selected: kept here, since pictures that are not loaded yet may be among it, and in the address

/** Pictures that the address names one by one; more are kept by the server, and the address has the name of the list. */
const NAMED = 40;
const chosen = { images: new Set(), everything: false, total: 0 };
let keeping = 0;
let asked = 0;
/** Whether something was selected that the address does not hold yet. */
let unsaid = false;

const has = (id) => chosen.images.has(id) !== chosen.everything;
const count = () => (chosen.everything ? chosen.total - chosen.images.size : chosen.images.size);

function pickOf(item) {
  return item.querySelector(".pick");
}

function set(id, on) {
  if (on === has(id)) return;
  if (on !== chosen.everything) chosen.images.add(id);
  else chosen.images.delete(id);
}

/** Read what the address stands for: its pictures, or those of a list that the server keeps. */
async function read(text) {
  chosen.everything = text === "all" || text.startsWith("all-");
  const rest = chosen.everything ? text.slice(4) : text;
  if (rest.startsWith("_")) chosen.images = new Set((await send("GET", `/api/v1/lists/${rest.slice(1)}`)).images);
  else chosen.images = new Set(rest ? rest.split(".") : []);
}

function written(images) {
  if (!chosen.everything) return images;
  return images ? `all-${images}` : "all";
}

function place(text) {
  bulk.elements.picked.value = text;
  const address = new URL(location.href);
  if (text) address.searchParams.set("picked", text);
  else address.searchParams.delete("picked");
  history.replaceState(history.state, "", address);
  for (const link of document.querySelectorAll("a[data-keeps]")) {
    const to = new URL(link.href);
    if (text) to.searchParams.set("picked", text);
    else to.searchParams.delete("picked");
    link.href = to;
  }
}

/** Put the selection into the address; the answer tells what stands there once it does. */
async function remember() {
  clearTimeout(keeping);
  const mine = (asked += 1);
  const images = [...chosen.images].sort();
  let text = images.join(".");
  if (images.length > NAMED) {
    try {
      text = `_${(await send("POST", "/api/v1/lists", { images })).id}`;
    } catch (error) {
      // Whoever may only look keeps no lists: the address is long then, and with very many it stays as it was.
      if (text.length > 8000) return say(error.message, true);
    }
  }
  if (mine !== asked) return;
  place(written(text));
  unsaid = false;
}

function tell({ soon = false, said = false } = {}) {
  const n = count();
  bulk.classList.toggle("on", n > 0);
  hits.classList.toggle("picking", n > 0);
  bulk.elements.scope.checked = chosen.everything && !chosen.images.size;
  bulk.querySelector("[data-compare]").hidden = n !== 2;
  bulk.querySelector("[data-unpick]").hidden = n === 0;
  bulk.querySelector("[data-told]").textContent = `${n.toLocaleString("en")} selected`;
  if (said) return;
  unsaid = true;
  clearTimeout(keeping);
  if (chosen.images.size > NAMED && soon) keeping = setTimeout(remember, 300);
  else remember();
}

/** Tick what is selected among the pictures that are loaded. */
function tick() {
  for (const item of hits.querySelectorAll("[data-id]")) pickOf(item).checked = has(item.dataset.id);
}

function pick(item, on) {
  set(item.dataset.id, on);
  pickOf(item).checked = on;
}

function range(from, to, on) {
  const all = [...hits.querySelectorAll("[data-id]")];
  const [a, b] = [all.indexOf(from), all.indexOf(to)].sort((x, y) => x - y);
  if (a >= 0) for (const item of all.slice(a, b + 1)) pick(item, on);
}

function none() {
  chosen.images.clear();
  chosen.everything = false;
  tick();
  tell();
}

function step(from, key) {
  const all = [...hits.querySelectorAll("[data-id]")];
  const here = all.indexOf(from);
  if (key === "ArrowRight") return all[here + 1];
  if (key === "ArrowLeft") return all[here - 1];
  const box = from.getBoundingClientRect();
  const middle = box.left + box.width / 2;
  const rows = key === "ArrowDown" ? all.slice(here + 1) : all.slice(0, here).reverse();
  let best = null;
  let row = null;
  for (const item of rows) {
    const its = item.getBoundingClientRect();
    if (Math.abs(its.top - box.top) < 4) continue;
    if (row !== null && Math.abs(its.top - row) > 4) break;
    row = its.top;
    const distance = Math.abs(its.left + its.width / 2 - middle);
    if (best === null || distance < best.distance) best = { item, distance };
  }
  return best?.item;
}

const inGrid = (event) => (event.target instanceof Element && hits?.contains(event.target) ? event.target.closest("[data-id]") : null);

function selecting() {
  document.addEventListener("click", (event) => {
    if (bulk?.contains(event.target) && event.target.closest("[data-unpick]")) return none();
    const item = inGrid(event);
    if (!bulk || !item || !event.target.matches(".pick")) return undefined;
    if (event.shiftKey && last?.isConnected) range(last, item, event.target.checked);
    else set(item.dataset.id, event.target.checked);
    last = item;
    return tell({ soon: true });
  });
  document.addEventListener("change", (event) => {
    if (!bulk || event.target !== bulk.elements.scope) return;
    chosen.everything = bulk.elements.scope.checked;
    chosen.images.clear();
    tick();
    tell();
  });
  document.addEventListener("submit", async (event) => {
    if (!bulk || event.target !== bulk) return;
    if (unsaid) {
      event.preventDefault();
      const [form, { submitter }] = [bulk, event];
      await remember();
      if (!unsaid) form.requestSubmit(submitter);
      return;
    }
    // Only the text of the selection is sent: the boxes of the pictures that are loaded say nothing more.
    const silent = [...hits.querySelectorAll(".pick"), bulk.elements.shown, bulk.elements.scope];
    for (const field of silent) field.disabled = true;
    setTimeout(() => silent.forEach((field) => (field.disabled = false)));
  });
  document.addEventListener("keydown", (event) => {
    const item = inGrid(event);
    if (!bulk || !item || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key.startsWith("Arrow")) {
      const next = step(item, event.key);
      if (!next) return;
      event.preventDefault();
      if (event.shiftKey) {
        range(item, next, true);
        tell({ soon: true });
      }
      next.querySelector("a[href]:not([tabindex])").focus();
    } else if (event.key === "x") {
      pick(item, !has(item.dataset.id));
      last = item;
      tell({ soon: true });
    } else if (event.key === "Escape") none();
  });
}

/** Take up the part of the page that is here now: its box, its pictures, and what of them is selected. */
async function takeUp() {
  const box = document.getElementById("q");
  const asked = document.getElementById("searching")?.dataset.query;
  if (box && asked !== undefined && box.value.trim() !== asked.trim()) box.value = asked;
  hits = document.getElementById("hits");
  bulk = document.getElementById("bulk");
  if (!hits || !bulk) return;
  chosen.total = Number(hits.dataset.total);
  await read(bulk.dataset.picked).catch((error) => say(error.message, true));
  tick();
  tell({ said: true });
}

/** Pictures that were imported or decided meanwhile may come twice: the first place holds. */
function once() {
  const known = new Set();
  for (const item of hits?.querySelectorAll("[data-id]") ?? []) {
    if (known.has(item.dataset.id)) item.remove();
    known.add(item.dataset.id);
  }
  if (bulk) tick();
}

function dropping() {
  const form = document.querySelector("form[data-drop]");
  if (!form) return;
  const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) document.body.classList.remove("dropping");
  });
  document.addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    document.body.classList.remove("dropping");
    form.elements.picture.files = event.dataTransfer.files;
    form.requestSubmit();
  });
}

dropping();
selecting();
document.addEventListener("htmx:afterSettle", (event) => {
  if (document.getElementById("hits") !== hits || document.getElementById("bulk") !== bulk) takeUp();
  else if (hits && event.target instanceof Element && hits.contains(event.target)) once();
});
await takeUp();
