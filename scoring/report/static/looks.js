// Language and theme, before anything is drawn. What was chosen is remembered where it can be.
"use strict";
window.zhangce = { attempts: [], nodes: () => {} };
(() => {
  const root = document.documentElement;
  const remembered = (name) => { try { return localStorage.getItem(`zhangce.${name}`); } catch { return null; } };
  const remember = (name, value) => { try { localStorage.setItem(`zhangce.${name}`, value); } catch { /* private windows */ } };
  const show = (language, theme) => {
    root.dataset.language = language;
    root.lang = language;
    root.dataset.theme = theme;
  };
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const language = ["zh", "en"].find((one) => one === remembered("language")) ?? (navigator.language.startsWith("zh") || !navigator.language.startsWith("en") ? "zh" : "en");
  const theme = ["light", "dark"].find((one) => one === remembered("theme")) ?? (dark ? "dark" : "light");
  // `?print=zh` is how a PDF is made: everything is shown, in that language, and loaded at once.
  const printed = new URLSearchParams(location.search).get("print");
  const openAll = () => document.querySelectorAll("details:not(.full, .log)").forEach((one) => { one.open = true; });
  const loadAll = () => document.querySelectorAll("img[loading]").forEach((image) => { image.decoding = "sync"; image.loading = "eager"; });
  if (printed !== null) {
    show(printed === "en" ? "en" : "zh", "light");
    addEventListener("DOMContentLoaded", () => { openAll(); loadAll(); });
    return;
  }
  show(language, theme);
  root.classList.add("js");
  addEventListener("beforeprint", loadAll);
  addEventListener("DOMContentLoaded", () => {
    document.getElementById("language").addEventListener("click", () => {
      const next = root.dataset.language === "zh" ? "en" : "zh";
      show(next, root.dataset.theme);
      remember("language", next);
    });
    document.getElementById("theme").addEventListener("click", () => {
      const next = root.dataset.theme === "dark" ? "light" : "dark";
      show(root.dataset.language, next);
      remember("theme", next);
    });
  });
})();
