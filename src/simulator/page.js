// The demo's page: plays the desk (REST), the phone and the inbox (the stand-ins). Texts only ever become text nodes.

const $ = (id) => document.getElementById(id);
const el = (tag, className, ...children) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
};
const option = (value, label) => {
  const node = el("option", "", label);
  node.value = value;
  return node;
};
const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

let config;
let person;
let digits;
// Per phone: what it wrote itself, which no stand-in remembers.
const written = new Map();
let texts = [];
let latest = 0;

function show(id, sentence) {
  $(id).textContent = sentence;
  $(id).hidden = !sentence;
}

async function call(url, { method = "GET", body, key, signal } = {}) {
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers.Authorization = `Bearer ${key}`;
  const response = await fetch(url, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  const answer = await response.text();
  let json = null;
  try {
    json = answer ? JSON.parse(answer) : null;
  } catch { /* Some answers are a sentence. */ }
  if (!response.ok) {
    const refused = json?.refused?.[0];
    throw new Error(refused?.detail ?? json?.detail ?? json?.title ?? (answer || `HTTP ${response.status}`));
  }
  return json;
}

// Follows one stand-in: asks for what is newer, waits there, and starts anew when another one is picked.
function follower(name, take) {
  let current = new AbortController();
  return (path) => {
    current.abort();
    current = new AbortController();
    void follow(path, name, take, current.signal);
  };
}

async function follow(path, name, take, signal) {
  let since = "";
  while (!signal.aborted) {
    if (document.hidden) {
      await new Promise((done) => document.addEventListener("visibilitychange", done, { once: true }));
    }
    try {
      const query = since ? `?wait_s=20&since=${encodeURIComponent(since)}` : "";
      const items = (await call(path + query, { signal }))[name];
      if (signal.aborted) return;
      show("notice", "");
      take(items, since === "");
      // Before the first item there is nothing to be newer than.
      since = items.at(-1)?.at ?? (since || "1970-01-01T00:00:00Z");
      await pause(300);
    } catch (error) {
      if (signal.aborted) return;
      show("notice", `No news from the gateway: ${error.message}. Trying again.`);
      await pause(2000);
    }
  }
}

// The phone.

function bubble({ who, at, text, mine, flash }) {
  const kind = mine ? "mine" : flash ? "flash" : "";
  return el("li", kind, el("span", "who", `${who} · ${clock(at)}`), el("div", "words", text));
}

function drawPhone() {
  const own = written.get(digits) ?? [];
  const all = [...texts.map((t) => ({ ...t, who: t.flash ? `${t.from}, flash` : t.from })), ...own];
  all.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  $("talk").replaceChildren(...all.map(bubble));
  $("talk").scrollTop = $("talk").scrollHeight;
  $("no-texts").hidden = all.length > 0;
  const numbers = [...new Set(texts.map((t) => t.from).reverse())];
  $("reply-to").replaceChildren(...numbers.map((n) => option(n, n)));
  $("reply-send").disabled = numbers.length === 0;
}

const followPhone = follower("texts", (items, first) => {
  if (first) texts = [];
  const known = new Set(texts.map((t) => t.at + t.from + t.text));
  const fresh = items.filter((t) => !known.has(t.at + t.from + t.text));
  texts.push(...fresh);
  if (first || fresh.length) drawPhone();
  if (!first && fresh.length) $("news").textContent = `Text on the phone: ${fresh.at(-1).text}`;
});

function pickPhone() {
  digits = $("handset").value;
  $("to").value = digits;
  $("owner").textContent = config.handsets.find((h) => h.digits === digits)?.name ?? digits;
  followPhone(`/demo/handsets/${digits}`);
  void showManners(digits);
}

async function answer(event) {
  event.preventDefault();
  const [to, text, phone] = [$("reply-to").value, $("reply").value, digits];
  try {
    await call(`/demo/handsets/${phone}/replies`, { method: "POST", body: { to, text } });
  } catch (error) {
    return show("notice", `The answer was not sent: ${error.message}`);
  }
  const last = texts.at(-1);
  // Business time may be shifted: an answer is never shown before what it answers.
  const at = new Date(Math.max(Date.now(), last ? Date.parse(last.at) + 1 : 0)).toISOString();
  written.set(phone, [...(written.get(phone) ?? []), { who: `to ${to}`, at, text, mine: true }]);
  $("reply").value = "";
  drawPhone();
}

function drawManners({ coverage, receipt }) {
  $("coverage").checked = coverage;
  $("receipt").value = receipt;
  $("signal").classList.toggle("lost", !coverage);
  $("signal").setAttribute("aria-label", coverage ? "In coverage" : "Out of coverage");
}

// The phone knows how it behaves; the page only shows it. With a real SMSC there is nothing to show, and the follower says so.
async function showManners(phone) {
  const now = await call(`/demo/handsets/${phone}/behaviour`).catch(() => null);
  if (now && phone === digits) drawManners(now);
}

async function setManners() {
  const [phone, body] = [digits, { coverage: $("coverage").checked, receipt: $("receipt").value }];
  try {
    drawManners(await call(`/demo/handsets/${phone}`, { method: "PUT", body }));
  } catch (error) {
    show("notice", error.message);
    void showManners(phone);
  }
}

// The desk.

function mailNode(mail, fresh) {
  const heads = el("details", "heads", el("summary", "", "Headers"), el("pre", "", mail.headers.map(([n, v]) => `${n}: ${v}`).join("\n")));
  const when = el("time", "quiet", clock(mail.at));
  when.dateTime = mail.at;
  const summary = el("summary", "", el("span", "subject", mail.subject || "(no subject)"), when, el("span", "from quiet", mail.from));
  const node = el("details", fresh ? "mail fresh" : "mail", summary, el("pre", "", mail.text), heads);
  node.addEventListener("toggle", () => node.classList.add("read"), { once: true });
  return node;
}

const idOf = (mail) => mail.headers.find(([name]) => name.toLowerCase() === "message-id")?.[1] ?? mail.at;

let seen = new Set();
const followMails = follower("mails", (items, first) => {
  if (first) {
    seen = new Set();
    $("mails").replaceChildren();
  }
  // A relay may hand the same mail over twice; two mails may come in the same moment.
  const fresh = items.filter((mail) => !seen.has(idOf(mail)) && seen.add(idOf(mail)));
  for (const mail of fresh) {
    $("mails").prepend(mailNode(mail, !first));
  }
  $("mail-count").textContent = seen.size;
  $("no-mails").hidden = seen.size > 0;
  if (!first && fresh.length) $("news").textContent = `New mail: ${fresh.at(-1).subject}`;
});

const inbox = () => `/demo/mailboxes/${encodeURIComponent(person.email)}`;

function pickPerson() {
  person = config.people.find((p) => p.email === $("person").value);
  followMails(inbox());
}

const GSM = /^[\n\r @£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ!"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[\]~|€]*$/;

function count() {
  const text = $("text").value;
  const gsm = GSM.test(text);
  const size = gsm ? text.length + (text.match(/[\^{}\\[\]~|€]/g) ?? []).length : text.length;
  const [one, more] = gsm ? [160, 153] : [70, 67];
  const parts = text.trim() === "" ? 0 : size <= one ? 1 : Math.ceil(size / more);
  $("count").textContent = `${size} character${size === 1 ? "" : "s"}, ${parts} part${parts === 1 ? "" : "s"}${gsm ? "" : " (Unicode)"}`;
}

const STEPS = { ok: 2, delivered: 3, undeliverable: 2 };

function track(state) {
  const done = STEPS[state] ?? 1;
  const bad = ["abort", "cancelled", "unknown", "undeliverable"].includes(state);
  [...$("track").children].forEach((step, i) => {
    step.className = i < done ? "done" : bad && i === done ? "failed" : "";
  });
  $("track").hidden = false;
  if (bad) show("problem", `The text ended as "${state}". The inbox says why.`);
}

async function send(event) {
  event.preventDefault();
  const [sender, mine] = [person, ++latest];
  show("problem", "");
  let id;
  try {
    const body = { to: [`+${$("to").value}`], text: $("text").value };
    const sent = await call(`${config.rest}messages`, { method: "POST", key: sender.api_key, body });
    id = sent.messages[0].id;
  } catch (error) {
    $("track").hidden = true;
    return show("problem", error.message);
  }
  $("handset").value = $("to").value;
  if (digits !== $("to").value) pickPhone();
  $("text").value = "";
  count();
  track("accepted");
  for (let tries = 0; tries < 60 && mine === latest; tries++) {
    await pause(500);
    const { state } = await call(`${config.rest}messages/${id}`, { key: sender.api_key }).catch(() => ({}));
    if (mine !== latest) return;
    if (state) track(state);
    if (["delivered", "undeliverable", "abort", "cancelled", "unknown"].includes(state)) return;
  }
}

async function clear(path, pick) {
  await call(path, { method: "DELETE" }).catch((error) => show("notice", error.message));
  pick();
}

async function start() {
  config = await call("/demo/config.json");
  $("company").textContent = config.company;
  $("person").replaceChildren(...config.people.map((p) => option(p.email, `${p.name} <${p.email}>`)));
  for (const id of ["handset", "to"]) {
    $(id).replaceChildren(...config.handsets.map((h) => option(h.digits, `${h.name} +${h.digits}`)));
  }
  $("person").addEventListener("change", pickPerson);
  $("handset").addEventListener("change", pickPhone);
  $("compose").addEventListener("submit", send);
  $("answer").addEventListener("submit", answer);
  $("manners").addEventListener("change", setManners);
  $("text").addEventListener("input", count);
  $("text").addEventListener("keydown", (e) => (e.ctrlKey || e.metaKey) && e.key === "Enter" && $("compose").requestSubmit());
  $("clear-mails").addEventListener("click", () => clear(inbox(), pickPerson));
  $("clear-texts").addEventListener("click", () => { written.delete(digits); void clear(`/demo/handsets/${digits}`, pickPhone); });
  pickPerson();
  pickPhone();
  count();
}

start().catch((error) => show("notice", `The demo did not answer: ${error.message}`));
