// What a reviewer has to do: the queue, how far it is, and where others differ.
"use strict";
(async () => {
  if (!document.documentElement.classList.contains("js")) return; // it is printed
  const of = (id) => document.getElementById(`desk-${id}`);
  const cell = (...children) => { const one = document.createElement("td"); one.append(...children); return one; };
  const rows = new Map(zhangce.attempts.map((row) => [`${row.run}/${row.id}`, row]));
  const link = (row) => {
    const one = document.createElement("a");
    one.href = row.page;
    one.append(...zhangce.words(row.title.zh, row.title.en));
    return one;
  };
  const said = (mine) => (mine ? [mine.says === "disagree" ? zhangce.chip(mine.outcome) : wordsOf(mine.says), mine.comment ? ` ${mine.comment}` : ""] : ["—"]);
  const wordsOf = (says) => {
    const one = document.createElement("b");
    one.append(...zhangce.words(zhangce.says[says].zh, zhangce.says[says].en));
    return one;
  };
  const states = [];
  try {
    for (const run of new Set(zhangce.attempts.map((row) => row.run))) states.push([run, await zhangce.book(run, "").state()]);
  } catch (why) {
    document.getElementById("review-trouble").replaceChildren(...(Array.isArray(why) ? why : [String(why)]));
  }
  document.getElementById("desk").hidden = false;
  const waiting = states.flatMap(([run, state]) => state.queue.flatMap((one) => {
    const row = rows.get(`${run}/${one.attempt}`);
    return row ? [{ row, why: one.why, mine: state.mine[one.attempt] }] : [];
  }));
  of("queue").replaceChildren(...waiting.map(({ row, why, mine }) => {
    const line = document.createElement("tr");
    line.classList.toggle("judged", mine !== undefined);
    const app = document.createElement("small");
    app.append(" ", ...zhangce.words(row.name.zh, row.name.en), ` #${row.id.replace(/^.*\[(.*)\]$/, "$1")}`);
    line.append(cell(...zhangce.words(why.zh, why.en)), cell(link(row), app), cell(zhangce.chip(row.o)), cell(...said(mine)));
    return line;
  }));
  const judged = waiting.filter((one) => one.mine).length;
  const agreement = states.map(([, state]) => state.agreement).find(Boolean);
  const alpha = agreement ? ` · α ${agreement.value.toFixed(2)} [${agreement.low.toFixed(2)}–${agreement.high.toFixed(2)}], n=${agreement.n}` : "";
  of("progress").textContent = `${judged}/${waiting.length}${alpha}`;
  of("bar").setAttribute("width", waiting.length ? (100 * judged) / waiting.length : 0);
  const disputed = states.flatMap(([run, state]) => state.disagreements.map((id) => ({ row: rows.get(`${run}/${id}`), mine: state.mine[id], others: state.others[id] ?? [] })));
  of("disputed").hidden = disputed.length === 0;
  of("disputed").querySelector("ul").replaceChildren(...disputed.map(({ row, mine, others }) => {
    const one = document.createElement("li");
    one.append(link(row), " · ", ...zhangce.words(row.name.zh, row.name.en), " ", zhangce.chip(row.o), " · ", ...zhangce.words("我", "I"), " ", ...said(mine), ...others.flatMap((other) => [` · ${other.reviewer} `, ...said(other)]));
    return one;
  }));
  const next = waiting.find((one) => !one.mine);
  const go = () => { if (next) location.href = next.row.page; };
  of("next").disabled = !next;
  of("next").addEventListener("click", go);
  addEventListener("keydown", (event) => {
    if (event.key === "n" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest("input, textarea, select")) go();
  });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
})();
