// The list of attempts: the filter is in the address, so that a filtered list can be shared.
"use strict";
(() => {
  const input = document.getElementById("filter");
  if (!input || !document.documentElement.classList.contains("js")) return;
  const rows = [...document.querySelectorAll("#attempts tbody tr")];
  const links = rows.map((row) => row.querySelector("a"));
  const pages = links.map((link) => link.getAttribute("href"));
  const count = document.getElementById("count");
  const apply = () => {
    const text = input.value.trim();
    const fits = zhangce.filter(text);
    const query = text ? `?q=${encodeURIComponent(text)}` : "";
    let shown = 0;
    rows.forEach((row, place) => {
      const fit = fits(zhangce.attempts[place]);
      row.hidden = !fit;
      shown += fit;
      links[place].href = pages[place] + query;
    });
    count.textContent = shown === rows.length ? String(shown) : `${shown}/${rows.length}`;
    document.getElementById("nothing").hidden = shown > 0;
    document.querySelectorAll("[data-filter]").forEach((chip) => {
      chip.setAttribute("aria-pressed", String(text.split(/\s+/).includes(chip.dataset.filter)));
    });
    history.replaceState(null, "", text ? `#q=${encodeURIComponent(text)}` : "#");
  };
  document.querySelectorAll("[data-filter]").forEach((chip) => chip.addEventListener("click", () => {
    const words = input.value.split(/\s+/).filter(Boolean);
    const place = words.indexOf(chip.dataset.filter);
    if (place < 0) {
      input.value = [...words.filter((word) => !word.startsWith("o:")), chip.dataset.filter].join(" ");
    } else {
      words.splice(place, 1);
      input.value = words.join(" ");
    }
    apply();
  }));
  const read = () => { input.value = zhangce.query(); apply(); };
  addEventListener("hashchange", read);
  input.addEventListener("input", apply);
  addEventListener("keydown", (event) => {
    if (event.key === "/" && event.target !== input) { event.preventDefault(); input.focus(); }
  });
  read();
})();
