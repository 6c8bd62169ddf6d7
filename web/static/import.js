// Import: files and folders by drop or choice, sent in batches that keep a folder together, outcomes as they come.

import { say } from "./common.js";

const form = document.querySelector("[data-import]");
const progress = document.getElementById("progress");
const rows = progress.querySelector("[data-outcomes]");
const summary = progress.querySelector("[data-summary]");
const meter = progress.querySelector("[data-progress]");
const after = progress.querySelector("[data-after]");
const BATCH_BYTES = 150 << 20;
const BATCH_FILES = 400;
const SHOWN = 2000;
let busy = false;

async function walk(entry, prefix, out) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    out.push({ file, path: prefix + file.name });
  } else if (entry.isDirectory) {
    const reader = entry.createReader();
    for (;;) {
      const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!batch.length) break;
      for (const child of batch) await walk(child, `${prefix}${entry.name}/`, out);
    }
  }
}

async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files].map((file) => ({ file, path: file.name }));
  const out = [];
  for (const entry of entries) await walk(entry, "", out);
  return out;
}

/** Split into batches within the limits; files of one folder stay together where they fit. */
export function batches(files) {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const made = [];
  let batch = [];
  let bytes = 0;
  for (const one of sorted) {
    if (batch.length && (bytes + one.file.size > BATCH_BYTES || batch.length >= BATCH_FILES)) {
      made.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(one);
    bytes += one.file.size;
  }
  if (batch.length) made.push(batch);
  return made;
}

function cell(row, ...content) {
  const td = document.createElement("td");
  td.append(...content);
  row.append(td);
  return td;
}

function outcome(word, text = word) {
  const span = document.createElement("span");
  span.className = `outcome ${word}`;
  span.textContent = text;
  return span;
}

function anchor(href, text) {
  const a = document.createElement("a");
  a.href = href;
  a.textContent = text;
  return a;
}

function what(result) {
  if (result.duplicate_of) return ["of ", anchor(`/images/${encodeURIComponent(result.duplicate_of)}`, result.duplicate_of)];
  if (result.reason) return [result.reason];
  if (result.kind === "image") return [anchor(`/images/${encodeURIComponent(result.id)}`, "picture")];
  if (result.kind === "article") return [anchor(`/articles/${encodeURIComponent(result.id)}`, "article")];
  return [];
}

function add(result, counts) {
  counts[result.result] = (counts[result.result] ?? 0) + 1;
  if (rows.children.length < SHOWN) {
    const row = document.createElement("tr");
    cell(row, outcome(result.result));
    cell(row, result.path).dir = "auto";
    cell(row, ...what(result));
    rows.append(row);
  }
  summary.replaceChildren(...Object.entries(counts).flatMap(([word, n]) => [outcome(word, `${n.toLocaleString("en")} ${word}`), " "]));
}

async function sendBatch(batch, counts) {
  const body = new FormData();
  for (const { file, path } of batch) body.append("files", file, path);
  const response = await fetch("/api/v1/import", { method: "POST", body, headers: { Accept: "application/x-ndjson" } });
  if (!response.ok) throw new Error((await response.json().catch(() => ({}))).error?.message ?? `The server answered ${response.status}.`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    rest += value ?? "";
    const lines = rest.split("\n");
    rest = lines.pop();
    for (const line of lines.filter(Boolean)) {
      const result = JSON.parse(line);
      if (result.error) throw new Error(result.error.message);
      if (result.result) add(result, counts);
    }
    if (done) break;
  }
}

async function run(files) {
  if (busy || !files.length) return;
  busy = true;
  progress.hidden = false;
  after.hidden = true;
  rows.replaceChildren();
  summary.textContent = `Sending ${files.length.toLocaleString("en")} files…`;
  const all = batches(files);
  meter.max = files.length;
  meter.value = 0;
  meter.removeAttribute("value");
  const counts = {};
  try {
    for (const batch of all) {
      await sendBatch(batch, counts);
      meter.value = (meter.value || 0) + batch.length;
    }
    meter.value = files.length;
    say("Imported.");
  } catch (error) {
    say(error.message, true);
  } finally {
    busy = false;
    after.hidden = !rows.children.length;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const files = [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
  if (!files.length) return say("Choose files or a folder first.", true);
  return run(files.map((file) => ({ file, path: file.webkitRelativePath || file.name })));
});
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  form.classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null) form.classList.remove("over");
});
document.addEventListener("drop", async (event) => {
  event.preventDefault();
  form.classList.remove("over");
  run(await dropped(event.dataTransfer));
});
