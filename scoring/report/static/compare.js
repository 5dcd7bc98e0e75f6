// Two pictures of a task under one slider.
"use strict";
(() => {
  if (!document.documentElement.classList.contains("js")) return; // it is printed
  const slider = document.getElementById("slider");
  const [below, above] = slider.querySelectorAll("img");
  const range = slider.querySelector("input");
  const names = slider.querySelector(".names");
  let chosen = [];
  const cut = () => { above.style.clipPath = `inset(0 ${100 - Number(range.value)}% 0 0)`; };
  const buttons = [...document.querySelectorAll(".aligned button")];
  buttons.forEach((button) => button.addEventListener("click", () => {
    chosen = [...chosen.filter((one) => one !== button), button].slice(-2);
    buttons.forEach((one) => one.setAttribute("aria-pressed", String(chosen.includes(one))));
    slider.hidden = chosen.length < 2;
    if (slider.hidden) return;
    const [left, right] = chosen;
    above.src = left.dataset.full;
    below.src = right.dataset.full;
    above.alt = left.dataset.name;
    below.alt = right.dataset.name;
    names.textContent = `${left.dataset.name} ⟷ ${right.dataset.name}`;
    cut();
    slider.scrollIntoView({ block: "nearest" });
  }));
  range.addEventListener("input", cut);
})();
