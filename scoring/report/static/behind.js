// The number that the address names opens its pictures.
"use strict";
(() => {
  if (!document.documentElement.classList.contains("js")) return; // it is printed
  const open = () => {
    const summary = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (summary?.tagName !== "SUMMARY") return;
    summary.parentElement.open = true;
    summary.focus();
    summary.scrollIntoView();
  };
  addEventListener("hashchange", open);
  open();
})();
