// Streams answers into the page. Without this script the form posts, and the page comes back with the whole answer.
const form = document.getElementById("chat");
const turns = document.getElementById("turns");
const state = document.getElementById("chat-state");
const stop = document.getElementById("stop");
let running = null;

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

async function save(assay) {
  for (;;) {
    const answer = await fetch(assay.bundle, { headers: { "Assay-Disclosure": assay.salts.output } });
    if (answer.status === 202) {
      await new Promise(resolve => setTimeout(resolve, 200));
      continue;
    }
    if (!answer.ok) throw new Error((await answer.json()).error);
    const url = URL.createObjectURL(await answer.blob());
    element("a", { href: url, download: `${assay.receipt}.receipt.json` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
    return;
  }
}

function receiptLine(assay) {
  const button = element("button", { type: "button", textContent: "Save its file" });
  button.addEventListener("click", () => save(assay).catch(e => tell(e.message)));
  return element("p", { className: "soft proof" },
    "Receipt ", element("a", { className: "hash", href: `/receipts/${assay.receipt}`, textContent: assay.receipt }), " ", button, " ",
    element("a", { href: "/verify", target: "_blank", rel: "noopener", textContent: "Check the file in this browser" }));
}

async function answer(data, history) {
  running = new AbortController();
  stop.hidden = false;
  turns.setAttribute("aria-busy", "true");
  const { turn, said } = addTurn("assistant", "");
  try {
    const response = await fetch("/v1/chat/completions", {
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
    turn.append(receiptLine(assay));
    return { role: "assistant", content: said.textContent, receipt: assay.receipt };
  } catch (e) {
    if (e.name !== "AbortError") tell(e.message);
    turn.append(element("p", { className: "soft", textContent: "Broken off: this answer has no receipt, and the log holds a void in its place." }));
    if (!said.textContent) turn.remove();
    return null;
  } finally {
    running = null;
    stop.hidden = true;
    turns.removeAttribute("aria-busy");
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
