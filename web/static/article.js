// The article: pictures are linked to captions by dragging, or by keys (1-9 on a focused caption); forms do the rest.

import { say, sentBefore, typing } from "./common.js";

const article = document.querySelector("[data-article]");
const loose = [...document.querySelectorAll(".loose [data-image]")];

function link(card, image) {
  if (sentBefore(article)) return;
  const form = document.createElement("form");
  form.method = "post";
  form.action = `/articles/${encodeURIComponent(article.dataset.article)}/link`;
  for (const [name, value] of Object.entries({ caption: card.dataset.caption, image, action: "link" })) {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  say("Linking…");
  form.submit();
}

for (const item of document.querySelectorAll("[data-image]")) {
  item.draggable = true;
  item.addEventListener("dragstart", (event) => {
    event.dataTransfer.setData("text/cutline-image", item.dataset.image);
    event.dataTransfer.effectAllowed = "link";
  });
}

for (const card of document.querySelectorAll("[data-caption]")) {
  card.tabIndex = 0;
  card.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("text/cutline-image")) return;
    event.preventDefault();
    card.classList.add("over");
  });
  card.addEventListener("dragleave", () => card.classList.remove("over"));
  card.addEventListener("drop", (event) => {
    const image = event.dataTransfer.getData("text/cutline-image");
    card.classList.remove("over");
    if (!image) return;
    event.preventDefault();
    link(card, image);
  });
  card.addEventListener("keydown", (event) => {
    if (event.repeat || typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
    const item = loose[Number(event.key) - 1];
    if (item) link(card, item.dataset.image);
  });
  for (const event of ["mouseenter", "focusin"]) card.addEventListener(event, () => light(card.dataset.caption, true));
  for (const event of ["mouseleave", "focusout"]) card.addEventListener(event, () => light(card.dataset.caption, false));
}

// A line of the text is picked by the mouse; by keys, its number is typed. Either way the form says what it is.
const marking = document.querySelector("[data-mark]");

function pick(line) {
  for (const picked of document.querySelectorAll(".source .picked")) picked.classList.remove("picked");
  line?.classList.add("picked");
  const words = marking.querySelector("[data-picked]");
  words.hidden = !line;
  words.textContent = line ? `“${line.textContent.trim().slice(0, 60)}”` : "";
}

for (const line of document.querySelectorAll(".source [data-line]")) {
  line.addEventListener("click", () => {
    if (getSelection()?.toString()) return;
    marking.elements.line.value = line.dataset.line;
    pick(line);
    marking.querySelector("button").focus({ preventScroll: true });
  });
}
marking?.elements.line.addEventListener("input", (event) => {
  pick(document.querySelector(`.source [data-line="${CSS.escape(event.target.value)}"]`));
});

function light(caption, on) {
  for (const span of document.querySelectorAll(`.source a[href="#c-${CSS.escape(caption)}"]`)) span.classList.toggle("lit", on);
}
