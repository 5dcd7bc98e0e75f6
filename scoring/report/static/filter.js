// The language of filters: `o:crashed app:x !task:y time:>5s is:finding "words"`. All must hold.
"use strict";
zhangce.filter = (text) => {
  const wanted = text.match(/!?(?:[a-z]+:)?(?:"[^"]*"?|[^\s"]+)/gi) ?? [];
  const tests = wanted.map((one) => {
    const [, not, key, value] = /^(!?)(?:([a-z]+):)?"?([^"]*)"?$/i.exec(one) ?? [null, "", "", one];
    const test = zhangce.condition(key?.toLowerCase(), value.toLowerCase());
    return not ? (row) => !test(row) : test;
  });
  return (row) => tests.every((test) => test(row));
};
zhangce.condition = (key, value) => {
  const within = (text) => String(text).toLowerCase().includes(value);
  switch (key) {
    case "o": case "outcome": return (row) => row.o === value;
    case "app": return (row) => row.app === value || row.app === `${value}-simulated`;
    case "task": return (row) => within(row.task);
    case "device": return (row) => within(row.device);
    case "run": return (row) => within(row.run);
    case "kind": return (row) => row.kind === value;
    case "is": return (row) => row.is.includes(value);
    case "time": {
      const [, sign, number] = /^([<>]?)=?([\d.]+)s?$/.exec(value) ?? [];
      if (number === undefined) return () => false;
      const limit = Number(number);
      return (row) => row.time !== null && (sign === "<" ? row.time < limit : sign === ">" ? row.time > limit : Math.abs(row.time - limit) < 0.05);
    }
    case undefined: return (row) => within(`${row.text} ${row.id} ${row.o}`);
    default: return () => false;
  }
};
// In the list behind the hash: a page from the disk may change nothing else of its address.
zhangce.query = () => new URLSearchParams(location.hash.startsWith("#q=") ? location.hash.slice(1) : location.search).get("q") ?? "";
