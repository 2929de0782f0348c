import { Malformed } from "../errors.js";
import type { Bytes } from "../bytes.js";
import { parseBundle } from "../bundle.js";
import { faultType, verifyFault, type FaultReport } from "../fault.js";
import { parseJson, JsonObject } from "../json.js";
import { parsePolicy, policyType, type Policy } from "../policy.js";
import { passportType, verifyPassport, type PassportReport } from "../passports/index.js";
import { proofVerifier } from "../proofs/index.js";
import { verify } from "../verify.js";
import type { Report, Status } from "../report.js";
import { disclosed } from "./disclosed.js";
import { element, facts, mark, raw, shown } from "./elements.js";

/* The page: two files in, a report out. It fetches nothing, stores nothing, and its policy forbids it to. */

interface Chosen {
  readonly name: string;
  readonly bytes: Bytes;
}

const maxBytes = 64 << 20;
const words: Record<Status, string> = { verified: "verified", refuted: "refuted", unverifiable: "unverifiable", "not-checked": "not checked" };
const get = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

let subject: Chosen | null = null, trusted: Chosen | null = null, turn = 0;

/** Whether a file says that it is a policy, a fault, or (in its first line) a passport; anything else is taken for a bundle. */
function mediaTypeOf({ bytes }: Chosen): string | null {
  const end = bytes.indexOf(10);
  return typeIn(bytes) ?? (end < 0 ? null : typeIn(bytes.subarray(0, end)));
}

function typeIn(bytes: Bytes): string | null {
  try {
    const value = parseJson(bytes, "the file", maxBytes), type = value instanceof JsonObject ? value.get("mediaType") : undefined;
    return typeof type === "string" ? type : null;
  } catch {
    return null;
  }
}

async function read(file: File): Promise<Chosen> {
  return { name: file.name, bytes: new Uint8Array(await file.slice(0, maxBytes + 1).arrayBuffer()) };
}

async function take(files: Iterable<File>, place: "bundle" | "policy" | null): Promise<void> {
  for (const file of files) {
    const chosen = await read(file);
    if (place === "policy" || (place === null && mediaTypeOf(chosen) === policyType)) trusted = chosen; else subject = chosen;
  }
  for (const [id, chosen] of [["bundle", subject], ["policy", trusted]] as const)
    if (chosen !== null) {
      get(`${id}-name`).textContent = `${shown(chosen.name)} (${chosen.bytes.length} bytes)`;
      get(`${id}-slot`).classList.add("full");
    }
  await judge();
}

async function judge(): Promise<void> {
  if (subject === null) return;
  const mine = ++turn, parts = await report(subject, trusted).catch((error: unknown) => [notice(`Nothing was judged: ${(error as Error).message}`)]);
  // Files that were chosen meanwhile have their own report.
  if (mine === turn) get("report").replaceChildren(...parts);
}

async function report(chosen: Chosen, by: Chosen | null): Promise<HTMLElement[]> {
  let policy: Policy | null = null;
  try {
    if (by !== null) policy = parsePolicy(by.bytes);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return [notice(`${shown(by!.name)} is not a policy: ${error.message}`)];
  }
  if (mediaTypeOf(chosen) === faultType) return faultParts(await verifyFault(chosen.bytes, policy));
  if (mediaTypeOf(chosen) === passportType) return passportParts(await verifyPassport(chosen.bytes, policy));
  const found = await verify(chosen.bytes, policy, null, proofVerifier);
  return reportParts(found, found.receipt === null ? [] : disclosed(parseBundle(chosen.bytes), found));
}

const notice = (text: string): HTMLElement => element("p", "notice", text);

function headline(text: string, status: Status): HTMLElement {
  return element("p", `headline ${status}`, mark(status), element("span", "", text));
}

function reportParts(found: Report, shownParts: readonly HTMLElement[]): HTMLElement[] {
  const status: Status = found.accepted ? "verified" : found.verdict === "rejected" || found.verdict === "malformed" ? "refuted" : "unverifiable";
  const checks = found.checks.map(c => element("li", c.status, mark(c.status),
    element("p", "", element("b", "", c.axis), element("span", "word", words[c.status]), " ", element("code", "soft", c.reason)), element("p", "detail", c.detail)));
  const revoked = found.revocations.map(r => notice(`The key has a ${r.action} event at index ${r.index}${r.from === undefined ? "" : `: not to be trusted from index ${r.from} on`}.${found.checks.some(c => c.axis === "key" && c.status === "refuted") ? "" : " What was true at the receipt's index stays true."}`));
  const r = found.receipt;
  const rows = r === null ? [] : [facts([
    ["Model", r.model], ["Completed", r.completedAt], ["Record", r.recordId], ["Log", r.origin], ["Entry", `${r.logIndex}, number ${r.sequence} of its key`], ["Node", r.node], ["Nonce", r.clientNonce ?? "none"], ["Profile", r.profile],
  ])];
  return [
    headline(found.headline, status), element("p", "soft under", found.policy === null ? "Judged without a policy." : `Judged by the policy “${shown(found.policy)}”: ${found.verdict}.`),
    ...revoked, element("ul", "chain", ...checks), ...rows, ...shownParts, raw("The report as JSON", found),
  ];
}

function faultParts(found: FaultReport): HTMLElement[] {
  const status: Status = found.verdict === "proved" || found.verdict === "malformed" ? "refuted" : found.verdict === "no-policy" ? "unverifiable" : "not-checked";
  return [
    headline(found.headline, status), element("p", "under", found.detail),
    facts([["Kind", found.kind ?? "unknown"], ["Verdict", found.verdict], ["Log", found.accused ?? "none"], ["Policy", found.policy ?? "none"]]), raw("The report as JSON", found),
  ];
}

function passportParts(found: PassportReport): HTMLElement[] {
  const status: Status = found.verdict === "accepted" ? "verified" : found.verdict === "rejected" || found.verdict === "malformed" ? "refuted" : "unverifiable";
  const bound = ({ passes, failures, bound: b }: { passes: number; failures: number; bound?: number }) => `${b === undefined ? "insufficient data" : `at most ${(b / 10_000).toFixed(4)} %`} (n = ${passes + failures})`;
  const segments = (found.recomputed?.segments ?? []).map(s => facts([
    ["Model", s.model], ["Region", s.region], ["Epochs", `${s.epochs}, of ${s.records} records`], ["Proven failures", bound(s.life)], ["Of the last epochs", bound(s.trailing)], ["Canaries", bound(s.canary)],
    ["Faults", `${s.faults} proven, ${s.disputed} disputed`], ["Change", s.alarmed ? "ALARMED" : "no alarm"],
  ]));
  const logs = facts(found.completeness.map(l => [l.log, `${l.roles.join(", ")}: ${l.shown} of ${l.size} entries, ${l.status} below ${l.upTo}${l.trusted === false ? ", NOT TRUSTED" : ""}`] as const));
  return [
    headline(`${found.verdict.toUpperCase().replace("-", " ")} \u00b7 ${found.status}`, status),
    element("p", "under", found.problem ?? (found.status === "recomputed" ? `A passport of the service \u201c${shown(found.service ?? "")}\u201d: its figures are what its entries give. What was proved is history: it does not promise the next answer.` : "What this passport says is not what its entries give.")),
    ...found.differences.slice(0, 20).map(d => notice(`${shown(d.where)}: ${d.detail}`)), ...segments, ...found.completeness.length > 0 ? [logs] : [], raw("The report as JSON", found),
  ];
}

for (const place of ["bundle", "policy"] as const) {
  const input = get<HTMLInputElement>(`${place}-file`);
  input.addEventListener("change", () => {
    void take([...(input.files ?? [])], place);
    // The same file, changed meanwhile, can be chosen again.
    input.value = "";
  });
}
document.addEventListener("dragover", event => {
  event.preventDefault();
  document.body.classList.add("over");
});
document.addEventListener("dragleave", event => {
  if (event.relatedTarget === null) document.body.classList.remove("over");
});
document.addEventListener("drop", event => {
  event.preventDefault();
  document.body.classList.remove("over");
  void take([...(event.dataTransfer?.files ?? [])], null);
});
