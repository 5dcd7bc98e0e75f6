// What a reviewer says of a run, and where it goes. Served by `python -m scoring review` it is written to the run; from the
// disk it is kept in this browser until it is exported: the same lines.
"use strict";
zhangce.served = location.protocol !== "file:";
zhangce.remember = {
  get: (name) => { try { return localStorage.getItem(`zhangce.${name}`); } catch { return null; } }, // private windows
  set: (name, value) => { try { localStorage.setItem(`zhangce.${name}`, value); return true; } catch { return false; } },
};
// A text in both languages, of which the page shows one.
zhangce.words = (zh, en) => ["zh", "en"].map((language) => {
  const span = document.createElement("span");
  span.lang = language;
  span.textContent = language === "zh" ? zh : en;
  return span;
});
zhangce.chip = (outcome) => {
  const chip = document.createElement("span");
  chip.className = `chip ${zhangce.tones[outcome] ?? "none"}`;
  chip.append(...zhangce.words(zhangce.outcomes[outcome]?.zh ?? outcome, zhangce.outcomes[outcome]?.en ?? outcome));
  return chip;
};
zhangce.book = (run, root) => {
  const api = `${root}../../api/${encodeURIComponent(run)}`;
  const key = `review.${run}`;
  const kept = () => { try { return JSON.parse(zhangce.remember.get(key) ?? "[]"); } catch { return []; } };
  const fresh = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const local = () => {
    const events = kept();
    const undone = new Set(events.filter((one) => one.kind === "undo").map((one) => one.of));
    const standing = events.filter((one) => one.kind !== "undo" && !undone.has(one.id));
    const latest = (kind) => Object.fromEntries(standing.filter((one) => one.kind === kind).map((one) => [one.attempt, one]));
    const mine = latest("verdict");
    const waiting = zhangce.attempts.filter((row) => row.run === run && row.turn !== undefined).sort((one, other) => one.turn - other.turn);
    return {
      reviewer: zhangce.remember.get("reviewer") ?? "", queue: waiting.map((row) => ({ attempt: row.id, why: row.why })),
      left: waiting.filter((row) => !(row.id in mine)).length, mine, others: {}, problems: standing.filter((one) => one.kind === "problem"),
      questionnaires: latest("questionnaire"), last: standing.at(-1)?.id ?? null, disagreements: [], agreement: null,
    };
  };
  const post = async (event) => {
    let answer;
    try {
      answer = await fetch(`${api}/events`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(event) });
    } catch {
      throw zhangce.words("没有保存：服务已停。再按一次即可重试。", "not saved: the server is gone. Press again once it is back.");
    }
    const text = await answer.text();
    if (!answer.ok) throw zhangce.words(`没有保存：${text}`, `not saved: ${text}`);
    return JSON.parse(text);
  };
  const keep = (event) => {
    const line = { ...event, at: new Date().toISOString(), reviewer: zhangce.remember.get("reviewer") };
    if (!line.reviewer) throw zhangce.words("先填评审员", "Give the reviewer's name first");
    if (!zhangce.remember.set(key, JSON.stringify([...kept(), line]))) throw zhangce.words("浏览器没有保存", "the browser has not kept it");
    return local();
  };
  return {
    /** What there is to do, and what has been said. */
    state: async () => {
      if (!zhangce.served) return local();
      const answer = await fetch(`${api}/state`);
      if (!answer.ok) throw zhangce.words("服务没有回答", "the server does not answer");
      return answer.json();
    },
    /** Adds what is said; gives the state after it, or throws why it was not kept, in both languages. */
    add: async (said) => {
      const event = { id: fresh(), ...said };
      return zhangce.served ? post(event) : keep(event);
    },
    /** What this browser has kept, as the lines of a reviewer's file. */
    lines: () => kept().map((one) => `${JSON.stringify(one)}\n`).join(""),
  };
};
