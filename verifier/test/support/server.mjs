import { sha, u64 } from "./signing.mjs";
import { issue } from "./issuer.mjs";

/* A node as a function: what `fetch` would give, made from the specification, with any answer wrong. */

const part = bytes => Buffer.concat([u64(bytes.length), bytes]);
/** The encoding of docs/spec/tensors.md: of [name, type, shape, data]. */
export const tensors = list => Buffer.concat([Buffer.from("assay/tensors/v1\n"), u64(list.length),
  ...list.map(([name, type, shape, data]) => Buffer.concat([part(Buffer.from(name)), part(Buffer.from(type)), u64(shape.length), ...shape.map(u64), part(data)]))]);
export const floats = values => Buffer.from(Float32Array.from(values).buffer);

const json = (value, status = 200, headers = {}) => new Response(JSON.stringify(value), { status, headers });

/** Doubles the numbers that it is given. `change` has a function for each thing that a node could do otherwise. */
export function serve(change = {}) {
  const server = { asked: [], made: null, issuedWith: null };
  server.fetch = async request => {
    const { pathname } = new URL(request.url);
    server.asked.push(pathname);
    if (pathname === "/log/checkpoint") return new Response(change.checkpoint?.() ?? server.made.checkpoint);
    if (pathname.startsWith("/v1/receipts/")) {
      if (request.headers.get("Assay-Disclosure") !== server.made.salts.output) return json({ error: "no" }, 403);
      return change.bundle?.(server) ?? json(server.made.bundle);
    }
    if (change.refuse) return json({ error: "no such model" }, 404);
    const body = Buffer.from(await request.arrayBuffer()), asked = JSON.parse(change.request?.(body.toString()) ?? body.toString()), said = asked.inputs[0].data, id = asked.id;
    const doubled = said.map(x => 2 * x);
    server.issuedWith = {
      wire: true, wireBytes: body, inputBytes: tensors([["x", "float32", [said.length], floats(said)]]), outputBuffer: tensors([["y", "float32", [said.length], floats(doubled)]]),
      nonce: request.headers.get("Assay-Nonce"), auditable: request.headers.get("Assay-Auditable") === "true", ...change.issue,
    };
    server.made = issue(server.issuedWith);
    const { bundle, index, salts } = server.made, payload = Buffer.from(bundle.envelope.payload, "base64"), digest = sha(payload).toString("hex");
    const { recordId } = JSON.parse(payload).predicate;
    const answer = {
      model_name: "digits", model_version: "1", id: id ?? recordId, outputs: [{ name: "y", datatype: "FP32", shape: [said.length], data: doubled }],
      assay: { receipt: recordId, bundle: `/v1/receipts/${recordId}`, sha256: digest, index, envelope: bundle.envelope, promise: bundle.promise, salts },
    };
    change.answer?.(answer);
    return json(answer, 200, change.header === null ? {} : { "Assay-Receipt": change.header ?? `${recordId}; sha256=${digest}` });
  };
  return server;
}

export const infer = (fetch, { data = [1, 0.1, -3], path = "/v2/models/digits/infer", headers = {} } = {}) => fetch(`http://node.example${path}`, {
  method: "POST", headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify({ inputs: [{ name: "x", datatype: "FP32", shape: [data.length], data }] }),
});

/** A policy of such a node's log. */
export const policyOf = (options = {}) => issue(options).policy;
