// The grid: more pictures as one scrolls, selection by mouse, range and keys, and a search by a dropped picture.

import { say, send, typing } from "./common.js";

const hits = document.getElementById("hits");
const bulk = document.getElementById("bulk");
let last = null;

async function more(link) {
  if (link.dataset.loading) return;
  link.dataset.loading = "1";
  link.textContent = "Loading…";
  const response = await fetch(link.href, { headers: { "X-Part": "more" } });
  if (!response.ok) {
    delete link.dataset.loading;
    link.textContent = "Try again";
    return say("The next pictures could not be loaded.", true);
  }
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const known = new Set([...hits.querySelectorAll("[data-id]")].map((item) => item.dataset.id));
  const items = [...page.querySelectorAll("li")].filter((item) => !known.has(item.dataset.id));
  link.closest("li").replaceWith(...items);
  if (bulk) tick();
  watch();
}

const near = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) if (entry.isIntersecting) more(entry.target);
  },
  { rootMargin: "1200px" },
);

function watch() {
  const link = hits.querySelector("[data-more]");
  if (link) near.observe(link);
}

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

async function selection() {
  hits.addEventListener("click", (event) => {
    const box = event.target.closest(".pick");
    if (!box) return;
    const item = box.closest("[data-id]");
    if (event.shiftKey && last) range(last, item, box.checked);
    else set(item.dataset.id, box.checked);
    last = item;
    tell({ soon: true });
  });
  bulk.elements.scope.addEventListener("change", () => {
    chosen.everything = bulk.elements.scope.checked;
    chosen.images.clear();
    tick();
    tell();
  });
  bulk.querySelector("[data-unpick]").addEventListener("click", none);
  bulk.addEventListener("submit", async (event) => {
    if (unsaid) {
      event.preventDefault();
      await remember();
      if (!unsaid) bulk.requestSubmit(event.submitter);
      return;
    }
    // Only the text of the selection is sent: the boxes of the pictures that are loaded say nothing more.
    const silent = [...hits.querySelectorAll(".pick"), bulk.elements.shown, bulk.elements.scope];
    for (const field of silent) field.disabled = true;
    setTimeout(() => silent.forEach((field) => (field.disabled = false)));
  });
  hits.addEventListener("keydown", (event) => {
    const item = event.target.closest("[data-id]");
    if (!item || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
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
  chosen.total = Number(hits.dataset.total);
  await read(bulk.dataset.picked).catch((error) => say(error.message, true));
  tick();
  tell({ said: true });
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
if (hits) watch();
if (hits && bulk) await selection();
