// Streams answers into the page, and checks each one's receipt in this browser when it ends. Without this script the form posts, and the page comes back with the whole answer.
const form = document.getElementById("chat");
const turns = document.getElementById("turns");
const state = document.getElementById("chat-state");
const stop = document.getElementById("stop");
const words = { verified: "verified", refuted: "refuted", unverifiable: "unverifiable", "not-checked": "not checked" };
let running = null, ready = null;

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function addTurn(role, text) {
  const said = element("p", { className: "said", textContent: text });
  const turn = element("article", { className: `turn ${role}` }, element("h2", { textContent: role === "user" ? "You" : "Model" }), said);
  turns.append(turn);
  turn.scrollIntoView({ block: "nearest" });
  return { turn, said };
}

function tell(text) {
  state.textContent = text;
  state.hidden = !text;
}

const plain = (...request) => fetch(...request);

/** The second verifier with this node's policy, fetched once; or why nothing can be checked here. */
function verifier() {
  const open = async () => {
    // Browsers offer signatures to pages of this machine and to those over TLS only.
    if (!globalThis.crypto?.subtle) return { why: "this browser checks signatures only on pages of this machine or over TLS", fetch: plain };
    const [module, policy] = await Promise.all([import(form.dataset.verifier), fetch("/policy.json")]);
    if (!policy.ok) throw new Error("this node gives no policy to judge by");
    const checkpoints = new Map();
    const keep = {
      checkpoint: async origin => checkpoints.get(origin) ?? null,
      keep: async ({ origin, checkpoint }) => { if (checkpoint !== null) checkpoints.set(origin, checkpoint); },
    };
    return { ...module, why: null, fetch: module.assayFetch(module.parsePolicy(new Uint8Array(await policy.arrayBuffer())), { keep }) };
  };
  return ready ??= open().catch(e => {
    ready = null;
    return { why: e.message, fetch: plain };
  });
}

// The form's numbers as the API wants them; what is no number is sent as it is, and the node says what is wrong with it.
function settings(data) {
  const set = {};
  for (const name of ["temperature", "top_p", "seed", "max_tokens"]) {
    const text = String(data.get(name)).trim();
    if (text) set[name] = Number.isFinite(Number(text)) ? Number(text) : text;
  }
  return set;
}

/** Each event of a stream, parsed, until [DONE]. */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error("the answer ended before its receipt");
    held += value;
    for (let at; (at = held.indexOf("\n\n")) >= 0; held = held.slice(at + 2)) {
      const line = held.slice(0, at);
      if (!line.startsWith("data: ")) continue;
      if (line === "data: [DONE]") return;
      yield JSON.parse(line.slice(6));
    }
  }
}

async function fetchBundle(assay) {
  for (;;) {
    const answer = await fetch(assay.bundle, { headers: { "Assay-Disclosure": assay.salts.output } });
    if (answer.ok && answer.status !== 202) return new Uint8Array(await answer.arrayBuffer());
    if (answer.status !== 202) throw new Error((await answer.json()).error);
    await new Promise(resolve => setTimeout(resolve, 200));
  }
}

function save(id, bytes) {
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/vnd.assay.bundle.v1+json" }));
  element("a", { href: url, download: `${id}.receipt.json` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** The axes of a report, each with its sign, word and sentence. */
function axes(checker, report) {
  return element("ul", { className: "chain" }, ...report.checks.map(check => element("li", { className: check.status },
    checker.mark(check.status),
    element("p", {}, element("b", { textContent: check.axis }), " ", element("span", { className: "word", textContent: words[check.status] })),
    element("p", { className: "detail", textContent: check.detail }))));
}

/** What was found, in a line that opens. */
function verdict(checker, status, headline, ...parts) {
  const found = element("details", { className: "verdict" },
    element("summary", { className: status }, checker.mark?.(status) ?? "", " ", element("span", { className: "word", textContent: headline })),
    ...parts.map(part => (typeof part === "string" ? element("p", { textContent: part }) : part)));
  found.dataset.status = status;
  return found;
}

/** The axes, and by whose policy they were judged. */
function judged(checker, report) {
  return element("div", {}, axes(checker, report), element("p", { className: "soft" }, `Judged by this node's own policy, \u201c${report.policy}\u201d, and a script that came from it. `,
    element("a", { href: "/verify", target: "_blank", rel: "noopener", textContent: "Check the file by a policy of yours" }), "."));
}

function accepted(checker, { report, bundle }, said) {
  const { texts, tokens } = checker.committedTexts(bundle);
  if (texts.length !== 1 || texts[0] !== said) return null;
  const open = report.checks.filter(c => c.status !== "verified"), held = report.checks.length - open.length;
  const left = open.length > 0 ? `; not shown: ${open.map(c => c.axis).join(", ")}` : "";
  return verdict(checker, "verified", `Verified in this browser: ${held} of ${report.checks.length} checks hold${left}`,
    `The text on the screen is what was signed: ${said.length.toLocaleString("en")} characters, from ${tokens.toLocaleString("en")} tokens that the receipt commits to. So are the request, its parameters and how the answer ended.`,
    "Whether the model gives these tokens is not checked here: the command assay replay makes the answer again.",
    judged(checker, report));
}

function receiptLine(id, bundle) {
  const button = element("button", { type: "button", textContent: "Save its file" });
  button.addEventListener("click", () => bundle().then(bytes => save(id, bytes)).catch(e => tell(e.message)));
  return element("p", { className: "soft proof" }, "Receipt ", element("a", { className: "hash", href: `/receipts/${id}`, textContent: id }), " ", button);
}

function refuse(checker, turn, reason, report) {
  turn.classList.add("refused");
  const found = verdict(checker, "refuted", "Refused: this is not what was signed",
    `${reason[0].toUpperCase()}${reason.slice(1)}. Nothing of this answer is to be relied on, and it is not part of the conversation.`);
  if (report) found.append(element("details", {}, element("summary", { textContent: "What was found of the receipt that came with it" }), judged(checker, report)));
  found.open = true;
  turn.append(found);
}

async function answer(data, history) {
  running = new AbortController();
  stop.hidden = false;
  turns.setAttribute("aria-busy", "true");
  const { turn, said } = addTurn("assistant", "");
  const provisional = element("p", { className: "soft proof", textContent: "Provisional: the receipt comes at the end." });
  turn.append(provisional);
  const checker = await verifier();
  try {
    const response = await checker.fetch("/v1/chat/completions", {
      method: "POST", signal: running.signal, headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        model: data.get("model"), messages: history.map(({ role, content }) => ({ role, content })), stream: true, ...settings(data),
      }),
    });
    if (!response.ok) throw new Error((await response.json()).error.message);
    let assay = null;
    for await (const chunk of events(response.body)) {
      if (chunk.error) throw new Error(chunk.error.message);
      said.textContent += chunk.choices[0]?.delta.content ?? "";
      assay = chunk.assay ?? assay;
      turn.scrollIntoView({ block: "nearest" });
    }
    const found = checker.why === null ? checker.verifiedReceipt(response) : null;
    if (found) {
      const shown = accepted(checker, found, said.textContent);
      if (shown === null) {
        refuse(checker, turn, "the text on the screen is not that of the tokens", found.report);
        return null;
      }
      turn.append(shown, receiptLine(assay.receipt, async () => found.bundle));
    } else turn.append(verdict(checker, "not-checked", `Not checked here: ${checker.why}`, "Keep the file, and check it elsewhere."), receiptLine(assay.receipt, () => fetchBundle(assay)));
    return { role: "assistant", content: said.textContent, receipt: assay.receipt };
  } catch (e) {
    if (e.name === "ReceiptError") refuse(checker, turn, e.message, e.report);
    else {
      if (e.name !== "AbortError") tell(e.message);
      turn.append(element("p", { className: "soft proof", textContent: "Broken off: this answer has no receipt, and the node logs a void in its place." }));
      if (!said.textContent) turn.remove();
    }
    return null;
  } finally {
    provisional.remove();
    running = null;
    stop.hidden = true;
    turns.removeAttribute("aria-busy");
    turn.scrollIntoView({ block: "nearest" });
  }
}

async function send() {
  const data = new FormData(form);
  const text = String(data.get("message")).trim();
  if (running || !text) return;
  tell("");
  const history = [...JSON.parse(form.elements.history.value), { role: "user", content: text, receipt: null }];
  const { turn } = addTurn("user", text);
  form.elements.message.value = "";
  const said = await answer(data, history);
  if (said) form.elements.history.value = JSON.stringify([...history, said]);
  else if (!turns.contains(turn.nextSibling)) {
    // Nothing was answered: the question goes back to where it can be sent again.
    turn.remove();
    form.elements.message.value = text;
  }
  form.elements.message.focus();
}

form?.addEventListener("submit", event => {
  event.preventDefault();
  send();
});
form?.elements.message.addEventListener("keydown", event => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});
stop?.addEventListener("click", () => running?.abort());
