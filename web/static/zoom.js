// The large view of one picture: over the whole window, zoomed by wheel, pinch, keys; and the boxes of its crops.

function open(src, alt, size) {
  const dialog = document.createElement("dialog");
  dialog.className = "zoomed";
  dialog.setAttribute("aria-label", "The picture, large. Plus and minus zoom, the arrow keys move, Escape closes.");
  const picture = document.createElement("img");
  picture.src = src;
  picture.alt = alt;
  const close = document.createElement("button");
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  dialog.append(picture, close);
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();

  let [scale, x, y] = [Math.min(innerWidth / size.w, innerHeight / size.h, 1), 0, 0];
  x = (innerWidth - size.w * scale) / 2;
  y = (innerHeight - size.h * scale) / 2;
  picture.style.width = `${size.w}px`;
  picture.style.height = `${size.h}px`;
  const put = () => (picture.style.transform = `translate(${x}px, ${y}px) scale(${scale})`);
  const zoom = (by, at = { x: innerWidth / 2, y: innerHeight / 2 }) => {
    const next = Math.min(Math.max(scale * by, 0.02), 30);
    x = at.x - ((at.x - x) * next) / scale;
    y = at.y - ((at.y - y) * next) / scale;
    scale = next;
    put();
  };
  put();
  dialog.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 400), { x: event.clientX, y: event.clientY });
  }, { passive: false });
  dialog.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [80, 0], ArrowRight: [-80, 0], ArrowUp: [0, 80], ArrowDown: [0, -80] };
    if (event.key === "+" || event.key === "=") zoom(1.4);
    else if (event.key === "-") zoom(1 / 1.4);
    else if (event.key === "1") zoom(1 / scale);
    else if (event.key in moves) {
      x += moves[event.key][0];
      y += moves[event.key][1];
      put();
    } else return;
    event.preventDefault();
  });
  let held = null;
  picture.draggable = false;
  dialog.addEventListener("pointerdown", (event) => (held = event.target === close ? null : { x: event.clientX, y: event.clientY }));
  dialog.addEventListener("pointermove", (event) => {
    if (!held) return;
    x += event.clientX - held.x;
    y += event.clientY - held.y;
    held = { x: event.clientX, y: event.clientY };
    put();
  });
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) dialog.addEventListener(end, () => (held = null));
}

const stage = document.querySelector("[data-zoom]");
stage.querySelector(".zoomable").addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const picture = stage.querySelector(".zoomable img");
  const size = { w: Number(picture.getAttribute("width")), h: Number(picture.getAttribute("height")) };
  open(event.currentTarget.href, picture.alt, size);
});

// A match that is a part of this picture shows its box here while it is looked at.
for (const link of document.querySelectorAll("[data-box]")) {
  const match = link.dataset.box.slice(4);
  const mine = [...stage.querySelectorAll(".boxed")];
  const box = mine.find((one) => one.id.slice(4).split(":").includes(match));
  for (const event of ["mouseenter", "focus"])
    link.addEventListener(event, () => {
      for (const one of mine) one.hidden = one !== box;
    });
}
