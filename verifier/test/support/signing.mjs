import { createECDH, createHash, createPrivateKey, sign } from "node:crypto";

export const sha = (...parts) => parts.reduce((h, p) => h.update(p), createHash("sha256")).digest();
export const u64 = n => { const b = Buffer.alloc(8); b.writeBigUInt64BE(BigInt(n)); return b; };
export const u32 = n => { const b = Buffer.alloc(4); b.writeUInt32BE(n); return b; };
export const b64 = bytes => Buffer.from(bytes).toString("base64");

const made = new Map();

/** A throw-away key whose private half is the SHA-256 of a label. */
export function keyOf(label, algorithm = "ed25519") {
  const name = `${algorithm} ${label}`;
  if (!made.has(name)) made.set(name, algorithm === "ed25519" ? ed25519(sha(label)) : p256(sha(label)));
  return made.get(name);
}

function ed25519(seed) {
  const key = createPrivateKey({ key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]), format: "der", type: "pkcs8" });
  const raw = Buffer.from(key.export({ format: "jwk" }).x, "base64url");
  const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]);
  return { algorithm: "ed25519", raw, spki, id: sha(spki).toString("hex"), sign: message => sign(null, message, key) };
}

function p256(d) {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(d);
  const raw = ecdh.getPublicKey(), url = bytes => bytes.toString("base64url");
  const key = createPrivateKey({ key: { kty: "EC", crv: "P-256", d: url(d), x: url(raw.subarray(1, 33)), y: url(raw.subarray(33)) }, format: "jwk" });
  const spki = Buffer.concat([Buffer.from("3059301306072a8648ce3d020106082a8648ce3d030107034200", "hex"), raw]);
  return { algorithm: "ecdsa-p256-sha256", raw, spki, id: sha(spki).toString("hex"), sign: message => sign("sha256", message, { key, dsaEncoding: "ieee-p1363" }) };
}

const keyHash = (name, type, raw) => sha(name, Buffer.of(10, type), raw).subarray(0, 4);
export const vkey = (name, type, key) => `${name}+${keyHash(name, type, key.raw).toString("hex")}+${b64(Buffer.concat([Buffer.of(type), key.raw]))}`;

/** A signature line of a note (type 1). */
export const noteLine = (name, key, text) => `\u2014 ${name} ${b64(Buffer.concat([keyHash(name, 1, key.raw), key.sign(Buffer.from(text))]))}\n`;

/** A cosignature line (type 4) at a time in Unix seconds. */
export const cosignature = (name, key, text, time) =>
  `\u2014 ${name} ${b64(Buffer.concat([keyHash(name, 4, key.raw), u64(time), key.sign(Buffer.from(`cosignature/v1\ntime ${time}\n${text}`))]))}\n`;

/** DSSE. */
export const payloadType = "application/vnd.in-toto+json";
export const pae = body => Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `), body]);
export function envelope(statement, keys) {
  const body = Buffer.isBuffer(statement) ? statement : Buffer.from(JSON.stringify(statement));
  const signatures = keys.map(k => ({ keyid: k.id, sig: b64(k.sign(pae(body))) })).sort((a, b) => (a.keyid < b.keyid ? -1 : 1));
  return { payloadType, payload: b64(body), signatures };
}
