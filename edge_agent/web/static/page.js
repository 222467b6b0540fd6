// What changes on a page is asked for anew while somebody looks; the page works without this, too.
const live = document.querySelector("#live[data-every]");
const stale = document.querySelector("#stale");
let failed = 0;
let last = "";

async function refresh() {
  const answer = await fetch(location.href, { headers: { "x-part": "live" }, redirect: "manual" });
  if (answer.status === 401) {
    location.reload();
    return;
  }
  if (!answer.ok && answer.status !== 503) throw new Error(String(answer.status));
  const text = await answer.text();
  if (text === last) return;
  last = text;
  const phase = (within) => within.querySelector("[data-phase]")?.dataset.phase;
  // What somebody has opened stays open, and what they have marked stays marked.
  if (!getSelection().isCollapsed && live.contains(getSelection().anchorNode)) return;
  const open = new Set([...live.querySelectorAll("details[open] > summary")].map((each) => each.textContent));
  const fresh = new DOMParser().parseFromString(text, "text/html").body;
  await Promise.all([...fresh.querySelectorAll("img")].map(loaded));
  if (phase(fresh) !== phase(live)) {
    // What can be done now stands beside the live part.
    location.reload();
    return;
  }
  for (const each of fresh.querySelectorAll("details > summary")) {
    if (open.has(each.textContent)) each.parentElement.open = true;
  }
  const scrolled = [...live.querySelectorAll(".scroll")].map((each) => each.scrollLeft);
  const focused = live.contains(document.activeElement) ? [...live.querySelectorAll("a, summary, button")].indexOf(document.activeElement) : -1;
  live.replaceChildren(...fresh.childNodes);
  [...live.querySelectorAll(".scroll")].forEach((each, index) => { each.scrollLeft = scrolled[index] ?? 0; });
  if (focused >= 0) live.querySelectorAll("a, summary, button")[focused]?.focus();
}

// A picture is put in its place when it is there: nothing flickers.
async function loaded(image) {
  const whole = document.importNode(image, true);
  await whole.decode().catch(() => {});
  image.replaceWith(whole);
}

async function again() {
  if (!document.hidden) {
    try {
      await refresh();
      failed = 0;
    } catch {
      failed += 1;
    }
    stale.hidden = failed < 2;
  }
  const every = Number(live.dataset.every);
  setTimeout(again, Math.min(every * 2 ** Math.min(failed, 4), 30000));
}

if (live) {
  setTimeout(again, Number(live.dataset.every));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh().catch(() => {}); });
}

const here = document.querySelector("nav [aria-current]");
if (here) here.parentElement.scrollLeft = here.offsetLeft + here.offsetWidth / 2 - innerWidth / 2;

// What ends by itself counts down where somebody can see it, and shows how it ended.
for (const ending of document.querySelectorAll("[data-trial], [data-until]")) {
  const end = performance.now() + 1000 * Number(ending.dataset.trial ?? ending.dataset.until);
  const shown = ending.querySelector("[data-left]");
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    shown.value = left;
    if (left > 0) setTimeout(tick, 500);
    else setTimeout(() => location.assign(ending.dataset.then ?? "/config"), ending.dataset.then ? 0 : 2500);
  };
  tick();
}

// A complaint leads to its line.
for (const link of document.querySelectorAll("[data-line]")) {
  link.addEventListener("click", (event) => {
    const text = document.querySelector("#text");
    if (!text) return;
    event.preventDefault();
    const lines = text.value.split("\n");
    const wanted = Number(link.dataset.line) - 1;
    const begin = lines.slice(0, wanted).reduce((sum, line) => sum + line.length + 1, 0);
    text.focus();
    text.setSelectionRange(begin, begin + (lines[wanted] ?? "").length);
    text.scrollTop = (text.scrollHeight / lines.length) * Math.max(0, wanted - 5);
  });
}

// What was typed is not lost by a slip of the thumb.
const editor = document.querySelector("#text");
if (editor) {
  let sent = false;
  editor.form.addEventListener("submit", () => { sent = true; });
  addEventListener("beforeunload", (event) => {
    if (!sent && editor.value !== editor.defaultValue) event.preventDefault();
  });
}
