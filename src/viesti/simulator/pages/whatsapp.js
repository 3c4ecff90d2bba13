// What of a conversation is WhatsApp: pictures, buttons, reactions, the window, and what a handset can do there.
// Rule: as in handsets.js, what came over the wire reaches the page through textContent; a link is one only if
// it is http or https.

import { $, call, make, shown, whole } from "./page.js";

export const STATES = {
  accepted: ["wait", "…", "accepted"],
  sent: ["wait", "✓", "sent"],
  delivered: ["good", "✓✓", "delivered"],
  read: ["good", "✓✓", "read"],
  failed: ["bad", "✕", "failed"],
};
export const TOLD = { told: ["good", "✓", "told by webhook"], read: ["good", "✓✓", "read by the business"] };
const EMOJIS = ["👍", "❤️", "😂", "😮", "🙏"];
export const SWITCHES = [
  ["wa_lost", "Lose answers", "messages are taken, the call is never answered", (f) => f.lost_answers > 0, (on) => ({ lost_answers: on ? 1 : 0 })],
  ["wa_errors", "Server errors", "every send is answered 500 (131000)", (f) => f.server_errors > 0, (on) => ({ server_errors: on ? 1 : 0 })],
  ["wa_limit", "Rate limit", "every send is refused (130429)", (f) => f.refuse_with === 130429, (on) => ({ refuse_with: on ? 130429 : 0 })],
  ["wa_token", "Token expired", "every call is answered 401 (190)", (f) => f.refuse_with === 190, (on) => ({ refuse_with: on ? 190 : 0 })],
  ["wa_twice", "Webhooks twice", "each is told a second time", (f) => f.webhook_duplicates > 0, (on) => ({ webhook_duplicates: on ? 1 : 0 })],
  ["wa_order", "Webhooks in disorder", "half of them are held back a while", (f) => f.webhook_disorder > 0, (on) => ({ webhook_disorder: on ? 0.5 : 0 })],
];

const path = (number, gesture) => `api/whatsapp/${encodeURIComponent(number)}/${gesture}`;

export const write = (number, to, text) => call(path(number, "text"), { to, text });
export const press = (number, message, place) => call(path(number, "press"), { message, place });
export const react = (number, message, emoji) => call(path(number, "react"), { message, emoji });
export const marketing = (number, to, stopped) => call(path(number, "marketing"), { to, stopped });

export async function sendPicture(number, to, file, caption) {
  const query = new URLSearchParams({ to, caption, name: file.name });
  const response = await fetch(`${path(number, "file")}?${query}`, {
    method: "POST", headers: { "Content-Type": file.type || "application/octet-stream" }, body: file,
  });
  if (!response.ok) throw new Error((await response.json()).message);
}

function drawMedia(media) {
  if (media.url && (media.kind === "image" || media.kind === "sticker")) {
    return make("img", { class: "picture", src: media.url, alt: media.name });
  }
  const words = `${{ image: "📷", video: "🎬", audio: "🎧" }[media.kind] ?? "📄"} ${media.name}`;
  return media.url
    ? make("a", { class: "file", href: media.url, download: media.name, textContent: words })
    : make("span", { class: "file", textContent: words, title: media.link });
}

function drawButton(button, message, act) {
  if (button.place >= 0 && message.direction === "received") {
    const element = make("button", { class: "action", type: "button", textContent: button.label });
    element.addEventListener("click", () => act((number) => press(number, message.id, button.place)));
    return element;
  }
  const link = button.kind === "URL" && /^https?:\/\//.test(button.value);
  return link
    ? make("a", { class: "action", href: button.value, target: "_blank", rel: "noreferrer", textContent: `↗ ${button.label}`, title: button.value })
    : make("span", { class: "action", textContent: button.label, title: button.value });
}

function drawReactions(message, act) {
  const row = make("div", { class: "reactions" });
  if (message.reactions.length) row.append(make("span", { class: "reaction", textContent: message.reactions.join("") }));
  if (message.direction !== "received" || message.state === "failed") return row;
  const choice = make("details", { class: "react", data: { key: `react ${message.id}` } }, make("summary", { textContent: "☺", title: "React", "aria-label": "React" }));
  const emojis = make("div", { class: "emojis" });
  for (const emoji of EMOJIS) {
    const button = make("button", { type: "button", textContent: emoji, "aria-label": `React with ${emoji}` });
    const taken = message.reactions.includes(emoji);
    button.addEventListener("click", () => act((number) => react(number, message.id, taken ? "" : emoji)));
    emojis.append(button);
  }
  choice.append(emojis);
  row.append(choice);
  return row;
}

/** The bubble of a WhatsApp message and what stands below it. `act` does something as this handset. */
export function drawBody(message, act) {
  const bubble = make("div", { class: "bubble", dir: "auto" });
  if (message.quoted) bubble.append(make("q", { class: "quoted", textContent: message.quoted }));
  if (message.media) bubble.append(drawMedia(message.media));
  if (message.header) bubble.append(make("b", { class: "head", textContent: message.header }));
  if (message.text) bubble.append(make("span", { class: "words", textContent: message.text }));
  if (message.footer) bubble.append(make("small", { class: "foot", textContent: message.footer }));
  if (!bubble.childNodes.length) bubble.append(make("i", { textContent: message.kind }));
  const parts = [bubble];
  if (message.buttons.length) {
    const actions = make("div", { class: "actions" }, ...message.buttons.map((button) => drawButton(button, message, act)));
    parts.push(message.list_button
      ? make("details", { class: "choices", data: { key: `list ${message.id}` } }, make("summary", { class: "action", textContent: `☰ ${message.list_button}` }), actions)
      : actions);
  }
  return [...parts, drawReactions(message, act)];
}

/** The line under a handset's number: name, window, what it hides. */
export function describe(person) {
  const hours = Math.floor(person.window / 3600);
  const minutes = Math.floor((person.window % 3600) / 60);
  const open = person.window ? `window open ${hours ? `${hours} h ` : ""}${minutes} min` : "window closed";
  return [person.name, ...(person.hidden ? [`known as ${person.user_id}`] : []), open].join(" · ");
}

export function drawMarketing(person) {
  $("marketing").hidden = !person;
  if (!person) return;
  $("marketing").textContent = person.stopped ? "Resume marketing" : "Stop marketing";
  $("marketing").setAttribute("aria-pressed", String(person.stopped));
}

/** The Cloud API's own box beside the phone. */
export function drawCloud(now) {
  $("cloud-section").hidden = !now;
  if (!now) return;
  gaugePending(now.pending);
  $("cloud-numbers").replaceChildren(...now.numbers.map((number) => make("li", {},
    make("span", {}, make("b", { textContent: shown(number.display) }), ` ${number.name}`),
    make("small", { textContent: number.callback || "no callback verified yet", title: number.callback }))));
  $("cloud-address").textContent = `The API listens on ${now.base_url}.`;
  for (const [name, , , isOn] of SWITCHES) $(`switch-${name}`).checked = isOn(now.faults);
}

function gaugePending(pending) {
  $("gauge-webhooks").hidden = false;
  $("gauge-webhooks").querySelector("dd").textContent = whole(pending);
}
