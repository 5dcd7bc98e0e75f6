// The desk of a reviewer, beside an attempt. Served by `python -m scoring review` it writes to the run; from the disk it
// keeps what is said in this browser until it is exported: the same lines.
"use strict";
(() => {
  if (!document.documentElement.classList.contains("js")) return; // it is printed
  const panel = document.getElementById("review");
  const article = document.getElementById("attempt");
  const of = (id) => document.getElementById(`review-${id}`);
  const { run, attempt, root, page } = article.dataset;
  const served = location.protocol !== "file:";
  const api = `${root}../../api/${encodeURIComponent(run)}`;
  const key = `zhangce.review.${run}`;
  const name = document.getElementById("reviewer");
  const both = (zh, en) => (document.documentElement.dataset.language === "en" ? en : zh);
  let state = null;
  let spot = null;
  let leaving = false; // a key that is pressed while the next page comes is for nobody

  // --- what is said, and where it goes
  const fresh = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const kept = () => { try { return JSON.parse(localStorage.getItem(key) ?? "[]"); } catch { return []; } };
  const trouble = (words) => { of("trouble").textContent = words; };
  const say = async (said) => {
    trouble("");
    const event = { id: fresh(), ...said };
    if (!served) {
      if (!name.value || !name.checkValidity()) { trouble(both("先填评审员", "Give the reviewer's name first")); name.focus(); return false; }
      const line = { ...event, at: new Date().toISOString(), reviewer: name.value };
      try { localStorage.setItem(key, JSON.stringify([...kept(), line])); } catch { trouble(both("浏览器没有保存", "the browser has not kept it")); return false; }
      draw(local());
      return true;
    }
    try {
      const answer = await fetch(`${api}/events`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(event) });
      if (!answer.ok) { trouble(`${both("没有保存", "not saved")}: ${await answer.text()}`); return false; }
      draw({ ...state, ...await answer.json(), agreement: state.agreement });
      return true;
    } catch {
      trouble(both("没有保存：服务已停。再按一次即可重试。", "not saved: the server is gone. Press again once it is back."));
      return false;
    }
  };

  // --- from the disk: the state is what this browser has kept
  const local = () => {
    const events = kept();
    const undone = new Set(events.filter((one) => one.kind === "undo").map((one) => one.of));
    const standing = events.filter((one) => one.kind !== "undo" && !undone.has(one.id));
    const latest = (kind) => Object.fromEntries(standing.filter((one) => one.kind === kind).map((one) => [one.attempt, one]));
    const mine = latest("verdict");
    const queue = zhangce.attempts.filter((row) => row.run === run).map((row) => ({ attempt: row.id, why: { zh: "", en: "" } }));
    return {
      reviewer: name.value, queue, left: queue.filter((one) => !(one.attempt in mine)).length, mine, others: {},
      problems: standing.filter((one) => one.kind === "problem"), questionnaires: latest("questionnaire"),
      last: standing.at(-1)?.id ?? null, disagreements: [], agreement: null,
    };
  };

  // --- what is shown
  const draw = (next) => {
    state = next;
    panel.hidden = false;
    const judged = state.queue.length - state.left;
    const alpha = state.agreement ? ` · α ${state.agreement.value.toFixed(2)} [${state.agreement.low.toFixed(2)}–${state.agreement.high.toFixed(2)}]` : "";
    of("progress").textContent = `${judged}/${state.queue.length}${alpha}`;
    const why = state.queue.find((one) => one.attempt === attempt)?.why;
    of("why").textContent = why ? both(why.zh, why.en) : "";
    const mine = state.mine[attempt];
    panel.querySelectorAll("[data-says]").forEach((button) => button.setAttribute("aria-pressed", String(mine?.says === button.dataset.says)));
    of("said").textContent = mine ? `✓ ${mine.says}${mine.outcome ? ` → ${mine.outcome}` : ""}${mine.comment ? `: ${mine.comment}` : ""}` : "";
    of("others").replaceChildren(...(state.others[attempt] ?? []).map((one) => item(`${one.reviewer}: ${one.says}${one.outcome ? ` → ${one.outcome}` : ""} ${one.comment}`)));
    const pins = state.problems.filter((one) => one.attempt === attempt);
    of("problems").querySelector("summary span").textContent = pins.length ? `(${pins.length})` : "";
    of("pins").replaceChildren(...pins.map((one) => item(`${one.step}: ${one.heuristic}/${one.severity} ${one.comment}`)));
    const rated = state.questionnaires[attempt];
    panel.querySelectorAll("[data-question]").forEach((select) => { select.value = rated?.[select.dataset.question] ?? ""; });
    of("undo").disabled = state.last === null;
  };
  const item = (words) => { const one = document.createElement("li"); one.textContent = words; return one; };

  // --- what can be done
  const leave = () => {
    const place = state.queue.findIndex((one) => one.attempt === attempt);
    const after = [...state.queue.slice(place + 1), ...state.queue.slice(0, place + 1)];
    const next = after.find((one) => !(one.attempt in state.mine));
    const row = next && zhangce.attempts.find((each) => each.run === run && each.id === next.attempt);
    if (row && row.page !== page) { leaving = true; location.href = root + row.page; }
    else of("said").textContent = both("全部判完", "All judged");
  };
  const judge = async (says) => {
    if (says === "disagree" && of("instead").hidden) { of("instead").hidden = false; of("outcome").focus(); return; }
    const said = { kind: "verdict", attempt, says, comment: of("comment").value.trim() };
    if (says === "disagree") said.outcome = of("outcome").value;
    leaving = true;
    const saved = await say(said);
    leaving = false;
    if (saved) leave();
  };
  const pin = async () => {
    if (!spot) { trouble(both("先点图上的位置", "Choose the spot on the picture first")); return; }
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
    const lines = kept().map((one) => `${JSON.stringify(one)}\n`).join("");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([lines], { type: "application/jsonl" }));
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
    if (served) {
      document.getElementById("review-name").hidden = true;
      try { draw(await (await fetch(`${api}/state`)).json()); } catch { trouble(both("服务没有回答", "the server does not answer")); }
      return;
    }
    of("export").hidden = false;
    try { name.value = localStorage.getItem("zhangce.reviewer") ?? ""; } catch { /* private windows */ }
    name.addEventListener("change", () => { try { localStorage.setItem("zhangce.reviewer", name.value); } catch { /* the same */ } });
    draw(local());
  };
  addEventListener("pageshow", () => { leaving = false; });
  begin();
})();
