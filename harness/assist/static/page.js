"use strict";
/* Asks what there is to do, shows it, and sends what the person says. Texts of Apps go in as text only. */
const EVERY_MS = 400;
const ENDINGS = {
  passed: "上一关已通过，任务继续。/ The last barrier was passed; the task goes on.",
  given_up: "上一关没有过，任务到此为止。/ The last barrier was given up; its task ended there.",
  too_late: "上一关超时了，任务到此为止。/ Nobody came in time for the last barrier; its task ended there.",
  broken_off: "上一关时任务中断了。/ The task broke off at the last barrier.",
};
const LOST = "掌测没有应答：执行可能已经结束。/ Zhangce does not answer: the run may be over.";
const QUIET_TITLE = document.title;
const at = (id) => document.getElementById(id);
const both = (words) => (words.zh === words.en ? words.zh : `${words.zh} / ${words.en}`);
const put = (id, text) => { if (at(id).textContent !== text) at(id).textContent = text; };

let shown = { number: 0, pictures: -1 };
let waits = false;

function show(state) {
  const asked = state.asked;
  at("asked").hidden = !asked;
  at("idle").hidden = Boolean(asked);
  at("phone").hidden = !asked;
  document.title = asked ? `● ${asked.deed.zh} · 掌测` : QUIET_TITLE;
  put("ending", ENDINGS[state.ending] || "");
  if (asked) ask(state, asked);
  shown = { number: state.number, pictures: state.pictures };
}

function ask(state, asked) {
  put("kind", both(asked.kind));
  put("deed", asked.deed.zh);
  put("deed_en", asked.deed.en);
  put("app", both(asked.app));
  put("task", both(asked.task));
  put("attempt", asked.attempt);
  put("hint", both(asked.hint));
  put("left", String(Math.max(0, state.left_s)));
  at("code_form").hidden = !asked.wants_code;
  put("code_label", asked.hidden ? "密码" : "验证码");
  put("code_label_en", asked.hidden ? "password" : "code");
  at("code").type = asked.hidden ? "password" : "text";
  at("code").inputMode = asked.hidden ? "text" : "numeric";
  if (state.number !== shown.number) {
    at("code").value = "";
    put("said", "");
    waits = false;
    (asked.wants_code ? at("code") : at("deed")).focus();
  }
  if (waits && state.still_there) {
    put("said", "关卡还在：请再试一次。/ The barrier is still there: try once more.");
    waits = false;
  }
  at("picture").hidden = !state.visible;
  at("dark").hidden = state.visible;
  if (state.visible && (state.pictures !== shown.pictures)) at("picture").src = `/picture?of=${state.pictures}`;
}

async function say(what) {
  const body = JSON.stringify({ number: shown.number, ...what });
  const sent = { method: "POST", headers: { "content-type": "application/json" }, body };
  try {
    const answer = await fetch("/answer", sent);
    if (!answer.ok) return put("said", await answer.text());
    put("said", "已收到，正在看手机……/ Received, looking at the phone ...");
    waits = true;
  } catch {
    put("said", LOST);
  }
}

at("code_form").addEventListener("submit", (event) => {
  event.preventDefault();
  const code = at("code").value.trim();
  at("code").value = "";
  say({ code });
});
at("done").addEventListener("click", () => say({}));
at("give_up").addEventListener("click", () => say({ gives_up: true }));

async function follow() {
  try {
    const answer = await fetch("/state");
    if (answer.ok) show(await answer.json());
    else put("ending", await answer.text());
  } catch {
    show({ number: shown.number, pictures: shown.pictures });
    put("ending", LOST);
  }
  setTimeout(follow, EVERY_MS);
}
follow();
