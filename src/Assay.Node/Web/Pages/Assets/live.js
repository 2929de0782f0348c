// Brings the parts marked data-live up to date every two seconds. Without this script a page says the same, as of when it was fetched.
const every = 2000;
let paused = false;

function wirePause() {
  const button = document.getElementById("pause");
  if (!button) return;
  button.hidden = false;
  button.setAttribute("aria-pressed", String(paused));
  button.textContent = paused ? "Go on" : "Pause";
  button.onclick = () => { paused = !paused; wirePause(); };
}

// What is being read or about to be used must not be taken away: no change under the keyboard's focus or a selection.
const inUse = part => (part.contains(document.activeElement) && document.activeElement.id !== "pause")
  || (!getSelection().isCollapsed && part.contains(getSelection().anchorNode));

async function refresh() {
  const parts = document.querySelectorAll("[data-live]");
  if (parts.length === 0) return;
  if (!paused && !document.hidden) {
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (answer.ok) replace(parts, new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      // The node is away for a moment: what is shown stays, and the next round asks again.
    }
  }
  setTimeout(refresh, every);
}

function replace(parts, fresh) {
  for (const part of parts) {
    const next = fresh.getElementById(part.id);
    if (!next || inUse(part) || part.dataset.seen === next.outerHTML) continue;
    const focused = document.activeElement.id === "pause" && part.contains(document.activeElement);
    const seen = next.outerHTML;
    part.replaceWith(next);
    if (next.hasAttribute("data-live")) next.dataset.seen = seen;
    if (focused) document.getElementById("pause")?.focus();
  }
  wirePause();
}

wirePause();
setTimeout(refresh, every);
