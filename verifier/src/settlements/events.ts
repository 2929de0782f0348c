import { Malformed } from "../errors.js";
import type { Bytes } from "../bytes.js";
import { array, boolean, digest, integer, label, only, string } from "../fields.js";
import { JsonObject, parseJson, type Json } from "../json.js";
import { windowNames, type Window } from "./read.js";

/* docs/spec/market.md, sections 1, 3 and 4: events of a market's journal, as far as the settlement of a cover needs them. */

export interface SegmentLook extends Window {
  readonly waiting: number;
  readonly alarmed: boolean;
  readonly expected: number;
  readonly hazard: number;
  readonly memoryPasses: number;
  readonly memoryFailures: number;
}

export interface AuditorLook { readonly origin: string; readonly logKey: string; readonly commitments: number; readonly contradicted: number }

export interface Look { readonly do: "look"; readonly account: string; readonly step: number; readonly segments: readonly SegmentLook[]; readonly auditors: readonly AuditorLook[] }

export interface Cover {
  readonly do: "cover";
  readonly account: string;
  readonly segment: number;
  readonly threshold: number;
  readonly width: number;
  readonly records: number;
  readonly sum: number;
  readonly until: number;
}

/** Of terms only the grace is used here; of what has another name, nothing. */
export type MarketEvent = Look | Cover | { readonly do: "terms"; readonly grace: number } | { readonly do: "tick" } | { readonly do: "another" };

export const mostSegments = 32, mostAuditors = 64;
const mostText = 16_384, mostInstruction = 4_096, signature = 64, whole = 1_000_000, defaultGrace = 2;

const bounded = (value: Json | undefined, least: number, most: number, what: string): number => {
  const n = Number(integer(value, what));
  if (n < least || n > most) throw new Malformed(`${what} is not from ${least} to ${most}`);
  return n;
};
const count = (value: Json | undefined, what: string): number => bounded(value, 0, Number.MAX_SAFE_INTEGER, what);

/** u8(n), n bytes of signature, text. That the participant signed is not asked: its key need not be shown. */
export function readMarketEvent(bytes: Bytes): MarketEvent {
  const n = bytes[0];
  if ((n !== 0 && n !== signature) || bytes.length <= 1 + n) throw new Malformed("the event is not a signature's length, a signature and a text");
  const m = parseJson(bytes.subarray(1 + n), "the event", n === 0 ? mostText : mostInstruction);
  if (!(m instanceof JsonObject)) throw new Malformed("the event is not an object");
  const name = string(m.get("do"), "do of the event"), isInstruction = n === signature;
  if (isInstruction !== m.has("by")) throw new Malformed(isInstruction ? `${name.slice(0, 40)} is signed by nobody that it names` : `${name.slice(0, 40)} is an instruction that nobody has signed`);
  switch (name) {
    case "look": return readLook(m);
    case "cover": return readCover(m);
    case "terms": return { do: "terms", grace: m.has("grace") ? bounded(m.get("grace"), 0, 1_000_000, "grace of the terms") : defaultGrace };
    case "tick":
      only(m, ["do"], "a tick");
      return { do: "tick" };
    default: return { do: "another" };
  }
}

function readCover(m: JsonObject): Cover {
  only(m, ["do", "by", "nonce", "account", "segment", "threshold", "width", "records", "sum", "until", "most"], "a cover");
  for (const name of ["by", "nonce"]) count(m.get(name), `${name} of a cover`);
  bounded(m.get("most"), 1, Number.MAX_SAFE_INTEGER, "most of a cover");
  return {
    do: "cover", account: digest(m.get("account"), "account of a cover"), segment: count(m.get("segment"), "segment of a cover"),
    threshold: bounded(m.get("threshold"), 0, whole - 1, "threshold of a cover"), width: bounded(m.get("width"), 1, whole, "width of a cover"),
    records: bounded(m.get("records"), 1, Number.MAX_SAFE_INTEGER, "records of a cover"), sum: bounded(m.get("sum"), 1, Number.MAX_SAFE_INTEGER, "sum of a cover"),
    until: count(m.get("until"), "until of a cover"),
  };
}

function readLook(m: JsonObject): Look {
  only(m, ["do", "account", "step", "segments", "auditors"], "a look");
  const segments = array(m.get("segments"), "segments of a look"), auditors = array(m.get("auditors"), "auditors of a look");
  if (segments.length > mostSegments || auditors.length > mostAuditors) throw new Malformed(`a look has more than ${mostSegments} segments or ${mostAuditors} auditors`);
  return {
    do: "look", account: digest(m.get("account"), "account of a look"), step: count(m.get("step"), "step of a look"),
    segments: segments.map(readSegment),
    auditors: auditors.map(a => {
      const each = only(a, ["origin", "logKey", "commitments", "contradicted"], "an auditor of a look");
      return {
        origin: label(each.get("origin"), "origin of an auditor of a look"), logKey: digest(each.get("logKey"), "logKey of an auditor of a look"),
        commitments: count(each.get("commitments"), "commitments of an auditor of a look"), contradicted: count(each.get("contradicted"), "contradicted of an auditor of a look"),
      };
    }),
  };
}

function readSegment(value: Json): SegmentLook {
  const m = only(value, [...windowNames, "waiting", "alarmed", "expected", "hazard", "memoryPasses", "memoryFailures"], "a segment of a look");
  const at = (name: string, most = Number.MAX_SAFE_INTEGER) => bounded(m.get(name), 0, most, `${name} of a segment of a look`);
  const counts = Object.fromEntries(windowNames.map(n => [n, at(n)])) as Window;
  if (counts.epochs > counts.records || counts.passes + counts.failures + counts.undecided + counts.neither > counts.records) throw new Malformed("a segment of a look has more epochs or verdicts than records");
  return {
    ...counts, waiting: at("waiting", 2 ** 40), alarmed: boolean(m.get("alarmed"), "alarmed of a segment of a look"), expected: at("expected", whole), hazard: at("hazard", whole),
    memoryPasses: at("memoryPasses"), memoryFailures: at("memoryFailures"),
  };
}
