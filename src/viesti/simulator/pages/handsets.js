// The handset page: draws what the simulator's JSON says and follows its event stream.
// Rule: everything that came over the wire reaches the page through textContent, never as markup.

import { $, call, make, shown, whole } from "./page.js";
import * as whatsapp from "./whatsapp.js";

const state = { chosen: null, handsets: [], seen: {}, faults: {}, answered: null, ways: [], numbers: [], way: "sms", person: null };

const OUTCOMES = {
  enroute: ["wait", "…", "on its way"],
  accepted: ["wait", "…", "accepted"],
  scheduled: ["wait", "…", "scheduled"],
  delivered: ["good", "✓", "delivered"],
  expired: ["bad", "✕", "expired"],
  deleted: ["bad", "✕", "deleted"],
  undeliverable: ["bad", "✕", "not delivered"],
  rejected: ["bad", "✕", "rejected"],
  unknown: ["bad", "?", "state unknown"],
  skipped: ["bad", "✕", "skipped"],
};
const REPLIES = {
  queued: ["wait", "…", "waits for a session"],
  sent: ["wait", "…", "sent"],
  acknowledged: ["good", "✓", "acknowledged"],
  refused: ["bad", "↻", "refused, tried again later"],
};
const RECEIPTS = {
  none: "no receipt asked",
  withheld: "receipt withheld",
  waiting: "receipt not sent yet",
  sent: "receipt not acknowledged yet",
  acknowledged: "receipt acknowledged",
};
const SWITCHES = [
  ["throttled", "Throttle", "every submit is answered ESME_RTHROTTLED", (f) => f.throttled > 0, (on) => ({ throttled: on ? 1 : 0 })],
  ["receipts", "Hold back receipts", "messages are taken, no receipt is made", (f) => !f.receipts, (on) => ({ receipts: !on })],
  ["lost_answers", "Lose answers", "messages are taken, no submit_sm_resp comes", (f) => f.lost_answers > 0, (on) => ({ lost_answers: on ? 1 : 0 })],
  ["answer_delay", "Slow answers", "two seconds before each answer", (f) => f.answer_delay > 0, (on) => ({ answer_delay: on ? 2 : 0 })],
  ["queue_full", "Queue full", "every submit is answered ESME_RMSGQFUL", (f) => f.queue_full > 0, (on) => ({ queue_full: on ? 1 : 0 })],
  ["refuse_binds", "Refuse binds", "new sessions get ESME_RBINDFAIL", (f) => Boolean(f.refuse_binds), (on) => ({ refuse_binds: on ? "failed" : "" })],
];

const clockTime = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
const hue = (number) => [...number].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 360, 7);

function paintAvatar(element, number) {
  element.textContent = number.slice(-2);
  element.style.setProperty("--hue", hue(number));
}

// ---- the list

function drawList() {
  const wanted = $("open-number").value.replace(/[^\dA-Za-z]/g, "");
  const list = $("handsets");
  const focused = document.activeElement?.dataset?.number;
  const rows = state.handsets.filter((handset) => handset.number.includes(wanted)).map((handset) => {
    const avatar = make("span", { class: "avatar", "aria-hidden": "true" });
    paintAvatar(avatar, handset.number);
    const unseen = handset.received - (state.seen[handset.number] ?? 0);
    const isNew = unseen > 0 && handset.number !== state.chosen;
    const button = make("button", { class: "handset", type: "button", data: { number: handset.number } },
      avatar,
      make("strong", { textContent: shown(handset.number) }),
      make("time", { datetime: handset.at ?? "", textContent: handset.at ? clockTime(handset.at) : "" }),
      make("span", { class: "snippet", textContent: handset.last || "no messages yet" }),
      ...(isNew ? [make("span", { class: "new", textContent: unseen > 99 ? "99+" : unseen, "aria-label": `${unseen} new` })] : []));
    if (handset.number === state.chosen) button.setAttribute("aria-current", "true");
    button.addEventListener("click", () => choose(handset.number, true));
    return make("li", {}, button);
  });
  list.replaceChildren(...rows);
  if (focused) list.querySelector(`[data-number="${CSS.escape(focused)}"]`)?.focus();
}

const unused = (number) => ({ number, last: "", at: null, received: 0 });

async function loadList() {
  const answer = await call("api/handsets");
  state.handsets = answer.handsets;
  if (state.chosen !== null && !state.handsets.some((handset) => handset.number === state.chosen)) {
    state.handsets.unshift(unused(state.chosen));
  }
  const more = answer.total - answer.handsets.length;
  $("handsets-note").textContent = answer.total === 0
    ? "A handset appears here when a message is sent to it."
    : more > 0 ? `${whole(more)} more; type a number to open it.` : "";
  drawList();
  if (state.chosen === null && state.handsets.length) choose(state.handsets[0].number, false);
}

// ---- the conversation

function drawMessage(message) {
  const sent = message.direction === "sent";
  const onWhatsApp = message.protocol === "whatsapp";
  const states = onWhatsApp ? (sent ? whatsapp.TOLD : whatsapp.STATES) : (sent ? REPLIES : OUTCOMES);
  const [kind, sign, words] = states[message.state] ?? ["wait", "", message.state];
  const meta = make("div", { class: "meta" }, make("time", { datetime: message.at, textContent: clockTime(message.at) }));
  if (message.parts_total > 1) {
    const complete = message.parts === message.parts_total;
    meta.append(make("span", {
      class: complete ? "badge" : "badge missing",
      textContent: complete ? `${message.parts_total} parts` : `${message.parts} of ${message.parts_total} parts`,
    }));
  }
  meta.append(make("span", { class: onWhatsApp ? "badge whatsapp" : "badge", textContent: onWhatsApp ? "WhatsApp" : message.encoding }));
  if (message.template) meta.append(make("span", { class: "badge", textContent: message.template, title: "template" }));
  meta.append(make("span", {
    class: `state ${kind}`, textContent: `${sign} ${words}${message.failure ? ` (${message.failure})` : ""}`, title: RECEIPTS[message.receipt] ?? "",
  }));
  const body = onWhatsApp ? whatsapp.drawBody(message, act) : [make("div", { class: "bubble", textContent: message.text, dir: "auto" })];
  return make("li", { class: `message ${sent ? "sent" : ""} ${message.binary ? "binary" : ""} ${onWhatsApp ? "wa" : ""}`, data: { outcome: kind } },
    make("span", { class: "party", textContent: sent ? `to ${shown(message.party)}` : shown(message.party) || "no sender" }),
    ...body,
    meta);
}

function drawConversation(answer) {
  const list = $("conversation");
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const rows = [];
  let day = "";
  for (const message of answer.messages) {
    const its = new Date(message.at).toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
    if (its !== day) rows.push(make("li", { class: "day", textContent: (day = its) }));
    rows.push(drawMessage(message));
  }
  if (!rows.length) {
    rows.push(make("li", { class: "empty" }, make("b", { textContent: "Nothing here yet" }),
      "Send a message to this number, or write one from it to a short code."));
  }
  const open = [...list.querySelectorAll("details[open]")].map((details) => details.dataset.key);
  list.replaceChildren(...rows);
  for (const details of list.querySelectorAll("details")) details.open = open.includes(details.dataset.key);
  state.atEnd = atEnd || list.dataset.shows !== answer.number;
  if (state.atEnd) list.scrollTop = list.scrollHeight;
  list.dataset.shows = answer.number;
  const received = answer.messages.filter((message) => message.direction === "received");
  state.person = answer.messages.some((message) => message.protocol === "whatsapp") ? answer.person : null;
  $("phone-note").textContent = [`${received.length} received · ${answer.messages.length - received.length} sent`,
    ...(state.person ? [whatsapp.describe(state.person)] : [])].join(" · ");
  whatsapp.drawMarketing(state.person);
  $("parties").replaceChildren(...answer.parties.map((party) => make("option", { value: party })));
  const answerable = received.filter((message) => /^\d+$/.test(message.party)).at(-1);
  const key = answerable && `${answerable.protocol ?? "sms"} ${answerable.party}`;
  if (answerable && key !== state.answered) {
    state.answered = key;
    setWay(answerable.protocol ?? "sms");
    $("to").value = answerable.party;
  }
}

async function loadConversation() {
  if (state.chosen === null) return;
  const number = state.chosen;
  const answer = await call(`api/handsets/${encodeURIComponent(number)}`);
  if (number !== state.chosen) return;
  state.seen[number] = answer.received;
  drawConversation(answer);
}

async function choose(number, byHand) {
  state.chosen = number;
  state.answered = null;
  $("to").value = state.way === "whatsapp" ? state.numbers[0] : "";
  $("problem").textContent = "";
  if (byHand) $("layout").dataset.view = "phone";
  $("phone-number").textContent = shown(number);
  paintAvatar($("phone-avatar"), number);
  for (const field of $("compose").elements) field.disabled = false;
  await loadConversation();
  drawList();
  if (byHand) $("text").focus({ preventScroll: true });
}

// ---- writing

const GSM = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/;

function countParts() {
  const text = $("text").value;
  if (state.way === "whatsapp") $("count").textContent = text ? `${[...text].length}` : "";
  else $("count").textContent = text ? partsOf(text) : "";
  $("text").style.height = "auto";
  $("text").style.height = `${$("text").scrollHeight + 2}px`;
}

function partsOf(text) {
  const gsm = GSM.test(text);
  const units = gsm ? text.length + (text.match(/[\^{}\\[~\]|€]/g) ?? []).length : text.length;
  const [single, each] = gsm ? [160, 153] : [70, 67];
  const parts = units <= single ? 1 : Math.ceil(units / each);
  return `${units} · ${parts} part${parts > 1 ? "s" : ""} · ${gsm ? "GSM-7" : "UCS-2"}`;
}

const addressee = () => $("to").value.trim().replace(/^\+/, "");

/** Do something as the handset that is chosen, and show what came of it. */
async function act(gesture) {
  $("problem").textContent = "";
  try {
    await gesture(state.chosen);
    await Promise.all([loadConversation(), loadList()]);
    $("conversation").scrollTop = $("conversation").scrollHeight;
    return true;
  } catch (problem) {
    $("problem").textContent = problem.message;
    return false;
  }
}

async function send(event) {
  event.preventDefault();
  const text = $("text").value;
  const to = addressee();
  if (!state.chosen || !text.trim()) return;
  const done = await act((number) => state.way === "whatsapp"
    ? whatsapp.write(number, to, text)
    : call(`api/handsets/${encodeURIComponent(number)}/reply`, { to, text }));
  if (done) clearText(text);
}

/** Empty the field after `sent` went out, unless something else was written meanwhile. */
function clearText(sent) {
  if ($("text").value !== sent) return;
  $("text").value = "";
  countParts();
}

async function sendPicture() {
  const [file] = $("picture").files;
  $("picture").value = "";
  if (!file || !state.chosen) return;
  const caption = $("text").value;
  if (await act((number) => whatsapp.sendPicture(number, addressee(), file, caption))) clearText(caption);
}

function setWay(way) {
  state.way = state.ways.includes(way) || !state.ways.length ? way : state.ways[0];
  const onWhatsApp = state.way === "whatsapp";
  $("way").textContent = onWhatsApp ? "WhatsApp" : "SMS";
  $("way").dataset.way = state.way;
  $("attach").hidden = !onWhatsApp;
  $("text").maxLength = onWhatsApp ? 4096 : 2000;
  countParts();
}

function changeWay() {
  setWay(state.way === "sms" ? "whatsapp" : "sms");
  if (state.way === "whatsapp" && state.numbers.length && !state.numbers.includes(addressee())) $("to").value = state.numbers[0];
}

function setWays(now) {
  const ways = [...(now.address === undefined ? [] : ["sms"]), ...(now.whatsapp ? ["whatsapp"] : [])];
  state.numbers = now.whatsapp?.numbers.map((number) => number.display) ?? [];
  if (ways.join() === state.ways.join()) return;
  state.ways = ways;
  $("way").disabled = ways.length < 2;
  for (const section of document.querySelectorAll("[data-needs]")) section.hidden = !ways.includes(section.dataset.needs);
  if (!ways.includes("sms")) changeWay();
  setWay(state.way);
  loadMagic(ways);
}

// ---- the message centre

function gauge(name, text, mark = "", label = "") {
  if (label) $(`gauge-${name}`).querySelector("dt").textContent = label;
  $(`gauge-${name}`).querySelector("dd").textContent = text;
  $(`gauge-${name}`).dataset.state = mark;
}

function drawState(now) {
  setWays(now);
  whatsapp.drawCloud(now.whatsapp);
  gauge("rate", now.rate < 10 ? now.rate.toFixed(1) : whole(Math.round(now.rate)));
  gauge("taken", whole(now.taken));
  if (now.address === undefined) return;
  gauge("sessions", whole(now.sessions.length), now.sessions.length ? "good" : "bad",
    now.sessions.length === 1 ? "session bound" : "sessions bound");
  gauge("receipts", whole(now.receipts_pending));
  state.faults = now.faults;
  for (const [name, , , isOn] of SWITCHES) $(`switch-${name}`).checked = isOn(now.faults);
  const rows = now.sessions.map((session) => make("li", {},
    make("span", {}, make("b", { textContent: session.system_id }), ` ${session.mode}`),
    make("small", { textContent: `${whole(session.submitted)} in · ${whole(session.delivered)} out` })));
  $("sessions").replaceChildren(...(rows.length ? rows : [
    make("li", { class: "none", textContent: now.address ? `Nobody is bound. SMPP listens on ${now.address}.` : "Nobody is bound." })]));
}

async function change(path, faults, said) {
  const where = path === "api/faults" ? $("said") : $("cloud-said");
  try {
    await call(path, faults);
    drawState(await call("api/state"));
    where.textContent = said;
  } catch (problem) {
    where.textContent = problem.message;
  }
}

function drawSwitches(list, switches, path) {
  list.append(...switches.map(([name, label, note, , body]) => {
    const box = make("input", { type: "checkbox", id: `switch-${name}` });
    box.setAttribute("role", "switch");
    box.addEventListener("change", () => change(path, body(box.checked), `${label}: ${box.checked ? "on" : "off"}.`));
    return make("label", { class: "switch" },
      make("span", {}, make("b", { textContent: label }), make("small", { textContent: note })), box);
  }));
}

async function loadMagic(ways) {
  for (const [way, path, id] of [["sms", "api/magic", "magic"], ["whatsapp", "api/whatsapp/magic", "cloud-magic"]]) {
    if (!ways.includes(way)) continue;
    const answer = await call(path);
    $(`${id}-section`).hidden = !answer.on;
    $(id).replaceChildren(...answer.endings.map((magic) => make("tr", {},
      make("th", { scope: "row", textContent: `…${magic.ending}` }), make("td", { textContent: magic.meaning }))));
  }
}

// ---- live

function setLive(name, words) {
  $("live").dataset.state = name;
  $("live").querySelector("b").textContent = words;
}

function follow() {
  const stream = new EventSource("api/events");
  stream.addEventListener("open", () => {
    setLive("live", "Live");
    loadList().then(loadConversation);
  });
  stream.addEventListener("error", () => setLive("lost", "Not connected"));
  stream.addEventListener("state", (event) => drawState(JSON.parse(event.data)));
  stream.addEventListener("changed", (event) => {
    const { numbers } = JSON.parse(event.data);
    const mine = numbers === null || numbers.includes(state.chosen);
    (mine ? loadConversation() : Promise.resolve()).then(loadList);
  });
}

$("open-number").addEventListener("input", drawList);
$("open-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const number = $("open-number").value.replace(/[^\d]/g, "");
  if (!number) return;
  if (!state.handsets.some((handset) => handset.number === number)) {
    state.handsets.unshift(unused(number));
  }
  $("open-number").value = "";
  choose(number, true);
});
$("compose").addEventListener("submit", send);
$("text").addEventListener("input", countParts);
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("compose").requestSubmit();
  }
});
window.addEventListener("resize", countParts);
$("conversation").addEventListener("load", (event) => {  // a picture takes its room when it has come
  if (state.atEnd) event.currentTarget.scrollTop = event.currentTarget.scrollHeight;
}, true);
$("back").addEventListener("click", () => { $("layout").dataset.view = "list"; });
for (const field of $("compose").elements) field.disabled = true;

$("drop").addEventListener("click", () => change("api/faults", { drop_links: true }, "Every link was dropped."));
$("way").addEventListener("click", changeWay);
$("attach").addEventListener("click", () => $("picture").click());
$("picture").addEventListener("change", sendPicture);
$("marketing").addEventListener("click", () => act((number) => whatsapp.marketing(number, state.numbers[0], !state.person?.stopped)));
drawSwitches($("switches"), SWITCHES, "api/faults");
drawSwitches($("cloud-switches"), whatsapp.SWITCHES, "api/whatsapp/faults");
follow();
