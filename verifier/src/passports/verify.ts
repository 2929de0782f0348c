import { Malformed, Refused, Unsupported } from "../errors.js";
import { compareUtf8, equal, type Bytes } from "../bytes.js";

import { fromHex, toHex } from "../hex.js";
import { isSignedBy } from "../note.js";
import { knownEventTypes, rootSetId } from "../events.js";
import { readStatement } from "../statement.js";
import { Account, accountId } from "../accounts/fold.js";
import { readAuditEvent, type AccountStep } from "../accounts/events.js";
import { stateBytes, stateDigest } from "../accounts/state.js";
import type { Policy } from "../policy.js";
import { checkIndex, completenessOf, rolesOf } from "./completeness.js";
import { parsePassport, type Passport } from "./read.js";
import { published, segmentDifferences } from "./figures.js";
import { peek, ShownLog } from "./shownlog.js";
import { trustOf } from "./trust.js";
import type { Difference, PassportReport } from "./report.js";

const mostDifferences = 100;

/** Told what is met while a passport is recomputed: for what rests on more than the last state. It holds only if the passport does. */
export interface Watch {
  /** An epoch was settled: the last of the segment at this place. */
  settled(account: Account, place: number): void;
  /** A step was folded. */
  stepped(account: Account, step: AccountStep): void;
}

const unread = (status: "malformed" | "unsupported", problem: string, policy: Policy | null): PassportReport =>
  ({ status, verdict: status, problem, policy: policy?.name ?? null, recomputed: null, differences: [], completeness: [] });

/** Recomputes a passport and judges it by a policy (docs/spec/passports.md, sections 3 and 4). */
export async function verifyPassport(bytes: Bytes, policy: Policy | null): Promise<PassportReport> {
  let passport: Passport;
  try {
    passport = parsePassport(bytes);
  } catch (error) {
    if (error instanceof Malformed) return unread("malformed", error.message, policy);
    if (error instanceof Unsupported) return unread("unsupported", error.message, policy);
    throw error;
  }
  return verifyParsed(passport, policy, null);
}

/** The same of a passport that was read. */
export async function verifyParsed(passport: Passport, policy: Policy | null, watch: Watch | null): Promise<PassportReport> {
  const logs = passport.logs.map((l, i) => new ShownLog(l, `logs[${i}]`)), differences: Difference[] = [];
  const id = accountId(fromHex(passport.account.roots, 32, "account.roots"), passport.account.service);
  const { steps, problems } = stepsIn(passport, toHex(id));
  differences.push(...problems);
  const account = await recompute(passport, logs, steps, differences, watch);
  for (const log of logs) await log.finish();
  for (const log of logs) if (log.problem !== null) differences.unshift(log.problem);
  for (const [i, log] of logs.entries()) differences.push(...await noteDifferences(log, `logs[${i}].note`));
  const unsupported = differences.find(d => d.unsupported);
  if (unsupported !== undefined) return unread("unsupported", `${unsupported.where}: ${unsupported.detail}`, policy);
  if (account !== null) differences.push(...segmentDifferences(passport.segments, account));

  const last = steps.at(-1) ?? null, completeness = [];
  for (const [i, log] of logs.entries()) {
    const roles = rolesOf(passport, last, log.part.origin), index = await checkIndex(passport, log, roles.includes("provider"), policy, `logs[${i}].index`);
    differences.push(...index.differences);
    completeness.push({ ...completenessOf(log, roles, last, index.found, logs), ...await trustOf(log, roles.includes("provider"), policy) });
  }
  const status = differences.length === 0 ? "recomputed" : "differs";
  const verdict = status === "differs" ? "rejected" : policy === null ? "no-policy" : completeness.every(l => l.trusted) ? "accepted" : "rejected";
  return {
    status, verdict, problem: null, policy: policy?.name ?? null, account: toHex(id), service: passport.account.service, step: passport.step,
    recomputed: account === null ? null : { state: stateDigest(stateBytes(account)), steps: account.steps, time: account.time, segments: account.segments.map(published) },
    differences: differences.slice(0, mostDifferences), completeness,
  };
}

/** The steps of the account in the folder's log: 0 to the header's, and no more. */
function stepsIn(passport: Passport, id: string): { steps: AccountStep[]; problems: Difference[] } {
  const steps: AccountStep[] = [];
  for (const item of passport.logs[0]!.items) {
    const read = peek(item);
    if (read === null || read.sealed !== null) continue;
    try {
      const event = readAuditEvent(readStatement(read.envelope.payload, knownEventTypes, "sha256", "an entry"));
      if (event?.kind === "account" && event.account === id) steps.push(event);
    } catch (error) {
      // What cannot be read is a difference where the log is read.
      if (!(error instanceof Malformed || error instanceof Unsupported)) throw error;
    }
  }
  const isDue = steps.length === passport.step + 1 && steps.every((s, i) => s.step === i);
  return { steps, problems: isDue ? [] : [{ where: "steps", detail: `the folder's log shows ${steps.length} steps of the account, not those from 0 to ${passport.step}` }] };
}

/** Folds step after step; null where that does not come to an end. */
async function recompute(passport: Passport, logs: readonly ShownLog[], steps: readonly AccountStep[], differences: Difference[], watch: Watch | null): Promise<Account | null> {
  let account: Account | null = null;
  const provider = steps.at(-1)?.logs[0]?.origin, last = steps.at(-1);
  if (last === undefined) return null;
  const due = [...new Set([passport.folder, provider!, ...last.logs.slice(1).map(l => l.origin).sort(compareUtf8)])];
  if (due.join("\n") !== logs.map(l => l.part.origin).join("\n")) {
    differences.push({ where: "logs", detail: `they are not those of the last step, ${due.join(", ").slice(0, 200)}` });
    return null;
  }
  for (const [n, step] of steps.entries()) {
    const differs = (where: string, detail: string): null => {
      differences.push({ where: `steps[${n}]${where}`, detail });
      return null;
    };
    if (step.logs[0]!.origin !== provider) return differs(".logs[0]", `the provider is ${step.logs[0]!.origin.slice(0, 80)}, not ${provider!.slice(0, 80)}`);
    const read: ShownLog[] = [];
    for (const [i, { origin, size, root }] of step.logs.entries()) {
      const log = logs.find(l => l.part.origin === origin);
      if (log === undefined) return differs(`.logs[${i}]`, "the passport does not have this log");
      if (!await log.advance(size)) return log.problem === null ? differs(`.logs[${i}].size`, `the log is not cut at ${size}`) : null;
      if (!equal(log.log.rootAt(size)!, root)) return differs(`.logs[${i}].root`, "the log has another root there");
      read.push(log);
    }
    try {
      account ??= new Account(read[0]!.log, passport.account.service);
      if (n === 0 && toHex(rootSetId(read[0]!.log.genesis)) !== passport.account.roots) return differs("", "the provider's genesis has other roots than the account");
      if (step.previous !== stateDigest(stateBytes(account))) return differs(".previous", "it is not the state before");
      const folded = account;
      folded.step(step.time, read.slice(1).map(l => l.log), place => watch?.settled(folded, place));
      watch?.stepped(folded, step);
    } catch (error) {
      if (error instanceof Malformed || error instanceof Refused) return differs("", error.message);
      throw error;
    }
    const digest = stateDigest(stateBytes(account));
    if (step.state !== digest) return differs(".state", `says ${step.state}, and ${digest} is what its entries give`);
  }
  return account;
}

async function noteDifferences({ part, log, problem }: ShownLog, where: string): Promise<Difference[]> {
  if (part.note.origin !== part.origin) return [{ where, detail: `it is of the log ${part.note.origin.slice(0, 80)}` }];
  if (problem !== null && log.size === 0) return [];
  if (log.genesis.origin !== part.origin) return [{ where, detail: "genesis is of another log" }];
  return await isSignedBy(part.note.note, log.genesis.logKey) ? [] : [{ where, detail: "the log key that genesis names did not sign it" }];
}
