// The page of an inspection. What Apps say is put into the page as text, never as HTML.
const $ = (id) => document.getElementById(id);
const PAUSE_MS = 350;
const HIDDEN_PAUSE_MS = 1500;
const WATCHED_PAUSE_MS = 100; // for so long after something was done:
const WATCHED_MS = 2500;
const MOVES = ["touch", "press", "record"]; // what may change the screen of the phone

let state = null; // what the profile says, what the tasks need, the walk
let screen = { number: 0, nodes: [], size: [1, 1] };
let byIndex = new Map();
let selected = null; // a node of the screen
let selections = 0; // how often something was pointed at
let found = []; // its candidates
let pending = null; // the sign of an interruption whose button is still to be pointed at
let held = false; // whether the picture is held: the screen may be another by now
let holds = 0; // how often a screen to hold was asked for
let acted = 0; // when something was done last
let anew = false; // whether the screen is to be told in full, though it is the same

// --- small words

function el(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter((each) => each !== null && each !== ""));
  return made;
}

function both(words) {
  return [words.zh + " ", el("i", { lang: "en", textContent: words.en === words.zh ? "" : words.en })];
}

let hiding = 0;
function notice(text, bad = false) {
  clearTimeout(hiding);
  $("notice").textContent = text.trim();
  $("notice").className = bad ? "bad" : "";
  $("notice").hidden = false;
  hiding = setTimeout(() => ($("notice").hidden = true), bad ? 12000 : 3500);
}

// --- asking the server

const ENDED = "检查已结束，请重新执行 inspect / the inspection has ended: start it again";

/** Asks the server, which is on this machine: where it does not answer, there is none any more. */
async function reach(path, options) {
  try {
    const answer = await fetch(path, options);
    $("phone").classList.remove("ended");
    return answer;
  } catch {
    $("phone").classList.add("ended");
    set_busy(true);
    throw new Error(ENDED);
  }
}

async function get(path) {
  const answer = await reach(path);
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

/** Lets something be done; what comes of it, or null with the reason shown. */
async function act(what, said, { show = notice } = {}) {
  try {
    const answer = await reach(`/api/do/${what}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(said),
    });
    if (!answer.ok) throw new Error(await answer.text());
    const told = await answer.json();
    show_state(told.state);
    if (MOVES.includes(what)) acted = Date.now();
    anew = true; // names may have changed on the screen that is shown
    return { result: told.result };
  } catch (error) {
    show(error.message, true);
    return null;
  }
}

// --- the live picture

async function live() {
  for (;;) {
    try {
      const told = held ? {} : await get(`/api/screen?after=${anew ? 0 : screen.number}`);
      if (held && anew) await hold_at(screen.number);
      else if (told.busy) show_busy(told);
      else {
        set_busy(false);
        if (told.nodes && !held) await show_screen(told);
      }
    } catch (error) {
      $("busy").hidden = false;
      $("busy").textContent = error.message;
    }
    await new Promise((go) => setTimeout(go, pause_ms()));
  }
}

/** Often while something may be on its way: what the App shows meanwhile does not last. */
function pause_ms() {
  if (document.hidden || $("phone").classList.contains("ended")) return HIDDEN_PAUSE_MS;
  return Date.now() - acted < WATCHED_MS ? WATCHED_PAUSE_MS : PAUSE_MS;
}

/** Shows a screen of before, and holds the picture there: of several asked for, the last. */
async function hold_at(number) {
  held = true;
  anew = false;
  const turn = ++holds;
  try {
    await show_screen(await get(`/api/screen/${number}`), { wanted: () => held && turn === holds });
  } catch (error) {
    notice(error.message, true);
    if (turn === holds) held = anew = false;
  }
  show_held();
}

function show_held() {
  $("freeze").setAttribute("aria-pressed", held);
  $("when").textContent = held ? `第 ${screen.number} 屏，不是现在的 / held, not live` : "";
  $("older").disabled = screen.number <= screen.oldest;
  $("newer").disabled = !held;
}

$("freeze").addEventListener("click", () => {
  held = !held;
  anew = true;
  show_held();
});
$("older").addEventListener("click", () => hold_at(screen.number - 1));
$("newer").addEventListener("click", () => hold_at(screen.number + 1));

/** While something is done on the phone, nothing else can be: the server would refuse it. */
function set_busy(busy) {
  $("busy").hidden = !busy;
  for (const button of document.querySelectorAll("[data-press], #record, #tap")) button.disabled = busy;
}

function show_busy(told) {
  set_busy(true);
  $("busy").replaceChildren(...both(told.busy));
  const kept = told.kept && `/api/kept/${told.kept}`;
  if (!kept || $("picture").getAttribute("src") === kept) return;
  $("picture").src = kept;
  // It is another screen than the one whose elements are marked; that one may come again.
  for (const part of ["named", "where"]) $(part).replaceChildren();
  anew = true;
}

async function show_screen(told, { wanted = () => !held } = {}) {
  const address = `/api/picture/${told.number}`;
  if ($("picture").getAttribute("src") !== address) {
    const picture = new Image();
    picture.src = address;
    try {
      await picture.decode();
    } catch {
      return; // there is a newer one by now
    }
  }
  if (!wanted()) return; // meanwhile somebody has said stop, or asked for another
  if ($("picture").getAttribute("src") !== address) $("picture").src = address;
  $("glass").style.setProperty("--aspect", told.size[0] / told.size[1]);
  screen = told;
  anew = false;
  byIndex = new Map(told.nodes.map((node) => [node.index, node]));
  $("where").replaceChildren(
    told.package, told.activity ? ` ${told.activity}` : "",
    told.drawn ? el("b", { textContent: " 线框图：此屏禁止截屏 wireframe: it forbids pictures" }) : "",
    told.package && state && told.package !== state.package
      ? el("b", { className: "bad", textContent: " 不是这个 App / not this App" }) : "",
  );
  $("named").replaceChildren(...told.nodes.filter((node) => node.names.length).map((node) => {
    const mark = el("b", { title: node.names.join(", ") });
    place(mark, node.box);
    return mark;
  }));
  $("hover").hidden = true;
  show_held();
  const same = selected && told.nodes.find((node) =>
    node.id === selected.id && node.class === selected.class && node.box.join() === selected.box.join());
  if (selected && is_filled_in()) keep_pointing(same);
  else if (selected) await select(same ?? null, { quietly: same && same.text === selected.text });
}

function place(frame, [left, top, right, bottom]) {
  const [width, height] = screen.size;
  Object.assign(frame.style, {
    left: `${(100 * left) / width}%`, top: `${(100 * top) / height}%`,
    width: `${(100 * (right - left)) / width}%`, height: `${(100 * (bottom - top)) / height}%`,
  });
}

/** The innermost element at a point of the page: of the smallest box, the last that is drawn. */
function at(event) {
  const box = $("glass").getBoundingClientRect();
  const x = ((event.clientX - box.left) / box.width) * screen.size[0];
  const y = ((event.clientY - box.top) / box.height) * screen.size[1];
  const area = ([left, top, right, bottom]) => (right - left) * (bottom - top);
  return screen.nodes
    .filter(({ box: [left, top, right, bottom] }) => left <= x && x < right && top <= y && y < bottom)
    .reduce((best, node) => (best && area(best.box) < area(node.box) ? best : node), null);
}

$("glass").addEventListener("mousemove", (event) => {
  const node = at(event);
  $("hover").hidden = !node;
  if (node) place($("hover"), node.box);
});
$("glass").addEventListener("mouseleave", () => ($("hover").hidden = true));
$("glass").addEventListener("click", (event) => select(at(event)));
$("glass").addEventListener("dblclick", tap);

const parent = (node) => {
  let up = node.parent;
  while (up !== null && up !== undefined && !byIndex.has(up)) up = null;
  return up === null || up === undefined ? null : byIndex.get(up);
};
const children = (node) => screen.nodes.filter((each) => each.parent === node.index);

$("glass").addEventListener("keydown", (event) => {
  if (!selected) return;
  const above = parent(selected);
  const beside = above ? children(above) : [selected];
  const here = beside.findIndex((node) => node.index === selected.index);
  const to = {
    ArrowUp: above, ArrowDown: children(selected)[0],
    ArrowLeft: beside[here - 1], ArrowRight: beside[here + 1],
  };
  if (event.key === "Enter") tap();
  else if (event.key in to) select(to[event.key] ?? selected);
  else return;
  event.preventDefault();
});

// --- the element that is pointed at

const short = (name) => name.split(".").at(-1);

async function select(node, { quietly = false } = {}) {
  selected = node && { ...node, screen: screen.number };
  $("chosen").hidden = !node;
  $("something").hidden = !node;
  $("something").dataset.index = node?.index ?? "";
  $("nothing").hidden = !!node;
  if (!node) return;
  place($("chosen"), node.box);
  const way = [];
  for (let up = node; up; up = parent(up)) way.unshift(up);
  const button = node.states.includes("clickable") ? null
    : way.findLast((each) => each.states.includes("clickable") && each !== node);
  $("around").hidden = !button;
  $("around").firstChild.onclick = () => select(button);
  $("path").replaceChildren(...way.slice(-5).map((each) =>
    el("button", { type: "button", textContent: `${short(each.class)} ›`, onclick: () => select(each) })));
  const facts = [
    ["文字 text", node.text], ["说明 description", node.description], ["标识 id", node.id],
    ["类型 class", node.class], ["状态 states", [...node.states, ...(node.enabled ? [] : ["disabled"])].join(" ")],
    ["名称 names", node.names.join("，")],
  ].filter(([, value]) => value);
  $("facts").replaceChildren(...facts.flatMap(([key, value]) =>
    [el("dt", { textContent: key }), el("dd", { textContent: value })]));
  if (quietly) return;
  const mine = (selections += 1);
  $("candidates").dataset.index = "";
  try {
    const told = await get(`/api/candidates/${selected.screen}/${node.index}`);
    if (mine !== selections || !selected) return; // something else is pointed at by now
    found = told;
    show_candidates();
  } catch (error) {
    if (mine === selections) notice(error.message, true);
  }
}

/** Whether somebody is at work on the form: nothing is taken from under their hands. */
function is_filled_in() {
  return !!document.activeElement?.closest("#type, #candidates, .hand, #add");
}

/** Goes on with the element that was pointed at, though it may have left or say something else. */
function keep_pointing(now) {
  $("chosen").hidden = !now;
  if (now) place($("chosen"), now.box);
}

// Once the form is left, it follows the screen again.
$("something").addEventListener("focusout", (event) => {
  if (!event.relatedTarget || !$("something").contains(event.relatedTarget)) anew = true;
});

// What somebody writes by hand takes the place of what was ticked for them; they may tick it again.
$("hand").addEventListener("input", () => {
  for (const box of document.querySelectorAll("#candidates input:checked"))
    if (box.dataset.ticked) box.checked = false;
});

const GRADES = { good: "稳 good", fair: "可用 fair", poor: "险 poor" };

function show_candidates() {
  const best = found.findIndex((each) => each.usable);
  $("candidates").replaceChildren(...found.map((each, place) => {
    const box = el("input", { type: "checkbox", checked: place === best, disabled: !each.usable, value: each.written });
    if (place === best) box.dataset.ticked = "for them";
    box.dataset.grade = each.grade;
    box.addEventListener("change", () => delete box.dataset.ticked);
    const counts = `此屏 ${each.here} 个` + (each.screens ? `，另外 ${each.screens} 屏中 ${each.elsewhere} 屏有` : "");
    const label = el("label", { className: each.usable ? "" : "useless" }, box,
      el("code", { textContent: each.written }),
      el("span", { className: `chip ${each.usable ? each.grade : "poor"}`, textContent: each.usable ? GRADES[each.grade] : "不能用 no use" }),
      el("ul", {}, ...each.reasons.map((reason) => el("li", {}, ...both(reason))),
        el("li", {}, `${counts} `, el("i", { lang: "en", textContent: `${each.here} here` + (each.screens ? `, on ${each.elsewhere} of ${each.screens} others` : "") }))));
    return el("li", {}, label);
  }));
  $("candidates").dataset.index = selected.index;
  $("hand").value = "";
}

function chosen() {
  const ticked = [...document.querySelectorAll("#candidates input:checked")].map((box) => box.value);
  const hand = $("hand").value.trim();
  return hand ? [...ticked.filter((each) => each !== hand), hand] : ticked;
}

async function tap() {
  if (!selected) return;
  const done = await act("touch", { number: selected.screen, index: selected.index });
  if (!done) return;
  held = false;
  show_held();
  await select(null);
}
$("tap").addEventListener("click", tap);

$("type").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!selected || !$("text").value) return;
  const done = await act("touch", {
    number: selected.screen, index: selected.index, text: $("text").value,
  });
  if (done) $("text").value = "";
});

for (const button of document.querySelectorAll("[data-press]"))
  button.addEventListener("click", () =>
    act("press", { key: button.dataset.press, direction: button.dataset.direction ?? "" }));

// --- naming it

const as = () => document.querySelector("input[name=as]:checked").value;
const NAMELESS = ["waiting", "errors", "maintenance", "commits", "mask"];

function label_of(kind) {
  return document.querySelector(`input[name=as][value=${kind}]`).parentElement.textContent;
}

/** What may go wrong with what has just been written. */
function warnings(locator, into) {
  const box = [...document.querySelectorAll("#candidates input")].find((each) => each.value === locator);
  const told = [];
  if (box?.dataset.grade === "poor" && as() === "waiting")
    told.push("这个定位险：别的屏上可能找到别的，每次执行都会等它 / a poor locator: on other screens it may find something else, and each run waits for that");
  if (as() === "barrier" && into && !(into in state.elements))
    told.push(`还没有元素叫 ${into}，请给它起名 / no element is called ${into} yet: name it`);
  return told;
}

const NAMES_LIKE = { element: "home.search", interruption: "update", barrier: "sms_code" };

function show_kind() {
  $("name").placeholder = `名称 name: ${NAMES_LIKE[as()] ?? ""}`;
  $("more").hidden = as() !== "barrier";
  for (const label of document.querySelectorAll("#more .code"))
    label.hidden = !["sms_code", "password", "id_document"].includes($("barrier-kind").value);
  $("name").hidden = NAMELESS.includes(as());
  if (as() !== "interruption") pending = null;
  $("pending").hidden = !pending;
  if (pending) $("pending").textContent = `${pending.name}: ${pending.seen}，现在点关闭它的按钮 / now point at the button that sends it away`;
}
for (const radio of document.querySelectorAll("input[name=as]")) radio.addEventListener("change", show_kind);

$("barrier-kind").addEventListener("change", show_kind);

$("add").addEventListener("submit", async (event) => {
  event.preventDefault();
  const locators = chosen();
  const [first] = locators;
  if (as() !== "element" && locators.length > 1)
    return notice("这里只写一个定位，请只留一个勾 / one locator only: leave one tick", true);
  const name = $("name").value.trim();
  if (!first) return notice("先选一个定位 / choose a locator first", true);
  if (!name && !NAMELESS.includes(as())) return notice("写一个名称 / write a name", true);
  let done = null;
  if (as() === "element") done = await act("name", { name, locators });
  else if (as() === "barrier") {
    const asks = !document.querySelector("#more .code").hidden;
    const into = asks ? $("into").value.trim() : "";
    done = await act("barrier", {
      name, kind: $("barrier-kind").value, seen: first, inbox: asks ? $("inbox").value : "",
      ...(into ? { into } : {}),
    });
  } else if (as() === "interruption") {
    if (!pending) {
      pending = { name, seen: first };
      return show_kind();
    }
    done = await act("interruption", { ...pending, dismiss: first });
  } else done = await act("sign", { key: as(), locator: first });
  if (!done) return;
  const warned = warnings(first, $("into").value.trim());
  notice([`已写入 written: ${name || label_of(as())}`, ...warned].join("\n"), warned.length > 0);
  for (const field of ["name", "into", "inbox"]) $(field).value = "";
  document.querySelector("input[value=element]").checked = true;
  show_kind();
});

// --- what the tasks need

function show_state(told) {
  state = told;
  $("app").textContent = told.name.zh;
  $("file").textContent = told.profile;
  $("chips").replaceChildren(
    el("span", { className: "chip", textContent: told.device }),
    told.simulated ? el("span", { className: "chip fair", textContent: "模拟手机 simulated" }) : "",
    told.allow_commit
      ? el("span", { className: "chip bad", textContent: "会点提交点 commits are tapped" })
      : guarded(told.unknown_commits));
  $("wrong").hidden = !told.wrong.length;
  $("wrong").replaceChildren(
    "文件有错，页面用的还是改动之前的 ", el("i", { lang: "en", textContent: "mistakes in files: what was read before is used" }),
    el("pre", { textContent: told.wrong.join("\n") }));
  const needed = new Map();
  for (const task of told.tasks.filter((each) => !each.on_web))
    for (const need of task.needs) if (!need.optional || need.done) needed.set(`${need.kind} ${need.name}`, need.done);
  const done = [...needed.values()].filter(Boolean).length;
  $("total").textContent = `${done} / ${needed.size} 个名称 names`;
  const missing = [...new Set(told.tasks.filter((each) => !each.on_web).flatMap((task) =>
    task.needs.filter((need) => need.kind === "element" && !need.done).map((need) => need.name)))];
  const options = (names) => names.map((value) => el("option", { value }));
  $("names").replaceChildren(...options(missing), ...options(Object.keys(told.elements)));
  $("known").replaceChildren(...options(Object.keys(told.elements)));
  show_tasks();
  show_walk();
}

/** What is kept from being tapped: what is known. Nothing says that it is all there is. */
function guarded(unknown) {
  const lacking = unknown.length ? `，档案里还缺 ${unknown.length} 个 (${unknown.length} not in the profile)` : "";
  return el("span", {
    className: "chip fair",
    title: `${unknown.join(" ")} 靠近不可撤销的按钮之前，先标为提交点 / mark what cannot be undone as a commit point before you touch near it`.trim(),
    textContent: `不点已知的提交点 known commit points are not tapped${lacking}`,
  });
}

function show_tasks() {
  const open = new Set([...document.querySelectorAll("#tasks details[open]")].map((each) => each.id));
  $("tasks").replaceChildren(...state.tasks.map((task) => {
    const wanted = task.needs.filter((need) => !need.optional || need.done);
    const done = wanted.filter((need) => need.done).length;
    const made = el("details", { id: `task-${task.scenario}`, className: task.missing ? "" : "whole" },
      el("summary", {}, el("span", {}, ...both(task.title)),
        task.on_web ? el("span", { className: "chip", textContent: "网页 web page" }) :
          el("meter", { min: 0, max: wanted.length, value: done, title: task.scenario }),
        el("span", { className: "count", textContent: task.missing ? `${done} / ${wanted.length}` : `✓ ${done}` })),
      task.on_web ? el("p", { className: "soft", textContent: "网页里的元素这里指不了 / elements of web pages cannot be pointed at here" }) : "",
      el("ul", {}, ...task.needs.map((need) => el("li", {}, el("button", {
        type: "button", textContent: (need.kind === "barrier" ? "关卡 barrier: " : "") + need.name,
        className: `${need.done ? "done" : ""} ${need.optional ? "optional" : ""}`,
        title: need.done ? (state.elements[need.name] ?? []).join("  ") : need.optional ? "有才写 / only where the App has it" : "还没有 / missing",
        onclick: () => fill_in(need),
      })))));
    made.open = open.has(made.id);
    return made;
  }));
}

function fill_in(need) {
  document.querySelector(`input[value=${need.kind}]`).checked = true;
  $("name").value = need.name;
  if (need.kind === "barrier" && [...$("barrier-kind").options].some((each) => each.value === need.name))
    $("barrier-kind").value = need.name;
  show_kind();
  if (!selected) notice("再在屏幕上点它 / now click it on the screen");
}

// --- tabs

for (const tab of document.querySelectorAll("[role=tab]"))
  tab.addEventListener("click", () => {
    for (const each of document.querySelectorAll("[role=tab]")) {
      each.setAttribute("aria-selected", each === tab);
      $(each.getAttribute("aria-controls")).hidden = each !== tab;
    }
  });

// --- steps and drafts

function wrong(into) {
  return (text) => $(into).replaceChildren(el("pre", { textContent: text.trim() }));
}

function show_result(into, told) {
  const steps = told.steps.map((step) => el("li", { className: step.status },
    step.picture ? el("img", { src: `/api/kept/${step.picture}`, alt: "" }) : el("span"),
    el("span", {}, ...both(step.sentence),
      step.status === "failed" && step.expected
        ? el("p", {}, "应为 expected ", ...both(step.expected), "，看到 saw ", ...both(step.seen)) : ""),
    el("span", { textContent: step.status === "done" ? `${step.seconds} s` : { failed: "✗", not_taken: "—" }[step.status] })));
  $(into).replaceChildren(
    el("h4", {}, el("span", { className: `chip ${told.passed ? "good" : "bad"}` }, ...both(told.outcome)), ` ${told.wall_s} s`),
    ...told.reasons.filter(() => !told.passed).map((reason) => el("p", {}, ...both(reason))),
    told.trouble ? el("pre", { textContent: told.trouble }) : "", el("ol", {}, ...steps));
}

async function working(button, what, said, into) {
  button.disabled = true;
  $(into).replaceChildren(el("p", {}, "请稍候 ", el("i", { lang: "en", textContent: "please wait" })));
  $(into).scrollIntoView({ block: "nearest" });
  const done = await act(what, said, { show: wrong(into) });
  button.disabled = false;
  return done;
}

$("run").addEventListener("submit", async (event) => {
  event.preventDefault();
  const done = await working(event.submitter ?? $("run").querySelector("button"), "steps", { text: $("step").value }, "ran");
  if (done) show_result("ran", done.result);
});
$("step").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) $("run").requestSubmit();
});

/** Whether the App may be begun afresh: on a phone of somebody's own that loses what is in it. */
function may_clear() {
  return state.simulated || state.keep_data || confirm(
    `${state.name.zh} 会恢复到刚装好的样子：登录、设置、草稿都会清除。继续吗？\n` +
    `${state.package} will be as after its installation: logins, settings and drafts are lost. Go on?`);
}

$("record").addEventListener("click", () => {
  if (state.recording || may_clear()) act("record", { on: !state.recording });
});

function show_walk() {
  $("record").setAttribute("aria-pressed", state.recording);
  $("record").replaceChildren(...(state.recording ? ["■ 停止 ", el("i", { lang: "en", textContent: "stop" })]
    : ["● 录制 ", el("i", { lang: "en", textContent: "record, from a fresh App" })]));
  $("moves").replaceChildren(...state.walk.map((move, index) => el("li", { className: move.unnamed ? "unnamed" : "" },
    el("code", { textContent: move.say }),
    el("button", { type: "button", className: "drop", textContent: "✕", ariaLabel: `去掉第 ${index + 1} 步 drop`, onclick: () => act("drop", { index, say: move.say }) }),
    move.unnamed ? ask_name(move) : "")));
}

function ask_name(move) {
  const name = el("input", { placeholder: "起个名称 name it", ariaLabel: "起个名称 name it" });
  name.setAttribute("list", "names");
  const form = el("form", { className: "name" }, name, el("button", { textContent: "加入 add" }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act("name", { name: name.value.trim(), locators: move.ways });
  });
  return form;
}

$("about").addEventListener("submit", async (event) => {
  event.preventDefault();
  const done = await act("draft", {
    id: $("about-id").value, title_zh: $("about-zh").value, title_en: "", life_event: $("about-event").value,
    kind: $("about-kind").value, severity: $("about-severity").value,
    goal: $("about-goal").value.trim(), goal_text: $("about-goal-text").value,
  }, { show: wrong("tried") });
  if (done) {
    $("draft").value = done.result;
    $("tried").replaceChildren();
  }
});
$("check").addEventListener("click", async () => {
  const done = await working($("check"), "check", { text: $("draft").value }, "tried");
  if (done) $("tried").replaceChildren(el("p", {}, el("span", { className: "chip good", textContent: "没有错 no mistakes" })));
});
$("try").addEventListener("click", async () => {
  if (!may_clear()) return;
  const done = await working($("try"), "try", { text: $("draft").value }, "tried");
  if (done) show_result("tried", done.result);
});
$("keep").addEventListener("click", async () => {
  const done = await working($("keep"), "save", { text: $("draft").value }, "tried");
  if (done) $("tried").replaceChildren(el("p", {}, "已保存 saved: ", el("code", { textContent: done.result })));
});

// Whoever comes back from an editor sees what was changed there; a name half typed stays.
addEventListener("focus", async () => {
  if (document.querySelector("#moves input:not(:placeholder-shown)")) return;
  try {
    show_state(await get("/api/state"));
  } catch (error) {
    notice(error.message, true);
  }
});

show_state(await get("/api/state"));
live();
