// The grid: more pictures as one scrolls, selection by mouse, range and keys, and a search by a dropped picture.

import { say, typing } from "./common.js";

const hits = document.getElementById("hits");
const bulk = document.getElementById("bulk");
/** Pictures of a selection that the address remembers. */
const KEPT = 200;
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

function picks() {
  return [...hits.querySelectorAll(".pick")];
}

function tell() {
  const n = hits.querySelectorAll(".pick:checked").length;
  const all = bulk.elements.scope.checked;
  bulk.classList.toggle("on", n > 0 || all);
  hits.classList.toggle("picking", n > 0);
  const ids = [...hits.querySelectorAll(".pick:checked")].slice(0, KEPT).map((pick) => pick.value);
  history.replaceState(history.state, "", location.pathname + location.search + (ids.length ? `#picked=${ids.join(",")}` : ""));
  bulk.querySelector("[data-compare]").hidden = n !== 2 || all;
  bulk.querySelector("[data-picked]").textContent = all ? "The whole result" : `${n.toLocaleString("en")} selected`;
}

function range(from, to, checked) {
  const all = picks();
  const [a, b] = [all.indexOf(from), all.indexOf(to)].sort((x, y) => x - y);
  if (a >= 0) for (const pick of all.slice(a, b + 1)) pick.checked = checked;
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

function selection() {
  hits.addEventListener("click", (event) => {
    const pick = event.target.closest(".pick");
    if (!pick) return;
    if (event.shiftKey && last) range(last, pick, pick.checked);
    last = pick;
    tell();
  });
  bulk.addEventListener("change", tell);
  hits.addEventListener("keydown", (event) => {
    const item = event.target.closest("[data-id]");
    if (!item || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key.startsWith("Arrow")) {
      const next = step(item, event.key);
      if (!next) return;
      event.preventDefault();
      if (event.shiftKey) range(item.querySelector(".pick"), next.querySelector(".pick"), true);
      next.querySelector("a[href]:not([tabindex])").focus();
      tell();
    } else if (event.key === "x") {
      const pick = item.querySelector(".pick");
      pick.checked = !pick.checked;
      last = pick;
      tell();
    } else if (event.key === "Escape") {
      for (const pick of picks()) pick.checked = false;
      tell();
    }
  });
  const kept = new Set(new URLSearchParams(location.hash.slice(1)).get("picked")?.split(",") ?? []);
  for (const pick of picks()) if (kept.has(pick.value)) pick.checked = true;
  tell();
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

if (hits) {
  watch();
  if (bulk) selection();
}
dropping();
