import { Malformed, Unsupported } from "./errors.js";
import { equal, text, utf8, type Bytes } from "./bytes.js";
import { toBase64 } from "./base64.js";
import type { Bundle } from "./bundle.js";
import { parseCheckpoint } from "./checkpoint.js";
import { otherEmbeddings, readEmbeddingQuestion } from "./embeddings.js";
import { leafOf, matchHeader, otherRequest, otherTensors, promisedLeaf, readAnswer, readAssay, readBundle, type AnswerReceipt, type Exchange } from "./exchange.js";
import { faultType, verifyFault } from "./fault.js";
import { toHex } from "./hex.js";
import { memoryKeeper, type Keeper } from "./keeper.js";
import type { Policy } from "./policy.js";
import type { Report } from "./report.js";
import { otherLanguage } from "./language.js";
import { isRecord, readQuestion } from "./question.js";
import { Seen } from "./seen.js";
import { comment, events, framed, readBody, streamOf } from "./stream.js";
import { verify } from "./verify.js";

/** Why an answer was not handed on. */
export type ReceiptFault = "no-receipt" | "bad-promise" | "no-bundle" | "not-accepted" | "other-answer" | "split-view" | "broken-promise";

/** Nothing of the answer reaches the caller. `evidence` is a fault file that convicts the log before strangers, where there is one. */
export class ReceiptError extends Error {
  override name = "ReceiptError";

  constructor(readonly fault: ReceiptFault, message: string, readonly report: Report | null = null, readonly evidence: Bytes | null = null) {
    super(message);
  }
}

export interface FetchOptions {
  /** Where bundles and checkpoints are kept; without it they are forgotten with the program. */
  readonly keep?: Keeper;
  /** What fetches; the platform's. */
  readonly fetch?: typeof fetch;
  /** Whether a streamed answer waits until its receipt is verified; otherwise its chunks are handed on as they come, as provisional. */
  readonly holdBack?: boolean;
  /** The largest answer or bundle, in bytes; 64 MiB. */
  readonly maxBytes?: number;
  /** How long to wait for the entry to be in the tree, in milliseconds. */
  readonly patience?: number;
}

export interface Verified {
  readonly report: Report;
  readonly bundle: Bytes;
}

const verifiedBy = new WeakMap<Response, Verified>();
/** What the wrapper found about an answer that it handed on; undefined for one that it passed through, and for a stream before its end. */
export const verifiedReceipt = (response: Response): Verified | undefined => verifiedBy.get(response);

const pause = 100;

type Asked =
  | { readonly kind: "tensors"; readonly model: string; readonly version: string | null; readonly base: string }
  | { readonly kind: "chat" | "completion" | "embeddings" | "unknown"; readonly base: string };

/**
 * What a POST asks for, by its path, as forgiving of case and of slashes as a web server is; null where no receipt is to be expected. `base` is where the node's own
 * paths begin, without a slash at the end.
 */
function askedOf(url: URL): Asked | null {
  const parts = url.pathname.split("/").filter(p => p !== "").map(decodeURIComponent), lower = parts.map(p => p.toLowerCase()), n = parts.length;
  const base = (start: number) => parts.slice(0, start).map(p => `/${encodeURIComponent(p)}`).join("");
  const ends = (...names: string[]) => n >= names.length && names.every((name, i) => lower[n - names.length + i] === name);
  if (ends("v1", "chat", "completions")) return { kind: "chat", base: base(n - 3) };
  if (ends("v1", "completions")) return { kind: "completion", base: base(n - 2) };
  if (ends("v1", "embeddings")) return { kind: "embeddings", base: base(n - 2) };
  const versioned = lower[n - 3] === "versions", start = versioned ? n - 6 : n - 4;
  if (lower[n - 1] === "infer" && start >= 0 && lower[start] === "v2" && lower[start + 1] === "models" && lower.lastIndexOf("v2") === start)
    return { kind: "tensors", model: parts[start + 2]!, version: versioned ? parts[n - 2]! : null, base: base(start) };
  return lower[0] === "v2" ? { kind: "unknown", base: "" } : null;
}

/** A success that should have been checked, but nobody here knows how to. */
function unchecked(url: URL, asked: Asked | null, response: Response): Response {
  if (response.ok && (asked !== null || response.headers.has("Assay-Receipt"))) throw new ReceiptError("no-receipt", `an answer from ${url.pathname}, which this client does not know how to check`);
  return response;
}

/**
 * A `fetch` that hands an answer on only when its receipt is verified by the policy and is this very request's and answer's: of `POST .../infer`,
 * `.../v1/chat/completions`, `.../v1/completions` and `.../v1/embeddings`. A stream's chunks are handed on as they come, and its end only when the receipt bears them out: otherwise reading
 * fails. Other requests, and answers that report an error, pass through.
 */
export function assayFetch(policy: Policy, options: FetchOptions = {}): typeof fetch {
  const send = options.fetch ?? ((...args) => globalThis.fetch(...args)), keeper = options.keep ?? memoryKeeper(), patience = options.patience ?? 30_000, most = options.maxBytes ?? 64 << 20;
  return async (input, init) => {
    const request = new Request(input, init), url = new URL(request.url), asked = request.method === "POST" ? askedOf(url) : null;
    if (asked === null || asked.kind === "unknown") return unchecked(url, asked, await send(request));

    const body = new Uint8Array(await request.arrayBuffer()), headers = new Headers(request.headers);
    const nonce = headers.get("Assay-Nonce") ?? toHex(crypto.getRandomValues(new Uint8Array(16)));
    headers.set("Assay-Nonce", nonce);
    const auditable = headers.get("Assay-Auditable") === "true";
    const response = await send(new Request(url, { method: "POST", headers, body, signal: request.signal, credentials: request.credentials }));
    if (!response.ok) return response;
    if (response.status !== 200) throw new ReceiptError("no-receipt", `an answer with status ${response.status}: expected 200`);
    // Without this word it would be refused too, for members that no receipt of a local answer vouches for.
    if (response.headers.get("Assay-Relayed") === "true") throw new ReceiptError("not-accepted", "the answer was relayed, and this client does not compare relayed answers with their receipts");
    const confirm = (exchange: Exchange, receipt: AnswerReceipt, other: (bundle: Bundle) => string | null) =>
      confirmed(exchange, receipt, other, new URL(`${asked.base}/v1/receipts/${receipt.id}`, url), headers, request.signal);
    const handOn = (content: BodyInit, found: Verified | null) => {
      const handed = new Response(content, { status: response.status, statusText: response.statusText, headers: response.headers });
      if (found !== null) verifiedBy.set(handed, found);
      return handed;
    };

    const compared = async (exchange: Exchange, other: (answer: Bytes, bundle: Bundle) => string | null) => {
      const answer = await whole(response), receipt = read("no-receipt", () => readAnswer(response.headers.get("Assay-Receipt"), answer));
      return handOn(answer, await confirm(exchange, receipt, bundle => other(answer, bundle)));
    };
    if (asked.kind === "tensors") return compared({ model: asked.model, version: asked.version, nonce, auditable, request: body }, (answer, bundle) => otherTensors(body, answer, bundle));
    if (asked.kind === "embeddings") {
      const question = readable(readEmbeddingQuestion(read("no-receipt", () => text(body, "the request"))));
      return compared({ model: question.model, version: question.version, nonce, auditable, request: body }, (answer, bundle) => otherEmbeddings(question, answer, bundle));
    }
    const question = readable(readQuestion(asked.kind === "chat", read("no-receipt", () => text(body, "the request"))));
    const exchange: Exchange = { model: question.model, version: question.version, nonce, auditable, request: body };
    const seen = new Seen(question), check = (receipt: AnswerReceipt) => confirm(exchange, receipt, bundle => otherLanguage(question, seen, bundle, receipt.words));
    if (!question.streams) {
      const answer = await whole(response), json = read("no-receipt", () => parsePlain(text(answer, "the answer")));
      read("other-answer", () => seen.takeWhole(json));
      const receipt = read("no-receipt", () => readAssay(seen.assay));
      read("no-receipt", () => matchHeader(response.headers.get("Assay-Receipt"), receipt));
      return handOn(answer, await check(receipt));
    }
    let handed: Response | null = null;
    const chunks = confirmedChunks(response.body, seen, most, options.holdBack ?? false, async () => {
      const found = await check(read("no-receipt", () => readAssay(seen.assay)));
      if (handed !== null) verifiedBy.set(handed, found);
    });
    return handed = handOn(streamOf(chunks), null);
  };

  async function whole(response: Response): Promise<Bytes> {
    try {
      return await readBody(response, most);
    } catch (error) {
      throw error instanceof Malformed ? new ReceiptError("no-receipt", error.message) : error;
    }
  }

  /** Throws unless the receipt is verified and of this request, and `other` finds nothing that it does not bear out. */
  async function confirmed(exchange: Exchange, receipt: AnswerReceipt, other: (bundle: Bundle) => string | null, address: URL, headers: Headers, signal: AbortSignal): Promise<Verified> {
    const leaf = await promisedLeaf(receipt, policy);
    if (leaf === null) throw new ReceiptError("bad-promise", "the promise is not of a log that the policy trusts, or does not cover the receipt");
    const bundleBytes = await fetchBundle(receipt, address, headers, signal);
    const found = await verify(bundleBytes, policy), bundle = readBundle(bundleBytes);
    if (bundle !== null) await rewritten(receipt, leaf, bundle, found);
    if (!found.accepted || bundle === null) throw new ReceiptError("not-accepted", `the policy does not accept the receipt: ${found.headline}`, found);
    const difference = read("other-answer", () => otherRequest(exchange, receipt, bundle) ?? other(bundle));
    if (difference !== null) throw new ReceiptError("other-answer", difference, found);

    const { origin } = bundle.logProof.checkpoint, newer = await isNewer(bundle, await keeper.checkpoint(origin), found);
    await keeper.keep({ id: receipt.id, bundle: bundleBytes, origin, checkpoint: newer ? bundle.logProof.checkpointText : null });
    return { report: found, bundle: bundleBytes };
  }

  /** The bundle, as soon as the entry is in the tree. */
  async function fetchBundle(receipt: AnswerReceipt, address: URL, sent: Headers, signal: AbortSignal): Promise<Bytes> {
    const headers = new Headers({ "Assay-Disclosure": receipt.salt }), key = sent.get("Authorization");
    if (key !== null) headers.set("Authorization", key);
    for (let waited = 0; ; waited += pause) {
      const response = await send(new Request(address, { headers, signal }));
      if (response.status === 200) return whole(response);
      if (response.status !== 202) throw new ReceiptError("no-bundle", `the node answers ${response.status} where the bundle should be`);
      if (waited >= patience) throw await late(receipt, address, headers, signal);
      await new Promise(resolve => setTimeout(resolve, pause));
      signal.throwIfAborted();
    }
  }

  /** A promise that is out: the client's word by its own clock, and evidence where witnesses saw a tree without the entry afterwards. */
  async function late(receipt: AnswerReceipt, address: URL, headers: Headers, signal: AbortSignal): Promise<ReceiptError> {
    if (BigInt(Math.floor(Date.now() / 1000)) <= receipt.promise.deadline) return new ReceiptError("no-bundle", "the entry is not in the tree yet, and the promise is not out");
    const response = await send(new Request(new URL(address.pathname.replace(/\/v1\/receipts\/.*$/, "/log/checkpoint"), address), { headers, signal }));
    const fault = { kind: "late", promise: receipt.promiseText, checkpoint: response.ok ? text(new Uint8Array(await response.arrayBuffer()), "the checkpoint") : "" };
    return new ReceiptError("broken-promise", "the log promised to show the entry by now, and does not", null, await evidence(fault));
  }

  /** Two entries at one index: what was promised with the answer, and what the bundle proves. */
  async function rewritten(receipt: AnswerReceipt, leaf: Bytes, bundle: Bundle, found: Report): Promise<void> {
    const other = leafOf(bundle), { logProof } = bundle;
    if (logProof.index !== receipt.index || equal(other, leaf)) return;
    const logText = ["c2sp.org/tlog-proof@v1", `index ${logProof.index}`, ...logProof.path.map(toBase64), "", logProof.checkpointText].join("\n");
    const proof = await evidence({
      kind: "two-leaves", index: Number(receipt.index),
      claims: [{ promise: receipt.promiseText, leaf: toBase64(leaf), path: receipt.path.map(toBase64) }, { logProof: logText, leaf: toBase64(other) }],
    });
    if (proof !== null) throw new ReceiptError("broken-promise", "the log shows another entry than it promised", found, proof);
  }

  /** Whether the bundle's checkpoint is newer than the one that is kept; two trees of one size are a split view. */
  async function isNewer(bundle: Bundle, kept: string | null, found: Report): Promise<boolean> {
    if (kept === null) return true;
    const old = parseCheckpoint(kept, "the checkpoint that was kept"), { checkpoint, checkpointText } = bundle.logProof;
    if (old.size === checkpoint.size && !equal(old.root, checkpoint.root))
      throw new ReceiptError("split-view", "the log signed two trees of one size", found, await evidence({ kind: "two-roots", checkpoints: [kept, checkpointText] }));
    return checkpoint.size > old.size;
  }

  /** A fault file, if it proves something by the policy's own log keys. */
  async function evidence(fault: object): Promise<Bytes | null> {
    const bytes = utf8(JSON.stringify({ mediaType: faultType, ...fault }));
    return (await verifyFault(bytes, policy)).verdict === "proved" ? bytes : null;
  }
}

/**
 * A streamed answer as a caller reads it: each chunk read and written anew. The one that ends the last choice, and all after it, come when `confirm` has
 * found nothing wrong.
 */
async function* confirmedChunks(body: Response["body"], seen: Seen, most: number, holdBack: boolean, confirm: () => Promise<void>): AsyncGenerator<Bytes> {
  const held: Bytes[] = [];
  let done = false;
  try {
    for await (const data of events(body, most)) {
      if (data === null) {
        if (!done) yield comment;
        continue;
      }
      if (done) throw new ReceiptError("other-answer", "the stream goes on after its end");
      if (data === "[DONE]") {
        done = true;
        continue;
      }
      const chunk = parsePlain(data);
      if (isRecord(chunk) && "error" in chunk) throw new ReceiptError("no-receipt", `the node broke the answer off: ${messageOf(chunk["error"])}`);
      seen.takeChunk(chunk);
      if (holdBack || seen.complete) held.push(framed(data));
      else yield framed(data);
    }
  } catch (error) {
    throw error instanceof Malformed ? new ReceiptError(/^the stream ends|more than/.test(error.message) ? "no-receipt" : "other-answer", error.message) : error;
  }
  if (!done || seen.assay === null) throw new ReceiptError("no-receipt", "the stream ended before its receipt: nothing of this answer is confirmed");
  await confirm();
  yield* held;
  yield framed("[DONE]");
}

function readable<T>(question: T | null): T {
  if (question === null) throw new ReceiptError("no-receipt", "the node answered a request that this client cannot read");
  return question;
}

function messageOf(error: unknown): string {
  const message = isRecord(error) ? error["message"] : undefined;
  return typeof message === "string" ? message.slice(0, 200).replace(/[\u0000-\u001f\u007f-\u009f]/g, "?") : "it does not say why";
}

function parsePlain(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Malformed("the answer is not JSON");
  }
}

function read<T>(fault: ReceiptFault, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof Malformed || error instanceof Unsupported) throw new ReceiptError(fault, error.message);
    throw error;
  }
}
