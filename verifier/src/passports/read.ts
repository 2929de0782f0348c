import { Malformed, Unsupported } from "../errors.js";
import { compareUtf8, text as decode, type Bytes } from "../bytes.js";
import { fromBase64, hash64 } from "../base64.js";
import { array, boolean, digest, hash, integer, label, only, string } from "../fields.js";
import { parseCheckpoint, type Checkpoint } from "../checkpoint.js";
import { parseNote, type Note } from "../note.js";
import { readEntry } from "../accounts/entry.js";
import { JsonObject, parseJson, type Json } from "../json.js";

/* docs/spec/passports.md, section 1: the lines of a passport. */

export const passportType = "application/vnd.assay.passport.v1";

/** An entry, or the head of a complete subtree over entries that are left out. */
export type Item = { readonly entry: Bytes } | { readonly entry: null; readonly height: number; readonly head: Bytes };

export interface KeyCount { readonly key: string; readonly count: number; readonly records: Bytes }

export interface IndexPart { readonly index: number; readonly note: Note | null; readonly keys: readonly KeyCount[] }

export interface PassportLog { readonly origin: string; readonly note: Checkpoint; readonly items: readonly Item[]; readonly index: IndexPart | null }

export interface SaidProven { readonly passes: number; readonly failures: number; readonly bound?: number }

/** What a passport says of a segment, in the order of its members. */
export interface SaidSegment {
  readonly model: string;
  readonly profile: string;
  readonly region: string;
  readonly owner: number;
  readonly records: number;
  readonly epochs: number;
  readonly epochsWithoutDraw: number;
  readonly disputed: number;
  readonly life: SaidProven;
  readonly trailing: SaidProven;
  readonly epoch?: { readonly lower: number; readonly upper: number };
  readonly canary: SaidProven;
  readonly alarmed: boolean;
  readonly faults: number;
}

export interface Passport {
  readonly account: { readonly roots: string; readonly service: string; readonly oracle: string };
  readonly folder: string;
  readonly step: number;
  readonly logs: readonly PassportLog[];
  readonly segments: readonly SaidSegment[];
}

const maxFile = 2 ** 29, maxLine = 2 ** 20, maxLogs = 66, maxItems = 2 ** 24, maxSegments = 2 ** 16, maxKeys = 4096;

/** The lines of a file: each ends in a line feed. */
class Lines {
  private at = 0;
  private count = 0;

  constructor(private readonly bytes: Bytes) {}

  get what(): string {
    return `line ${this.count} of the passport`;
  }

  get ended(): boolean {
    return this.at === this.bytes.length;
  }

  next(): Bytes {
    if (this.ended) throw new Malformed("the passport ends too early");
    const end = this.bytes.indexOf(10, this.at), line = this.bytes.subarray(this.at, end);
    this.count++;
    if (end < 0) throw new Malformed(`${this.what} has no line feed`);
    if (line.length > maxLine) throw new Malformed(`${this.what} has ${line.length} bytes, of at most ${maxLine}`);
    const edges = [line[0], line.at(-1)];
    if (edges.some(b => b === undefined || b === 0x20 || b === 9 || b === 13)) throw new Malformed(`${this.what} is empty, or has white space at an end`);
    this.at = end + 1;
    return line;
  }

  json(): Json {
    return parseJson(this.next(), this.what, maxLine);
  }

  /** Whether the next line is an object that begins with this member. */
  begins(member: string): boolean {
    const start = new TextEncoder().encode(`{"${member}"`);
    return start.every((b, i) => this.bytes[this.at + i] === b);
  }
}

const number = (value: Json | undefined, what: string): number => Number(integer(value, what));

function atMost(value: Json | undefined, least: number, most: number, what: string): number {
  const n = number(value, what);
  if (n < least || n > most) throw new Malformed(`${what} is not from ${least} to ${most}`);
  return n;
}

export function parsePassport(bytes: Bytes): Passport {
  if (bytes.length > maxFile) throw new Malformed(`the passport has ${bytes.length} bytes, of at most ${maxFile}`);
  const lines = new Lines(bytes), header = lines.json(), type = header instanceof JsonObject ? string(header.get("mediaType"), "mediaType") : null;
  if (type !== passportType) throw type === null ? new Malformed("line 1 of the passport is not an object") : new Unsupported(`the passport has the media type "${type.slice(0, 80)}"`);
  const m = only(header, ["mediaType", "account", "folder", "step", "logs", "segments"], "the passport's header");
  const a = only(m.get("account"), ["roots", "service", "oracle"], "account");
  const account = { roots: digest(a.get("roots"), "account.roots"), service: label(a.get("service"), "account.service"), oracle: label(a.get("oracle"), "account.oracle") };
  if (account.oracle !== "replay") throw new Unsupported(`the account is of the oracle "${account.oracle.slice(0, 80)}"`);
  const folder = label(m.get("folder"), "folder"), step = number(m.get("step"), "step");
  const logCount = atMost(m.get("logs"), 1, maxLogs, "logs"), segmentCount = atMost(m.get("segments"), 0, maxSegments, "segments");
  const logs: PassportLog[] = [];
  let room = maxItems;
  for (let i = 0; i < logCount; i++) {
    const log = readLog(lines, room);
    room -= log.items.length;
    logs.push(log);
  }
  if (logs[0]!.origin !== folder) throw new Malformed("the first log is not the folder's");
  if (new Set(logs.map(l => l.origin)).size !== logs.length) throw new Malformed("a log stands in the passport twice");
  if (logs.some((l, i) => i > 2 && compareUtf8(logs[i - 1]!.origin, l.origin) >= 0)) throw new Malformed("the auditors' logs are not in ascending order of origin");
  const segments = Array.from({ length: segmentCount }, () => readSegment(lines.json(), lines.what));
  if (!lines.ended) throw new Malformed("the passport ends too late");
  return { account, folder, step, logs, segments };
}

function readLog(lines: Lines, room: number): PassportLog {
  const m = only(lines.json(), ["log", "note", "items"], lines.what), at = lines.what, origin = label(m.get("log"), `log of ${at}`);
  const note = parseCheckpoint(string(m.get("note"), `note of ${at}`), `note of ${at}`), count = atMost(m.get("items"), 1, room, `items of ${at}`);
  const items = Array.from({ length: count }, () => readItem(lines.next(), lines.what));
  return { origin, note, items, index: lines.begins("index") ? readIndex(lines.json(), lines.what) : null };
}

function readItem(line: Bytes, what: string): Item {
  // Whether these bytes are an entry is asked where the log is read.
  if (line[0] === 0x7b) return { entry: line.slice() };
  const spelt = decode(line, what), sealed = /^"([A-Za-z0-9+/=]+)"$/.exec(spelt);
  if (sealed !== null) {
    const entry = fromBase64(sealed[1]!, what);
    if (readEntry(entry, what).sealed === null) throw new Malformed(`${what} is no sealed entry`);
    return { entry };
  }
  const skipped = /^\[(0|[1-9][0-9]?),"([A-Za-z0-9+/=]+)"\]$/.exec(spelt);
  if (skipped === null || Number(skipped[1]) > 62) throw new Malformed(`${what} is no item of a log`);
  return { entry: null, height: Number(skipped[1]), head: hash64(skipped[2]!, what) };
}

function readIndex(value: Json, what: string): IndexPart {
  const m = only(value, ["index", "note", "keys"], what), keys = array(m.get("keys"), `keys of ${what}`);
  if (keys.length > maxKeys) throw new Malformed(`keys of ${what} are more than ${maxKeys}`);
  return {
    index: number(m.get("index"), `index of ${what}`), note: m.has("note") ? parseNote(string(m.get("note"), `note of ${what}`), `note of ${what}`) : null,
    keys: keys.map(k => {
      const each = only(k, ["key", "count", "records"], `a key of ${what}`);
      return { key: digest(each.get("key"), `key of ${what}`), count: number(each.get("count"), `count of ${what}`), records: hash(each.get("records"), `records of ${what}`) };
    }),
  };
}

function readProven(value: Json | undefined, what: string): SaidProven {
  const m = only(value, ["passes", "failures", "bound"], what);
  return {
    passes: number(m.get("passes"), `passes of ${what}`), failures: number(m.get("failures"), `failures of ${what}`),
    ...(m.has("bound") ? { bound: atMost(m.get("bound"), 0, 1_000_000, `bound of ${what}`) } : {}),
  };
}

const counts = ["owner", "records", "epochs", "epochsWithoutDraw", "disputed"] as const;

function readSegment(value: Json, what: string): SaidSegment {
  const m = only(value, ["model", "profile", "region", ...counts, "life", "trailing", "epoch", "canary", "alarmed", "faults"], what);
  const [owner, records, epochs, epochsWithoutDraw, disputed] = counts.map(c => number(m.get(c), `${c} of ${what}`)) as [number, number, number, number, number];
  const epoch = m.has("epoch") ? only(m.get("epoch"), ["lower", "upper"], `epoch of ${what}`) : null;
  return {
    model: digest(m.get("model"), `model of ${what}`), profile: label(m.get("profile"), `profile of ${what}`), region: label(m.get("region"), `region of ${what}`),
    owner, records, epochs, epochsWithoutDraw, disputed, life: readProven(m.get("life"), `life of ${what}`), trailing: readProven(m.get("trailing"), `trailing of ${what}`),
    ...(epoch === null ? {} : { epoch: { lower: atMost(epoch.get("lower"), 0, 1_000_000, `lower of ${what}`), upper: atMost(epoch.get("upper"), 0, 1_000_000, `upper of ${what}`) } }),
    canary: readProven(m.get("canary"), `canary of ${what}`), alarmed: boolean(m.get("alarmed"), `alarmed of ${what}`), faults: number(m.get("faults"), `faults of ${what}`),
  };
}
