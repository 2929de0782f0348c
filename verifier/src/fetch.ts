import { Malformed, Unsupported } from "./errors.js";
import { equal, text, utf8, type Bytes } from "./bytes.js";
import { toBase64 } from "./base64.js";
import type { Bundle } from "./bundle.js";
import { parseCheckpoint } from "./checkpoint.js";
import { leafOf, otherAnswer, promisedLeaf, readAnswer, readBundle, type AnswerReceipt, type Exchange } from "./exchange.js";
import { faultType, verifyFault } from "./fault.js";
import { toHex } from "./hex.js";
import { memoryKeeper, type Keeper } from "./keeper.js";
import type { Policy } from "./policy.js";
import type { Report } from "./report.js";
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
  /** How long to wait for the entry to be in the tree, in milliseconds. */
  readonly patience?: number;
}

export interface Verified {
  readonly report: Report;
  readonly bundle: Bytes;
}

const verifiedBy = new WeakMap<Response, Verified>();
/** What the wrapper found about an answer that it handed on; undefined for one that it passed through. */
export const verifiedReceipt = (response: Response): Verified | undefined => verifiedBy.get(response);

const pause = 100;

interface Asked {
  readonly model: string;
  readonly version: string | null;
  /** Where the node's own paths begin, without a slash at the end. */
  readonly base: string;
}

/** `.../v2/models/{model}[/versions/{version}]/infer`, as forgiving of case and of slashes as a web server is; null for any other path. */
function inference(url: URL): Asked | null {
  const parts = url.pathname.split("/").filter(p => p !== "").map(decodeURIComponent), lower = parts.map(p => p.toLowerCase()), n = parts.length;
  if (lower[n - 1] !== "infer") return null;
  const versioned = lower[n - 3] === "versions", start = versioned ? n - 6 : n - 4;
  if (start < 0 || lower[start] !== "v2" || lower[start + 1] !== "models" || lower.lastIndexOf("v2") !== start) return null;
  return { model: parts[start + 2]!, version: versioned ? parts[n - 2]! : null, base: parts.slice(0, start).map(p => `/${encodeURIComponent(p)}`).join("") };
}

/** A success that should have been checked, but nobody here knows how to. */
function unknown(request: Request, url: URL, response: Response): Response {
  const below = request.method === "POST" && /^\/+(v2|%76%32|v%32|%762)(\/|$)/i.test(url.pathname);
  if (response.ok && (below || response.headers.has("Assay-Receipt"))) throw new ReceiptError("no-receipt", `an answer from ${url.pathname}, which this client does not know how to check`);
  return response;
}

/**
 * A `fetch` that hands an answer of `POST .../infer` on only when its receipt is verified by the policy and is this very
 * request's and answer's. Other requests, and answers that report an error, pass through.
 */
export function assayFetch(policy: Policy, options: FetchOptions = {}): typeof fetch {
  const send = options.fetch ?? globalThis.fetch, keeper = options.keep ?? memoryKeeper(), patience = options.patience ?? 30_000;
  return async (input, init) => {
    const request = new Request(input, init), url = new URL(request.url), asked = request.method === "POST" ? inference(url) : null;
    if (asked === null) return unknown(request, url, await send(request));

    const body = new Uint8Array(await request.arrayBuffer()), headers = new Headers(request.headers);
    const nonce = headers.get("Assay-Nonce") ?? toHex(crypto.getRandomValues(new Uint8Array(16)));
    headers.set("Assay-Nonce", nonce);
    const response = await send(new Request(url, { method: "POST", headers, body, signal: request.signal, credentials: request.credentials }));
    if (!response.ok) return response;
    if (response.status !== 200) throw new ReceiptError("no-receipt", `an answer with status ${response.status}: expected 200`);
    const answer = new Uint8Array(await response.arrayBuffer());
    const exchange: Exchange = { model: asked.model, version: asked.version, nonce, request: body, answer };

    const receipt = read("no-receipt", () => readAnswer(response.headers.get("Assay-Receipt"), answer));
    const leaf = await promisedLeaf(receipt, policy);
    if (leaf === null) throw new ReceiptError("bad-promise", "the promise is not of a log that the policy trusts, or does not cover the receipt");
    const bundleBytes = await fetchBundle(receipt, new URL(`${asked.base}/v1/receipts/${receipt.id}`, url), headers, request.signal);
    const found = await verify(bundleBytes, policy), bundle = readBundle(bundleBytes);
    if (bundle !== null) await rewritten(receipt, leaf, bundle, found);
    if (!found.accepted || bundle === null) throw new ReceiptError("not-accepted", `the policy does not accept the receipt: ${found.headline}`, found);
    const other = read("other-answer", () => otherAnswer(exchange, receipt, bundle));
    if (other !== null) throw new ReceiptError("other-answer", other, found);

    const { origin } = bundle.logProof.checkpoint, newer = await isNewer(bundle, await keeper.checkpoint(origin), found);
    await keeper.keep({ id: receipt.id, bundle: bundleBytes, origin, checkpoint: newer ? bundle.logProof.checkpointText : null });
    const handed = new Response(answer, { status: response.status, statusText: response.statusText, headers: response.headers });
    verifiedBy.set(handed, { report: found, bundle: bundleBytes });
    return handed;
  };

  /** The bundle, as soon as the entry is in the tree. */
  async function fetchBundle(receipt: AnswerReceipt, address: URL, sent: Headers, signal: AbortSignal): Promise<Bytes> {
    const headers = new Headers({ "Assay-Disclosure": receipt.salt }), key = sent.get("Authorization");
    if (key !== null) headers.set("Authorization", key);
    for (let waited = 0; ; waited += pause) {
      const response = await send(new Request(address, { headers, signal }));
      if (response.status === 200) return new Uint8Array(await response.arrayBuffer());
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

function read<T>(fault: ReceiptFault, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof Malformed || error instanceof Unsupported) throw new ReceiptError(fault, error.message);
    throw error;
  }
}
