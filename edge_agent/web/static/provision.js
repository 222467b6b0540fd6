// Lines, points and boxes drawn on a picture. The number fields are the truth: whoever cannot drag
// types, and the form is sent as it stands in them. Without this script the page works, too.
const SVG = "http://www.w3.org/2000/svg";
const NEAR = 28;
const make = (name, attributes) => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

for (const figure of document.querySelectorAll(".draw")) {
  const image = figure.querySelector("img");
  const kind = figure.dataset.kind;
  const pairs = kind === "point" ? [["x", "y"]] : [["x1", "y1"], ["x2", "y2"]];
  const rows = [...figure.closest("form").querySelectorAll("fieldset.place")];
  const over = make("svg", { "aria-hidden": "true" });
  image.after(over);
  let held = null;

  const cell = (row, axis) => row.querySelector(`[data-axis="${axis}"]`);
  const place = (row, pair) => {
    const [x, y] = pair.map((axis) => cell(row, axis).value);
    return x === "" || y === "" ? null : [Number(x), Number(y)];
  };
  const put = (row, pair, at) => pair.forEach((axis, index) => {
    cell(row, axis).value = Math.min(100, Math.max(0, at[index])).toFixed(1);
  });
  const width = () => image.naturalWidth || 16;
  const height = () => image.naturalHeight || 9;
  const pixel = () => width() / (image.clientWidth || width());

  function draw() {
    over.setAttribute("viewBox", `0 0 ${width()} ${height()}`);
    const shown = [];
    const unit = pixel();
    rows.forEach((row, index) => {
      const ends = pairs.map((pair) => place(row, pair)).filter(Boolean)
        .map(([x, y]) => [x * width() / 100, y * height() / 100]);
      if (!ends.length) return;
      const group = make("g", { class: row.contains(document.activeElement) || held?.row === row ? "on" : "" });
      const [[x1, y1], [x2, y2]] = [ends[0], ends[1] ?? ends[0]];
      for (const layer of ["under", "line"]) {
        const wide = (layer === "under" ? 7 : 3) * unit;
        if (kind === "line") group.append(make("path", { d: `M${x1} ${y1}L${x2} ${y2}`, class: layer, "stroke-width": wide }));
        if (kind === "box") group.append(make("rect", { x: Math.min(x1, x2), y: Math.min(y1, y2), width: Math.abs(x2 - x1), height: Math.abs(y2 - y1), class: layer, "stroke-width": wide }));
      }
      for (const [x, y] of ends) group.append(make("circle", { cx: x, cy: y, r: 10 * unit, "stroke-width": 3 * unit }));
      const label = make("text", { x: x1 + 14 * unit, y: Math.max(18 * unit, y1 - 12 * unit), "font-size": 16 * unit, "stroke-width": 4 * unit });
      label.textContent = cell(row, "name")?.value || cell(row, "phase")?.value || String(index + 1);
      group.append(label);
      shown.push(group);
    });
    over.replaceChildren(...shown);
  }

  const where = (event) => {
    const box = over.getBoundingClientRect();
    return [(event.clientX - box.left) * 100 / box.width, (event.clientY - box.top) * 100 / box.height];
  };
  const grasp = (event) => {
    const box = over.getBoundingClientRect();
    let best = null;
    for (const row of rows) {
      for (const pair of pairs) {
        const at = place(row, pair);
        if (!at) continue;
        const far = Math.hypot(at[0] * box.width / 100 + box.left - event.clientX, at[1] * box.height / 100 + box.top - event.clientY);
        if (far <= NEAR && (!best || far < best.far)) best = { row, pair, far };
      }
    }
    return best;
  };
  const begin = (at) => {
    const row = rows.find((each) => pairs.every((pair) => !place(each, pair)));
    if (!row) return null;
    for (const pair of pairs) put(row, pair, at);
    const name = cell(row, "name");
    if (name && !name.value) name.value = `${figure.dataset.name}${rows.indexOf(row) + 1}`;
    return { row, pair: pairs.at(-1) };
  };

  over.addEventListener("pointerdown", (event) => {
    held = grasp(event) ?? begin(where(event));
    if (!held) return;
    event.preventDefault();
    over.setPointerCapture(event.pointerId);
    draw();
  });
  over.addEventListener("pointermove", (event) => {
    if (!held) return;
    put(held.row, held.pair, where(event));
    draw();
  });
  for (const over_ of ["pointerup", "pointercancel"]) over.addEventListener(over_, () => { held = null; draw(); });
  for (const row of rows) for (const sign of ["input", "focusin", "focusout"]) row.addEventListener(sign, draw);
  image.addEventListener("load", draw);
  addEventListener("resize", draw);
  const camera = figure.closest("form").querySelector("[data-camera]");
  camera?.addEventListener("change", () => { image.src = `/provision/picture?name=${encodeURIComponent(camera.value)}.png`; });
  draw();
}

// A file goes into the field above it, where it can be seen before it is sent.
for (const pick of document.querySelectorAll("[data-into]")) {
  pick.addEventListener("change", async () => {
    const [file] = pick.files;
    const large = file && file.size > 1_000_000;
    pick.setCustomValidity(large ? pick.dataset.large : "");
    if (large) pick.reportValidity();
    else if (file) document.getElementById(pick.dataset.into).value = await file.text();
  });
}

const at = document.querySelector(".steps [aria-current]");
if (at) at.parentElement.scrollLeft = at.offsetLeft + at.offsetWidth / 2 - at.parentElement.clientWidth / 2;
