import { concat, equal, u64be, utf8, type Bytes } from "../bytes.js";
import { toBase64 } from "../base64.js";
import { knownEventTypes, readEpoch, type EpochEvent } from "../events.js";
import { fromHex } from "../hex.js";
import { leafHash, treeHead } from "../merkle.js";
import { isSignedBy } from "../note.js";
import { readStatement } from "../statement.js";
import type { AccountStep } from "../accounts/events.js";
import type { Policy } from "../policy.js";
import type { IndexPart, Passport } from "./read.js";
import { peek, ShownLog } from "./shownlog.js";
import type { Difference, LogReport } from "./report.js";

/* docs/spec/passports.md, section 4: how far it is shown that nothing was left out. */

type Role = LogReport["roles"][number];

export function rolesOf(passport: Passport, last: AccountStep | null, origin: string): Role[] {
  const roles: Role[] = [], place = last?.logs.findIndex(l => l.origin === origin) ?? -1;
  if (origin === passport.folder) roles.push("folder");
  if (place === 0) roles.push("provider");
  if (place > 0) roles.push("auditor");
  return roles;
}

/** What an index shows, if all of it holds: below which size, and whether the policy's indexers say so. */
export interface Indexed { readonly upTo: number; readonly byIndexers: boolean }

export function completenessOf(log: ShownLog, roles: readonly Role[], last: AccountStep | null, indexed: Indexed | null, logs: readonly ShownLog[]): Omit<LogReport, "trusted" | "trust"> {
  const { part } = log, size = Number(part.note.size), read = last?.logs.find(l => l.origin === part.origin)?.size ?? 0, upTo = roles.includes("folder") ? size : read;
  const base = { log: part.origin, roles, size, shown: part.items.filter(i => i.entry !== null).length, unmatchedDraws: unmatched(log, last, logs) };
  if (log.problem === null && upTo > 0 && log.wholeUpTo >= upTo) return { ...base, status: "whole", upTo };
  // Where nothing is checked, the place of the first entry that is left out is told.
  if (indexed === null) return { ...base, status: "not-checked", upTo: log.problem === null && log.wholeUpTo !== Infinity ? log.wholeUpTo : 0 };
  return { ...base, status: indexed.byIndexers ? "indexed" : "own-word", upTo: indexed.upTo };
}

/** Draws of this log from epochs, or of commitments, that the provider's log does not show. */
function unmatched({ log, part }: ShownLog, last: AccountStep | null, logs: readonly ShownLog[]): number {
  const provider = logs.find(l => l.part.origin === last?.logs[0]?.origin), read = last?.logs.slice(1).find(l => l.origin === part.origin)?.size ?? 0;
  if (provider === undefined) return 0;
  return log.audits.readings.filter(r => {
    if (!("draw" in r) || r.index >= read || r.event.provider !== provider.part.origin) return false;
    const epoch = provider.log.keys.get(r.event.key)?.epochs[r.event.epoch], seeds = provider.log.audits.seedsOf(r.event.key, r.event.epoch).map(s => s.index);
    return epoch === undefined || [...r.event.seeds.map(s => s.index), ...r.event.missing].some(i => !seeds.includes(i));
  }).length;
}

/** Checks an INDEX against the shown entries: what does not hold, or how far it reaches. */
export async function checkIndex(passport: Passport, shown: ShownLog, isProvider: boolean, policy: Policy | null, where: string): Promise<{ differences: Difference[]; found: Indexed | null }> {
  const { index } = shown.part, differs = (at: string, detail: string) => ({ differences: [{ where: `${where}${at}`, detail }], found: null });
  if (index === null) return { differences: [], found: null };
  if (!isProvider) return differs("", "it stands at a log that is not the provider's");
  if (shown.problem !== null) return { differences: [], found: null };
  const event = await epochAt(shown, index.index);
  if (event === null) return differs(".index", "there is no epoch entry");
  const size = Number(event.size), log = new ShownLog(shown.part, "");
  if (!await log.advance(size) || !equal(log.log.rootAt(size)!, event.root)) return differs(".index", `the log is not cut at ${size}, or has another root there`);
  const problem = derive(passport, log, index, event) ?? nextRecords(shown, size, index);
  if (problem !== null) return differs(problem.where, problem.detail);
  if (index.note === null) return { differences: [], found: { upTo: size, byIndexers: false } };
  const due = `assay/index/v1\n${event.origin}\n${event.size}\n${toBase64(event.root)}\n${event.keys}\n${toBase64(event.index)}\n`;
  if (index.note.text !== due) return differs(".note", "it is not over what the epoch entry says");
  let signed = 0n;
  for (const indexer of policy?.indexers ?? []) if (await isSignedBy(index.note, indexer)) signed++;
  return { differences: [], found: { upTo: size, byIndexers: policy !== null && policy.indexerThreshold > 0n && signed >= policy.indexerThreshold } };
}

/** The epoch entry at an index, if it is shown. */
async function epochAt({ part }: ShownLog, index: number): Promise<EpochEvent | null> {
  let at = 0;
  for (const item of part.items) {
    if (at === index && item.entry !== null) {
      const read = peek(item);
      if (read === null || read.sealed !== null) return null;
      const type = readStatement(read.envelope.payload, knownEventTypes, "sha256", "an entry").predicateType;
      return type === "urn:assay:epoch:v1" ? readEpoch(read.envelope.payload) : null;
    }
    if (at > index) return null;
    at += item.entry !== null ? 1 : 2 ** item.height;
  }
  return null;
}

/** The index derived from the counts and the shown events; what does not hold. */
function derive(passport: Passport, { log, part }: ShownLog, index: IndexPart, event: EpochEvent): Difference | null {
  const size = log.size, due = [...log.keys.keys()].sort();
  if (due.join() !== index.keys.map(k => k.key).join()) return { where: ".keys", detail: "they are not the keys that were introduced, in ascending order" };
  const leaves: Bytes[] = [];
  for (const [i, said] of index.keys.entries()) {
    const key = log.keys.get(said.key)!, where = `.keys[${i}].count`, isOfService = key.segment.service === passport.account.service;
    if (said.count < key.records) return { where, detail: `it says ${said.count}, and ${key.records} are shown` };
    if (isOfService && said.count > key.records) {
      const why = key.maySign(size) ? key.whyNot(said.count, log.leftOut) : "it may not sign any more";
      if (why !== null) return { where, detail: `it says ${said.count}, where no more can be left out: ${why}` };
    }
    const events = treeHead(key.events.map(e => leafHash(u64be(BigInt(e.index)), e.leaf)));
    leaves.push(leafHash(concat(utf8("assay/index/v1\n"), fromHex(said.key, 32, "a key id"), u64be(BigInt(key.events.length)), events, u64be(BigInt(said.count)), said.records)));
  }
  if (BigInt(leaves.length) !== event.keys || !equal(treeHead(leaves), event.index)) return { where: ".keys", detail: "they do not give the index of the epoch entry" };
  let open = 0, at = 0;
  for (const item of part.items) {
    if (at >= size) break;
    if (peek(item)?.sealed === null) open++;
    at += item.entry !== null ? 1 : 2 ** item.height;
  }
  const all = index.keys.reduce((sum, k) => sum + k.count, open);
  return all === size ? null : { where: "", detail: `the counts and the open entries shown add up to ${all}, not to ${size}` };
}

/** No count is above the sequence of the next record that is shown. */
function nextRecords({ part }: ShownLog, size: number, index: IndexPart): Difference | null {
  const next = new Map<string, number>();
  let at = 0;
  for (const item of part.items) {
    const sealed = at >= size ? peek(item)?.sealed : null;
    if (sealed && !next.has(sealed.keyId)) next.set(sealed.keyId, Number(sealed.sequence));
    at += item.entry !== null ? 1 : 2 ** item.height;
  }
  const i = index.keys.findIndex(k => k.count > (next.get(k.key) ?? Infinity));
  return i < 0 ? null : { where: `.keys[${i}].count`, detail: "it is above the sequence of the key's next shown record" };
}
