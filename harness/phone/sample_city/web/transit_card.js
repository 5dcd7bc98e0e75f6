"use strict";

// How long the city's server takes to answer, in ms.
const ANSWERS_AFTER = 600;
// The answer is a place in the page's history, so that "back" leads from it to the form.
const ANSWER = "#answer";

const part = (id) => document.getElementById(id);

function show() {
  const answered = location.hash === ANSWER;
  part("form").hidden = answered;
  part("answer").hidden = !answered;
}

function wait(waiting) {
  part("loading").hidden = !waiting;
  part("query").disabled = waiting;
}

function query() {
  const number = part("card_number").value.replace(/\s/g, "");
  const wrong = !/^\d{16}$/.test(number);
  part("error").hidden = !wrong;
  part("error").textContent = wrong ? "卡号应为 16 位数字，请检查后重新输入" : "";
  if (wrong) return;
  part("card_number").blur();
  wait(true);
  setTimeout(() => {
    wait(false);
    part("shown_number").textContent = number.slice(0, 4) + " **** **** " + number.slice(-4);
    location.hash = ANSWER;
  }, ANSWERS_AFTER);
}

part("query").addEventListener("click", query);
part("card_number").addEventListener("keydown", (event) => {
  if (event.key === "Enter") query();
});
part("again").addEventListener("click", () => history.back());
window.addEventListener("hashchange", show);
show();
