import { u64be, utf8 } from "./bytes.js";
import { toHex } from "./hex.js";
import { sha256 } from "./sha256.js";

/* How calls of tools are written into an answer, and taken out of it (docs/language-models.md, Tools; docs/spec/receipt.md, Language models). */

export interface Call {
  readonly name: string;
  /** The JSON of an object, as the model wrote it. */
  readonly arguments: string;
}

export interface CallFormat {
  readonly open: string | null;
  readonly close: string | null;
  readonly key: "arguments" | "parameters";
  readonly list: boolean;
  readonly marks: readonly string[];
}

/** The id of a choice's call, counted from 0 (docs/spec/receipt.md, Ids). */
export function callId(recordId: string, choice: number, call: number): string {
  const hash = sha256(utf8(`assay/call/v1\n${recordId}`), u64be(BigInt(choice)), u64be(BigInt(call)));
  return (BigInt(`0x${toHex(hash.subarray(0, 8))}`) % 36n ** 9n).toString(36).padStart(9, "0");
}

const pythonTag = "<|python_tag|>", maxCall = 1 << 20, maxBlanks = 256, maxDepth = 64;

export const callFormats: ReadonlyMap<string, CallFormat> = new Map([
  ["tags", { open: "<tool_call>", close: "</tool_call>", key: "arguments", list: false, marks: ["<tool_call>", "</tool_call>"] }],
  ["list", { open: "[TOOL_CALLS]", close: null, key: "arguments", list: true, marks: ["[TOOL_CALLS]"] }],
  ["object", { open: null, close: null, key: "parameters", list: false, marks: [pythonTag] }],
]);

// Unicode's White_Space: what \s is, but for U+0085 and U+FEFF.
const isBlank = (c: string): boolean => c === "\u0085" || (c !== "\ufeff" && /\s/.test(c));

function blanks(text: string): number {
  let n = 0;
  while (n < text.length && isBlank(text[n]!)) n++;
  return n;
}

const unblanked = (text: string): string => text.slice(blanks(text));

/** Parts a whole answer into text and calls. What looks like a call and is none is text; blanks before, between and after calls are dropped. `first`: the answer ends with its first call, and what follows is no part of it; of a list that is the first element. */
export function partCalls(answer: string, format: CallFormat, names: ReadonlySet<string>, first = false): { content: string; calls: Call[] } {
  const calls: Call[] = [];
  let content = "", held = "", stage: "text" | "before" | "value" | "after" = "text", start = 0, extent = new Extent(), hasText = false, hasCalls = false;

  const release = (count: number) => {
    let text = held.slice(0, count);
    held = held.slice(count);
    if (hasCalls && !hasText) text = unblanked(text);
    content += text;
    hasText ||= text.length > 0;
  };
  const giveUp = () => {
    stage = "text";
    release(held.length);
  };
  const begin = (c: string) => {
    stage = "value";
    extent = new Extent();
    start = held.length - 1;
    extent.ends(c);
  };
  const inText = (c: string) => {
    const { open } = format;
    if (open === null) {
      const text = unblanked(held);
      if (hasText || held.length > maxBlanks + pythonTag.length || (text !== "" && !text.startsWith("{") && !pythonTag.startsWith(text))) release(held.length);
      else if (c === "{") begin(c);
      else if (text === pythonTag) stage = "before";
      return;
    }
    for (;;) {
      const from = blanks(held);
      if (from > maxBlanks) release(from);
      const at = blanks(held), mark = held.slice(at);
      if (mark === open) stage = "before";
      if (open.startsWith(mark)) return;
      release(at + 1);
    }
  };
  const after = () => {
    const text = unblanked(held), close = format.close ?? (format.open === null ? ";" : null);
    if (text === "") held = "";
    else if (close !== null && close.startsWith(text)) {
      if (text !== close) return;
      held = "";
      stage = "text";
    } else {
      const again = held;
      held = "";
      stage = "text";
      for (const c of again.split("")) take(c);
    }
  };
  const complete = (found: readonly Call[]) => {
    calls.push(...(first ? found.slice(0, 1) : found));
    held = "";
    hasCalls = true;
    stage = "after";
  };
  const take = (c: string): void => {
    if (first && hasCalls) return;
    held += c;
    if (stage === "text") inText(c);
    else if (stage === "before") {
      if (c === (format.list ? "[" : "{")) begin(c);
      else if (!isBlank(c)) giveUp();
    } else if (stage === "value") {
      if (extent.ends(c)) {
        const found = callsIn(held.slice(start), format, names);
        if (found === null) return giveUp();
        complete(found);
      } else if (first && format.list && c === "}" && extent.open === 1) {
        const found = callsIn(`${held.slice(start)}]`, format, names);
        if (found !== null) complete(found);
        else if (held.length > maxCall) giveUp();
      } else if (held.length > maxCall) giveUp();
    } else after();
  };

  for (let i = 0; i < answer.length; i++) take(answer[i]!);
  // A last call may lack what closes it.
  if ((stage as string) === "after" || blanks(held) === held.length) {
    if (!hasCalls && (stage as string) === "text") content += held;
    held = "";
  }
  giveUp();
  return { content, calls };
}

/** Finds where an object or list ends, by its brackets and strings alone. */
class Extent {
  private depth = 0;
  private inString = false;
  private escaped = false;

  /** Brackets that are open, outside of strings. */
  get open(): number {
    return this.inString ? Infinity : this.depth;
  }

  ends(c: string): boolean {
    if (this.inString) {
      this.inString = this.escaped || c !== "\"";
      this.escaped = !this.escaped && c === "\\";
      return false;
    }
    this.inString = c === "\"";
    this.depth += c === "{" || c === "[" ? 1 : c === "}" || c === "]" ? -1 : 0;
    return this.depth <= 0 && (c === "}" || c === "]");
  }
}

function callsIn(json: string, format: CallFormat, names: ReadonlySet<string>): Call[] | null {
  try {
    if (depthOf(json) > maxDepth) return null;
    const value: unknown = JSON.parse(json);
    const texts = format.list ? (Array.isArray(value) ? itemsOf(json) : []) : [json];
    const found = texts.map(text => callOf(text, format, names));
    return found.length > 0 && found.every(c => c !== null) ? found : null;
  } catch {
    return null;
  }
}

function callOf(json: string, format: CallFormat, names: ReadonlySet<string>): Call | null {
  const value: unknown = JSON.parse(json);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const members = membersOf(json), named = members.get("name"), name: unknown = named === undefined ? undefined : JSON.parse(named);
  if (typeof name !== "string" || !names.has(name)) return null;
  const text = members.get(format.key) ?? members.get(format.key === "arguments" ? "parameters" : "arguments");
  return text !== undefined && text.startsWith("{") ? { name, arguments: text } : null;
}

/** The texts of the parts of valid JSON that stand between the outermost brackets, cut at commas. */
function partsOf(json: string): string[] {
  const parts: string[] = [], inner = json.trim().slice(1, -1);
  let depth = 0, from = 0, quoted = false;
  for (let i = 0; i < inner.length; i++) {
    const c = inner[i]!;
    if (quoted) {
      if (c === "\\") i++;
      else quoted = c !== "\"";
    } else if (c === "\"") quoted = true;
    else if (c === "{" || c === "[") depth++;
    else if (c === "}" || c === "]") depth--;
    else if (c === "," && depth === 0) {
      parts.push(inner.slice(from, i));
      from = i + 1;
    }
  }
  if (inner.trim() !== "") parts.push(inner.slice(from));
  return parts;
}

const itemsOf = (json: string): string[] => partsOf(json).map(p => p.trim());

/** The members of a valid object as they are written; of two with one name the last. */
function membersOf(json: string): Map<string, string> {
  return new Map(partsOf(json).map(part => {
    const name = /^\s*"(?:[^"\\]|\\.)*"/.exec(part)![0];
    return [JSON.parse(name) as string, part.slice(part.indexOf(":", name.length) + 1).trim()];
  }));
}

function depthOf(json: string): number {
  let depth = 0, most = 0, quoted = false;
  for (let i = 0; i < json.length; i++) {
    const c = json[i]!;
    if (quoted) {
      if (c === "\\") i++;
      else quoted = c !== "\"";
    } else if (c === "\"") quoted = true;
    else if (c === "{" || c === "[") most = Math.max(most, ++depth);
    else if (c === "}" || c === "]") depth--;
  }
  return most;
}
