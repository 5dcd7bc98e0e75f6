// One attempt: the film strip, the step shown, its pictures, its hierarchy, the way to the next attempt.
"use strict";
(() => {
  if (!document.documentElement.classList.contains("js")) return; // it is printed
  const article = document.getElementById("attempt");
  const steps = [...document.querySelectorAll(".step")];
  const film = [...document.querySelectorAll(".film li")];
  const inspector = document.getElementById("inspector");
  const list = inspector.querySelector("ol");
  const svg = "http://www.w3.org/2000/svg";
  const loaded = new Map();
  let here = 0;

  const wanted = () => Math.max(0, steps.findIndex((step) => `#s${step.dataset.step}` === location.hash));
  const pictures = () => steps[here]?.querySelector(".pictures");

  const go = (place, { keep = false } = {}) => {
    if (!steps.length) return;
    document.body.classList.remove("zoomed");
    here = Math.max(0, Math.min(steps.length - 1, place));
    steps.forEach((step, one) => step.classList.toggle("current", one === here));
    film.forEach((item, one) => {
      item.classList.toggle("here", one === here);
      if (one === here) item.querySelector("a").setAttribute("aria-current", "step");
      else item.querySelector("a").removeAttribute("aria-current");
    });
    const strip = film[here].parentElement;
    strip.scrollLeft = film[here].offsetLeft - strip.offsetLeft - strip.clientWidth / 2 + film[here].clientWidth / 2;
    if (!keep) history.replaceState(null, "", `#s${steps[here].dataset.step}`);
    for (const step of steps.slice(Math.max(0, here - 1), here + 2)) {
      step.querySelectorAll("img").forEach((image) => { image.loading = "eager"; }); // so that the next key shows at once
    }
    mark();
    if (!inspector.hidden) inspect();
    article.dispatchEvent(new CustomEvent("step", { detail: { step: steps[here] } }));
  };

  const mark = () => steps[here].querySelectorAll("[data-show]").forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset.show === pictures().dataset.shown));
  });
  const show = (what) => { pictures().dataset.shown = what; mark(); };
  const turn = () => {
    const kinds = [...steps[here].querySelectorAll("[data-show]")].map((button) => button.dataset.show);
    if (kinds.length) show(kinds[(kinds.indexOf(pictures().dataset.shown) + 1) % kinds.length]);
  };

  // --- hierarchy: a page from the disk can read no files, so each one is a script that calls this.
  zhangce.nodes = (name, nodes) => {
    loaded.set(name, nodes);
    draw();
  };
  const nameOf = (address) => address.split("/").pop().replace(/\.js$/, "");
  const inspect = () => {
    const address = steps[here].dataset.nodes;
    inspector.hidden = !address;
    if (!address) return;
    if (loaded.has(nameOf(address))) { draw(); return; }
    list.replaceChildren();
    const script = document.createElement("script");
    script.src = address;
    document.head.append(script);
  };
  const draw = () => {
    const nodes = loaded.get(nameOf(steps[here].dataset.nodes ?? "")) ?? [];
    list.replaceChildren(...nodes.map(([depth, kind, id, text, description, box, can]) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      item.className = `depth-${Math.min(6, depth)}`;
      button.textContent = [kind, id && `#${id}`, text && `“${text}”`, description && `(${description})`, ...can].filter(Boolean).join(" ");
      button.title = button.textContent;
      button.addEventListener("mouseenter", () => outline(box));
      button.addEventListener("focus", () => outline(box));
      button.addEventListener("mouseleave", () => outline(null));
      item.append(button);
      return item;
    }));
  };
  const outline = (box) => {
    const over = steps[here].querySelector(".over.nodes");
    if (!over) return;
    over.replaceChildren();
    if (!box) return;
    show("after");
    const shape = document.createElementNS(svg, "rect");
    const [left, top, right, bottom] = box;
    for (const [key, value] of Object.entries({ class: "node", x: left, y: top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) })) shape.setAttribute(key, value);
    over.append(shape);
  };
  const toggleInspector = () => {
    inspector.hidden = !inspector.hidden;
    if (!inspector.hidden) inspect(); else outline(null);
  };

  // --- the attempts before and after it, within the filter of the list
  const fits = zhangce.filter(zhangce.query());
  const among = zhangce.attempts.filter((row) => fits(row) || row.page === article.dataset.page);
  const place = among.findIndex((row) => row.page === article.dataset.page);
  const leave = (by) => {
    const next = among[place + by];
    if (next) location.href = article.dataset.root + next.page + location.search;
  };
  const told = document.getElementById("among");
  const way = (by, sign, words) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sign;
    button.setAttribute("aria-label", words);
    button.disabled = !among[place + by];
    button.addEventListener("click", () => leave(by));
    return button;
  };
  if (place >= 0) told.append(way(-1, "←", "上一次尝试 previous attempt"), ` ${place + 1}/${among.length} `, way(1, "→", "下一次尝试 next attempt"));

  steps.forEach((step) => {
    step.querySelectorAll("[data-show]").forEach((button) => button.addEventListener("click", () => show(button.dataset.show)));
    step.querySelector("[data-inspect]")?.addEventListener("click", toggleInspector);
    step.querySelectorAll(".frame").forEach((frame) => frame.addEventListener("dblclick", () => document.body.classList.toggle("zoomed")));
  });
  film.forEach((item, one) => item.querySelector("a").addEventListener("click", (event) => {
    event.preventDefault();
    go(one);
  }));
  addEventListener("hashchange", () => go(wanted(), { keep: true }));
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const keys = {
      ArrowLeft: () => go(here - 1), ArrowRight: () => go(here + 1),
      Home: () => go(0), End: () => go(steps.length - 1),
      " ": () => { if (event.target.closest("button, a, summary") === null || document.body.classList.contains("zoomed")) document.body.classList.toggle("zoomed"); else return false; },
      Escape: () => document.body.classList.remove("zoomed"),
      v: turn, h: toggleInspector, "[": () => leave(-1), "]": () => leave(1),
    };
    const act = keys[event.key];
    if (act && act() !== false) event.preventDefault();
  });
  // The step is shown where it is: the browser is not to scroll to it, so that the strip stays in sight.
  steps.forEach((step) => step.removeAttribute("id"));
  history.scrollRestoration = "manual";
  addEventListener("load", () => requestAnimationFrame(() => scrollTo(0, 0)));
  go(wanted(), { keep: true });
})();
