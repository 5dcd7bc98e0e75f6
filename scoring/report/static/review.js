// The desk of a reviewer, beside an attempt.
"use strict";
(() => {
  if (!document.documentElement.classList.contains("js")) return; // it is printed
  const panel = document.getElementById("review");
  const article = document.getElementById("attempt");
  const of = (id) => document.getElementById(`review-${id}`);
  const { run, attempt, root, page } = article.dataset;
  const book = zhangce.book(run, root);
  const name = document.getElementById("reviewer");
  const svg = "http://www.w3.org/2000/svg";
  let state = null;
  let spot = null;
  let leaving = false; // a key that is pressed while the next page comes is for nobody

  const trouble = (...words) => of("trouble").replaceChildren(...words);
  const say = async (said) => {
    trouble();
    try {
      const next = await book.add(said);
      draw({ ...state, ...next, agreement: next.agreement ?? state.agreement });
      return true;
    } catch (why) {
      trouble(...(Array.isArray(why) ? why : [String(why)]));
      if (!zhangce.served && !name.value) name.focus();
      return false;
    }
  };

  // --- what is shown
  const draw = (next) => {
    state = next;
    panel.hidden = false;
    const judged = state.queue.length - state.left;
    const alpha = state.agreement ? ` · α ${state.agreement.value.toFixed(2)} [${state.agreement.low.toFixed(2)}–${state.agreement.high.toFixed(2)}]` : "";
    of("progress").textContent = `${judged}/${state.queue.length}${alpha}`;
    const why = state.queue.find((one) => one.attempt === attempt)?.why;
    of("why").replaceChildren(...(why ? zhangce.words(why.zh, why.en) : []));
    const mine = state.mine[attempt];
    panel.querySelectorAll("[data-says]").forEach((button) => button.setAttribute("aria-pressed", String(mine?.says === button.dataset.says)));
    of("said").replaceChildren(...(mine ? ["✓ ", ...words(mine)] : []));
    of("others").replaceChildren(...(state.others[attempt] ?? []).map((one) => item(`${one.reviewer}: `, ...words(one))));
    const pins = state.problems.filter((one) => one.attempt === attempt);
    of("count").textContent = pins.length ? `(${pins.length})` : "";
    of("pins").replaceChildren(...pins.map((one) => item(`${stepOf(one.step)?.dataset.step ?? one.step}: ${one.heuristic}/${one.severity} ${one.comment}`)));
    drawPins(pins);
    const rated = state.questionnaires[attempt];
    panel.querySelectorAll("[data-question]").forEach((select) => { select.value = rated?.[select.dataset.question] ?? ""; });
    of("undo").disabled = state.last === null;
  };
  const item = (...children) => { const one = document.createElement("li"); one.append(...children); return one; };
  const words = (verdict) => [
    ...zhangce.words(zhangce.says[verdict.says].zh, zhangce.says[verdict.says].en),
    ...(verdict.outcome ? [" → ", zhangce.chip(verdict.outcome)] : []), verdict.comment ? `: ${verdict.comment}` : "",
  ];
  const stepOf = (path) => document.querySelector(`.step[data-path="${CSS.escape(path)}"]`);
  const shape = (tag, attributes, text = "") => {
    const one = document.createElementNS(svg, tag);
    for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
    one.textContent = text;
    return one;
  };
  const drawPins = (pins) => {
    document.querySelectorAll(".pin.said").forEach((old) => old.remove());
    pins.forEach((one, place) => {
      const over = stepOf(one.step)?.querySelector(`figure.${one.picture ?? "after"} .over.pins`);
      if (!over) return;
      const { width, height } = over.viewBox.baseVal;
      const size = width / 22;
      const pin = shape("g", { class: "pin said", transform: `translate(${one.x * width} ${one.y * height})` });
      pin.append(shape("circle", { r: size }), shape("text", { y: 0.36 * size, "font-size": size, "text-anchor": "middle" }, place + 1));
      over.append(pin);
    });
  };

  // --- what can be done
  const leave = () => {
    const place = state.queue.findIndex((one) => one.attempt === attempt);
    const after = [...state.queue.slice(place + 1), ...state.queue.slice(0, place + 1)];
    const next = after.find((one) => !(one.attempt in state.mine));
    const row = next && zhangce.attempts.find((each) => each.run === run && each.id === next.attempt);
    if (row && row.page !== page) { leaving = true; location.href = root + row.page; }
    else of("said").replaceChildren(...zhangce.words("全部判完", "All judged"));
  };
  const judge = async (says) => {
    if (says === "disagree" && of("instead").hidden) { of("instead").hidden = false; of("outcome").focus(); return; }
    const said = { kind: "verdict", attempt, says, comment: of("comment").value.trim() };
    if (says === "disagree") {
      if (!of("outcome").value) { trouble(...zhangce.words("先选应为何种结果", "Choose first what it was")); of("outcome").focus(); return; }
      said.outcome = of("outcome").value;
    }
    leaving = true;
    const saved = await say(said);
    leaving = false;
    if (saved) leave();
  };
  const pin = async () => {
    if (!spot) { trouble(...zhangce.words("先点图上的位置", "Choose the spot on the picture first")); return; }
    const said = { kind: "problem", attempt, ...spot, heuristic: Number(of("heuristic").value), severity: Number(of("severity").value), comment: of("comment").value.trim() };
    if (await say(said)) { spot = null; of("spot").textContent = ""; }
  };
  const rate = () => {
    const points = [...panel.querySelectorAll("[data-question]")].filter((select) => select.value).map((select) => [select.dataset.question, Number(select.value)]);
    return say({ kind: "questionnaire", attempt, ...Object.fromEntries(points) });
  };
  const undo = () => state.last && say({ kind: "undo", of: state.last });
  const open = (details) => { details.open = !details.open; document.body.classList.toggle("pinning", of("problems").open); if (details.open) details.querySelector("select").focus(); };
  const download = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([book.lines()], { type: "application/jsonl" }));
    link.download = `${name.value || "reviewer"}.jsonl`;
    link.click();
    URL.revokeObjectURL(link.href);
  };

  document.querySelectorAll(".step .frame").forEach((frame) => frame.addEventListener("click", (event) => {
    if (!of("problems").open) return;
    const box = frame.querySelector("img").getBoundingClientRect();
    const step = document.querySelector(".step.current");
    spot = {
      step: step.dataset.path,
      picture: frame.closest("figure").classList.contains("before") ? "before" : "after",
      x: Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)),
      y: Math.min(1, Math.max(0, (event.clientY - box.top) / box.height)),
    };
    of("spot").textContent = `${step.dataset.step}: ${(100 * spot.x).toFixed(0)} %, ${(100 * spot.y).toFixed(0)} %`;
  }));
  panel.querySelectorAll("[data-says]").forEach((button) => button.addEventListener("click", () => judge(button.dataset.says)));
  of("outcome").addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); judge("disagree"); } });
  of("pin").addEventListener("click", pin);
  of("rate").addEventListener("click", rate);
  of("undo").addEventListener("click", undo);
  of("next").addEventListener("click", leave);
  of("export").addEventListener("click", download);
  of("problems").addEventListener("toggle", () => document.body.classList.toggle("pinning", of("problems").open));
  addEventListener("keydown", (event) => {
    if (panel.hidden || leaving || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && event.target.closest("#review")) { event.target.blur(); return; }
    if (event.target.closest("input, textarea, select")) return;
    const keys = {
      1: () => judge("agree"), 2: () => judge("disagree"), 3: () => judge("unsure"), n: leave, u: undo,
      c: () => of("comment").focus(), p: () => open(of("problems")), q: () => open(of("questions")),
    };
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });

  const begin = async () => {
    document.getElementById("review-name").hidden = zhangce.served;
    of("export").hidden = zhangce.served;
    if (!zhangce.served) {
      name.value = zhangce.remember.get("reviewer") ?? "";
      name.addEventListener("change", () => zhangce.remember.set("reviewer", name.checkValidity() ? name.value : ""));
    }
    try { draw(await book.state()); } catch (why) { panel.hidden = false; trouble(...(Array.isArray(why) ? why : [String(why)])); }
  };
  addEventListener("pageshow", () => { leaving = false; });
  begin();
})();
