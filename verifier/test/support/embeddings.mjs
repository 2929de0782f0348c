import { sha, u32 } from "./signing.mjs";
import { issue } from "./issuer.mjs";
import { floats, tensors } from "./server.mjs";

/* A node with a model of embeddings as a function: what `fetch` would give, made from the specification, with any part wrong. */

/** Of each text. */
export const width = 4;
const numbers = (ids, dimensions) => Array.from({ length: dimensions }, (_, i) => Math.fround((i % 2 ? -1 : 1) * (ids[0] + i) / 30));

/** `change.answer` changes the answer; `change.issue`, `change.parameters` and `change.tensors` what is signed. */
export function serveEmbeddings(change = {}) {
  const server = { made: null };
  server.fetch = async request => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/v1/receipts/"))
      return request.headers.get("Assay-Disclosure") === server.made.salts.output ? new Response(JSON.stringify(server.made.bundle)) : new Response("{}", { status: 403 });
    if (pathname === "/log/checkpoint") return new Response(server.made.checkpoint);
    const body = Buffer.from(await request.arrayBuffer()), asked = JSON.parse(body), list = typeof asked.input === "string" || typeof asked.input[0] === "number" ? [asked.input] : asked.input;
    const texts = list.map((t, i) => typeof t === "string" ? [5 + i, 6, 7] : t), dimensions = asked.dimensions ?? width, encoding = asked.encoding_format ?? "float", tokens = texts.flat().length;
    const rows = texts.map(ids => numbers(ids, dimensions));
    const parameters = { api: "embedding", outcome: "answer", ticket: 0, pooling: "last", dimensions, encoding, texts: texts.length, usage: { promptTokens: tokens }, systemFingerprint: "fp_1" };
    change.parameters?.(parameters);
    const signed = [["embedding", "float32", [texts.length, dimensions], floats(rows.flat())]];
    change.tensors?.(signed);
    server.made = issue({
      wire: true, wireBytes: body, inputBytes: Buffer.concat([u32(texts.length), ...texts.flatMap(ids => [u32(ids.length), ...ids.map(u32)])]), outputBuffer: tensors(signed), nonce: request.headers.get("Assay-Nonce"), auditable: request.headers.get("Assay-Auditable") === "true", ...change.issue,
      edit: { receipt: r => { r.parameters = parameters; r.input.mediaType = change.mediaType ?? "application/vnd.assay.prompts.v1"; } },
    });
    const { bundle, index, salts } = server.made, payload = Buffer.from(bundle.envelope.payload, "base64"), { recordId } = JSON.parse(payload).predicate, sha256 = sha(payload).toString("hex");
    const answer = {
      object: "list", data: rows.map((row, i) => ({ object: "embedding", index: i, embedding: encoding === "base64" ? floats(row).toString("base64") : row })), model: "digits@1",
      usage: { prompt_tokens: tokens, total_tokens: tokens }, assay: { receipt: recordId, bundle: `/v1/receipts/${recordId}`, sha256, index, envelope: bundle.envelope, promise: bundle.promise, salts },
    };
    change.answer?.(answer);
    const text = JSON.stringify(answer);
    return new Response(change.raw?.(text) ?? text, { headers: { "Assay-Receipt": `${recordId}; sha256=${sha256}` } });
  };
  return server;
}

export const embed = (fetch, more = {}) => fetch("http://node.example/v1/embeddings", {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ model: "digits", input: ["a text", "another"], ...more }),
});
