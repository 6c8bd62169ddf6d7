// Two pictures on one canvas, B brought into register with A: flip, side by side, wipe, difference; one zoom for both.

const MODES = ["flip", "side", "wipe", "diff"];
let current = null;

/** The inverse of a 3x3 matrix given row by row, or null. */
export function inverse(m) {
  const [a, b, c, d, e, f, g, h, i] = m;
  const det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (!Number.isFinite(det) || Math.abs(det) < 1e-9) return null;
  return [e * i - f * h, c * h - b * i, b * f - c * e, f * g - d * i, a * i - c * g, c * d - a * f, d * h - e * g, b * g - a * h, a * e - b * d].map((x) => x / det);
}

/** The canvas transform that puts B's pixels into A's, from fractions of B to fractions of A. */
export function placed(matrix, a, b) {
  if (!matrix) {
    const scale = Math.min(a.w / b.w, a.h / b.h);
    return [scale, 0, 0, scale, (a.w - b.w * scale) / 2, (a.h - b.h * scale) / 2];
  }
  const m = matrix.map((x) => x / (matrix[8] || 1));
  return [(a.w * m[0]) / b.w, (a.h * m[3]) / b.w, (a.w * m[1]) / b.h, (a.h * m[4]) / b.h, a.w * m[2], a.h * m[5]];
}

function corners(size, t) {
  return [[0, 0], [size.w, 0], [size.w, size.h], [0, size.h]].map(([x, y]) => [t[0] * x + t[2] * y + t[4], t[1] * x + t[3] * y + t[5]]);
}

function numbers(text) {
  const values = (text ?? "").split(",").map(Number);
  return values.length > 1 && values.every(Number.isFinite) ? values : null;
}

class Viewer {
  constructor(root) {
    this.root = root;
    this.canvas = root.querySelector("[data-canvas]");
    this.state = root.querySelector("[data-state]");
    this.ink = this.canvas.getContext("2d");
    this.under = document.createElement("canvas");
    this.mode = sessionStorage.getItem("compare-mode") ?? "flip";
    if (!MODES.includes(this.mode)) this.mode = "flip";
    this.showB = false;
    this.divider = 0.5;
    this.moved = false;
    this.pointers = new Map();
    const size = (name) => ((v) => ({ w: v?.[0] || 1, h: v?.[1] || 1 }))(numbers(root.dataset[name]));
    this.a = size("aSize");
    this.b = size("bSize");
    let matrix = numbers(root.dataset.transform);
    if (matrix && root.dataset.first !== root.dataset.aId) matrix = inverse(matrix);
    this.t = placed(matrix, this.a, this.b);
    const points = [...corners(this.a, [1, 0, 0, 1, 0, 0]), ...corners(this.b, this.t)];
    const xs = points.map((p) => p[0]);
    const ys = points.map((p) => p[1]);
    this.world = { x: Math.min(...xs), y: Math.min(...ys), w: Math.max(...xs) - Math.min(...xs), h: Math.max(...ys) - Math.min(...ys) };
    this.box = numbers(root.dataset.box);
    this.pictures = { a: this.load(root.dataset.a), b: this.load(root.dataset.b) };
    this.listen();
    this.set(this.mode);
  }

  load(src) {
    const picture = new Image();
    picture.addEventListener("load", () => this.draw());
    picture.src = src;
    return picture;
  }

  set(mode) {
    this.mode = mode;
    sessionStorage.setItem("compare-mode", mode);
    for (const button of this.root.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    this.fit();
  }

  flip() {
    if (this.mode !== "flip") this.set("flip");
    this.showB = !this.showB;
    this.draw();
  }

  pane() {
    const { clientWidth: w, clientHeight: h } = this.canvas;
    return this.mode === "side" ? { w: w / 2, h } : { w, h };
  }

  fit() {
    const pane = this.pane();
    this.scale = Math.min((pane.w - 8) / this.world.w, (pane.h - 8) / this.world.h);
    this.x = (pane.w - this.world.w * this.scale) / 2 - this.world.x * this.scale;
    this.y = (pane.h - this.world.h * this.scale) / 2 - this.world.y * this.scale;
    this.moved = false;
    this.draw();
  }

  zoom(by, at) {
    const pane = this.pane();
    const point = at ?? { x: pane.w / 2, y: pane.h / 2 };
    const scale = Math.min(Math.max(this.scale * by, 0.01), 40);
    this.x = point.x - ((point.x - this.x) * scale) / this.scale;
    this.y = point.y - ((point.y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.moved = true;
    this.sharpen();
    this.draw();
  }

  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.moved = true;
    this.draw();
  }

  /** Load the originals once the thumbnails have fewer pixels than are shown. */
  sharpen() {
    if (this.sharp || this.scale * devicePixelRatio * this.a.w < 1600) return;
    this.sharp = true;
    for (const [key, picture] of Object.entries(this.pictures)) {
      const full = new Image();
      full.addEventListener("load", () => {
        this.pictures[key] = full;
        this.draw();
      });
      full.src = picture.src.replace(/\/thumb\?.*$/, "/file");
    }
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.paint());
  }

  put(ink, which, shift = 0) {
    const picture = this.pictures[which];
    if (!picture.complete || !picture.naturalWidth) return;
    const size = this[which];
    const t = which === "a" ? [1, 0, 0, 1, 0, 0] : this.t;
    const k = devicePixelRatio;
    ink.setTransform(k * this.scale, 0, 0, k * this.scale, k * (this.x + shift), k * this.y);
    ink.transform(...t);
    ink.drawImage(picture, 0, 0, size.w, size.h);
    ink.setTransform(1, 0, 0, 1, 0, 0);
  }

  outline(which, shift = 0) {
    if (!this.box || this.root.dataset.whole !== which) return;
    const size = this[which];
    const [l, t, r, b] = this.box;
    const k = devicePixelRatio;
    const ink = this.ink;
    ink.setTransform(k * this.scale, 0, 0, k * this.scale, k * (this.x + shift), k * this.y);
    ink.transform(...(which === "a" ? [1, 0, 0, 1, 0, 0] : this.t));
    ink.beginPath();
    ink.rect(l * size.w, t * size.h, (r - l) * size.w, (b - t) * size.h);
    ink.setTransform(1, 0, 0, 1, 0, 0);
    for (const [colour, width] of [["rgb(0 0 0 / 60%)", 4], ["#fff", 1.5]]) {
      ink.strokeStyle = colour;
      ink.lineWidth = width * k;
      ink.stroke();
    }
  }

  clipped(x, w, inside) {
    const k = devicePixelRatio;
    this.ink.save();
    this.ink.beginPath();
    this.ink.rect(x * k, 0, w * k, this.canvas.height);
    this.ink.clip();
    inside();
    this.ink.restore();
  }

  label(text, x) {
    const k = devicePixelRatio;
    this.ink.font = `${600} ${13 * k}px system-ui, sans-serif`;
    this.ink.fillStyle = "rgb(0 0 0 / 70%)";
    this.ink.fillRect((x + 6) * k, 6 * k, 22 * k, 20 * k);
    this.ink.fillStyle = "#fff";
    this.ink.fillText(text, (x + 12) * k, 21 * k);
  }

  paint() {
    const k = devicePixelRatio;
    const { clientWidth: w, clientHeight: h } = this.canvas;
    if (this.canvas.width !== Math.round(w * k) || this.canvas.height !== Math.round(h * k)) {
      this.canvas.width = Math.round(w * k);
      this.canvas.height = Math.round(h * k);
    }
    this.ink.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this[`paint${this.mode[0].toUpperCase()}${this.mode.slice(1)}`](w);
    this.state.textContent = this.mode === "flip" ? (this.showB ? "B is shown" : "A is shown") : this.mode === "diff" ? "black is equal, pale is in one only" : "";
    this.root.dataset.shown = this.mode === "flip" ? (this.showB ? "b" : "a") : this.mode;
  }

  paintFlip() {
    const which = this.showB ? "b" : "a";
    this.put(this.ink, which);
    this.outline(which);
    this.label(which.toUpperCase(), 0);
  }

  paintWipe(w) {
    const at = w * this.divider;
    this.clipped(0, at, () => { this.put(this.ink, "a"); this.outline("a"); });
    this.clipped(at, w - at, () => { this.put(this.ink, "b"); this.outline("b"); });
    this.line(at);
    this.label("A", 0);
    this.label("B", w - 34);
  }

  paintSide(w) {
    const half = w / 2;
    this.clipped(0, half, () => { this.put(this.ink, "a"); this.outline("a"); });
    this.clipped(half, half, () => { this.put(this.ink, "b", half); this.outline("b", half); });
    this.line(half);
    this.label("A", 0);
    this.label("B", half);
  }

  line(x) {
    const k = devicePixelRatio;
    this.ink.fillStyle = "#fff";
    this.ink.fillRect((x - 1) * k, 0, 2 * k, this.canvas.height);
    this.ink.fillStyle = "#000";
    this.ink.fillRect((x + 1) * k, 0, k, this.canvas.height);
  }

  paintDiff() {
    const ink = this.under.getContext("2d");
    this.under.width = this.canvas.width;
    this.under.height = this.canvas.height;
    this.put(ink, "a");
    ink.globalCompositeOperation = "difference";
    this.put(ink, "b");
    ink.globalCompositeOperation = "lighter";
    for (let n = 0; n < 2; n += 1) ink.drawImage(this.under, 0, 0);
    ink.globalCompositeOperation = "destination-in"; // where only one of them is, there is nothing to compare
    for (const which of ["a", "b"]) this.put(ink, which);
    this.ink.globalAlpha = 0.3;
    for (const which of ["a", "b"]) this.put(this.ink, which);
    this.ink.globalAlpha = 1;
    this.ink.drawImage(this.under, 0, 0);
  }

  listen() {
    const { canvas, root } = this;
    root.querySelector(".modes").addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.dataset.mode === "flip" && this.mode === "flip") this.flip();
      else if (button.dataset.mode) this.set(button.dataset.mode);
      else if ("zoomIn" in button.dataset) this.zoom(1.4);
      else if ("zoomOut" in button.dataset) this.zoom(1 / 1.4);
      else this.fit();
    });
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY / 400), this.at(event));
    }, { passive: false });
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      this.travel = 0;
    });
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"])
      canvas.addEventListener(end, (event) => {
        if (end === "pointerup" && this.pointers.size === 1 && this.travel < 4 && this.mode === "flip") this.flip();
        this.pointers.delete(event.pointerId);
      });
    new ResizeObserver(() => (this.moved ? this.draw() : this.fit())).observe(canvas);
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = event.clientX - box.left;
    return { x: this.mode === "side" && x > box.width / 2 ? x - box.width / 2 : x, y: event.clientY - box.top };
  }

  move(event) {
    const before = this.pointers.get(event.pointerId);
    if (this.mode === "wipe" && (this.pointers.size === 0 || this.pointers.size === 1)) {
      const box = this.canvas.getBoundingClientRect();
      this.divider = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
      this.draw();
    }
    if (!before) return;
    const [dx, dy] = [event.clientX - before.x, event.clientY - before.y];
    this.travel += Math.abs(dx) + Math.abs(dy);
    if (this.pointers.size === 2) {
      const other = [...this.pointers].find(([id]) => id !== event.pointerId)[1];
      const was = Math.hypot(before.x - other.x, before.y - other.y);
      const now = Math.hypot(event.clientX - other.x, event.clientY - other.y);
      if (was > 0) this.zoom(now / was, this.at(event));
    } else if (this.mode !== "wipe") this.pan(dx, dy);
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  }

  key(event) {
    const steps = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
    if (event.key === "f" || event.key === " ") this.flip();
    else if (event.key === "+" || event.key === "=") this.zoom(1.4);
    else if (event.key === "-") this.zoom(1 / 1.4);
    else if (event.key in steps && document.activeElement === this.canvas) {
      if (this.mode === "wipe" && steps[event.key][0]) {
        this.divider = Math.min(Math.max(this.divider - Math.sign(steps[event.key][0]) * 0.05, 0), 1);
        this.draw();
      } else this.pan(...steps[event.key]);
    } else return false;
    return true;
  }
}

/** Bring the viewer inside `root` to life, if there is one. */
export function mount(root) {
  const element = root.querySelector("[data-viewer]");
  current = null;
  if (!element) return;
  element.classList.add("live");
  element.querySelector(".modes").hidden = false;
  element.querySelector("[data-canvas]").hidden = false;
  current = new Viewer(element);
}

/** Give a key to the viewer on the page; tells whether it took it. */
export function key(event) {
  return current !== null && current.key(event);
}
