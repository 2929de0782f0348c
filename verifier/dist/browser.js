// src/errors.ts
var Malformed = class extends Error {
  name = "Malformed";
};
var Unsupported = class extends Error {
  name = "Unsupported";
};
var CannotJudge = class extends Error {
  name = "CannotJudge";
};

// src/bytes.ts
var encoder = new TextEncoder();
var decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
var utf8 = (text2) => encoder.encode(text2);
function text(bytes2, what) {
  try {
    return decoder.decode(bytes2);
  } catch {
    throw new Malformed(`${what} is not UTF-8`);
  }
}
function concat(...parts) {
  const all = new Uint8Array(parts.reduce((sum, p3) => sum + p3.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
var equal = (a, b2) => a.length === b2.length && a.every((x, i) => x === b2[i]);
function u64be(n2) {
  const eight = new Uint8Array(8);
  new DataView(eight.buffer).setBigUint64(0, n2);
  return eight;
}
var u16be = (n2) => Uint8Array.of(n2 >> 8, n2 & 255);
var ascending = (names2) => names2.every((n2, i) => i === 0 || names2[i - 1] < n2);
function compareUtf8(a, b2) {
  const x = utf8(a), y = utf8(b2);
  for (let i = 0; i < x.length && i < y.length; i++)
    if (x[i] !== y[i]) return x[i] - y[i];
  return x.length - y.length;
}

// src/base64.ts
var alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
var values = new Int16Array(128).fill(-1);
for (let i = 0; i < 64; i++) values[alphabet.charCodeAt(i)] = i;
function fromBase64(text2, what) {
  const bad = () => new Malformed(`${what} is not base64`);
  const n2 = text2.length;
  if (n2 % 4 !== 0) throw bad();
  const pad = text2.endsWith("==") ? 2 : text2.endsWith("=") ? 1 : 0;
  const out = new Uint8Array(n2 / 4 * 3 - pad);
  let at = 0, bits2 = 0, held = 0;
  for (let i = 0; i < n2 - pad; i++) {
    const code = text2.charCodeAt(i);
    const value = code < 128 ? values[code] : -1;
    if (value < 0) throw bad();
    held = (held << 6 | value) & 4095;
    bits2 += 6;
    if (bits2 >= 8) {
      bits2 -= 8;
      out[at++] = held >> bits2 & 255;
    }
  }
  if ((held & (1 << bits2) - 1) !== 0) throw bad();
  return out;
}
function toBase64(bytes2) {
  const out = [];
  for (let i = 0; i < bytes2.length; i += 3) {
    const a = bytes2[i], b2 = bytes2[i + 1], c = bytes2[i + 2];
    out.push(alphabet[a >> 2] + alphabet[(a & 3) << 4 | (b2 ?? 0) >> 4] + (b2 === void 0 ? "=" : alphabet[(b2 & 15) << 2 | (c ?? 0) >> 6]) + (c === void 0 ? "=" : alphabet[c & 63]));
  }
  return out.join("");
}
function hash64(text2, what) {
  const bytes2 = fromBase64(text2, what);
  if (bytes2.length !== 32) throw new Malformed(`${what} is not a hash of 32 bytes`);
  return bytes2;
}

// src/hex.ts
var toHex = (bytes2) => Array.from(bytes2, (b2) => b2.toString(16).padStart(2, "0")).join("");
function fromHex(text2, length, what) {
  if (text2.length !== 2 * length || !/^[0-9a-f]*$/.test(text2))
    throw new Malformed(`${what} is not ${2 * length} lower-case hex digits`);
  return Uint8Array.from({ length }, (_, i) => parseInt(text2.slice(2 * i, 2 * i + 2), 16));
}

// src/json.ts
var JsonObject = class extends Map {
};
var maxDepth = 32;
var maxValues = 1 << 20;
var largest = (1n << 53n) - 1n;
function parseJson(bytes2, what, maxBytes6) {
  if (bytes2.length > maxBytes6) throw new Malformed(`${what} has ${bytes2.length} bytes, of at most ${maxBytes6}`);
  return new Parser(text(bytes2, what), what).document();
}
var Parser = class {
  constructor(text2, what) {
    this.text = text2;
    this.what = what;
  }
  text;
  what;
  at = 0;
  values = 0;
  document() {
    const value = this.value(1);
    this.space();
    if (this.at !== this.text.length) throw this.bad("more after the value");
    return value;
  }
  bad(why) {
    return new Malformed(`${this.what} is not strict JSON: ${why} at character ${this.at}`);
  }
  space() {
    for (; ; this.at++) {
      const c = this.text.charCodeAt(this.at);
      if (c !== 32 && c !== 10 && c !== 13 && c !== 9) return;
    }
  }
  value(depth) {
    this.space();
    if (++this.values > maxValues) throw this.bad("too many values");
    switch (this.text[this.at]) {
      case "{":
        return this.object(depth);
      case "[":
        return this.array(depth);
      case '"':
        return this.string();
      case "t":
        return this.word("true", true);
      case "f":
        return this.word("false", false);
      case "n":
        return this.word("null", null);
      default:
        return this.number();
    }
  }
  word(word, value) {
    if (!this.text.startsWith(word, this.at)) throw this.bad("an unknown word");
    this.at += word.length;
    return value;
  }
  number() {
    const digits = /(?:0|[1-9][0-9]{0,15})(?![0-9.eE])/y;
    digits.lastIndex = this.at;
    const found = digits.exec(this.text);
    if (found === null) throw this.bad("no value, or a number that is not an integer from 0 to 2^53 - 1");
    const value = BigInt(found[0]);
    if (value > largest) throw this.bad("a number above 2^53 - 1");
    this.at += found[0].length;
    return value;
  }
  enter(depth, close) {
    if (depth > maxDepth) throw this.bad("too deep");
    this.at++;
    this.space();
    if (this.text[this.at] !== close) return true;
    this.at++;
    return false;
  }
  /** Whether another member follows: a comma; the closing bracket ends it. */
  more(close) {
    this.space();
    const c = this.text[this.at];
    if (c !== "," && c !== close) throw this.bad(`neither a comma nor ${close}`);
    this.at++;
    return c === ",";
  }
  array(depth) {
    const items = [];
    if (this.enter(depth, "]"))
      do
        items.push(this.value(depth + 1));
      while (this.more("]"));
    return items;
  }
  object(depth) {
    const members6 = new JsonObject();
    if (this.enter(depth, "}"))
      do {
        this.space();
        const name = this.string();
        if (members6.has(name)) throw this.bad("a name twice");
        this.space();
        if (this.text[this.at] !== ":") throw this.bad("no colon");
        this.at++;
        members6.set(name, this.value(depth + 1));
      } while (this.more("}"));
    return members6;
  }
  string() {
    if (this.text[this.at] !== '"') throw this.bad("no string");
    const parts = [];
    let from = ++this.at;
    for (; ; this.at++) {
      const c = this.text.charCodeAt(this.at);
      if (Number.isNaN(c)) throw this.bad("a string without an end");
      if (c < 32) throw this.bad("a control character in a string");
      if (c !== 34 && c !== 92) continue;
      parts.push(this.text.slice(from, this.at));
      if (c === 34) break;
      parts.push(this.escape());
      from = this.at + 1;
    }
    this.at++;
    const value = parts.join("");
    if (/\p{Surrogate}/u.test(value)) throw this.bad("a lone surrogate");
    return value;
  }
  /** Reads from the backslash on and stops at the last character of the escape. */
  escape() {
    const c = this.text[++this.at] ?? "";
    if (c === "u") {
      const digits = this.text.slice(this.at + 1, this.at + 5);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.bad("a bad escape");
      this.at += 4;
      return String.fromCharCode(parseInt(digits, 16));
    }
    const i = '"\\/bfnrt'.indexOf(c);
    if (c === "" || i < 0) throw this.bad("a bad escape");
    return '"\\/\b\f\n\r	'[i];
  }
};

// src/fields.ts
function object(value, what) {
  if (!(value instanceof JsonObject)) throw new Malformed(`${what} is not an object`);
  return value;
}
function only(value, names2, what) {
  const members6 = object(value, what);
  for (const name of members6.keys())
    if (!names2.includes(name)) throw new Malformed(`${what} has an unknown member "${name.slice(0, 80)}"`);
  return members6;
}
function array(value, what) {
  if (!Array.isArray(value)) throw new Malformed(`${what} is not an array`);
  return value;
}
function string(value, what) {
  if (typeof value !== "string") throw new Malformed(`${what} is not a string`);
  return value;
}
function integer(value, what) {
  if (typeof value !== "bigint") throw new Malformed(`${what} is not an integer from 0 to 2^53 - 1`);
  return value;
}
function boolean(value, what) {
  if (typeof value !== "boolean") throw new Malformed(`${what} is not true or false`);
  return value;
}
function label(value, what) {
  const text2 = string(value, what);
  if (text2.length < 1 || text2.length > 1024 || /[\u0000-\u001f\u007f-\u009f]/.test(text2))
    throw new Malformed(`${what} is not 1 to 1,024 characters without control characters`);
  return text2;
}
var digest = (value, what) => {
  const text2 = string(value, what);
  fromHex(text2, 32, what);
  return text2;
};
var bytes64 = (value, what) => fromBase64(string(value, what), what);
var hash = (value, what) => hash64(string(value, what), what);
function path(value, what) {
  const items = array(value, what);
  if (items.length > 128) throw new Malformed(`${what} has more than 128 hashes`);
  return items.map((i) => hash(i, what));
}
function time(value, what) {
  const text2 = string(value, what);
  const found = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,7})?Z$/.exec(text2);
  const [year, month, day, hour, minute, second] = (found ?? []).slice(1).map(Number);
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  if (found === null || year < 1 || day < 1 || day > days || hour > 23 || minute > 59 || second > 59)
    throw new Malformed(`${what} is not a time of the form YYYY-MM-DDTHH:MM:SSZ`);
  return text2;
}
function decimal(text2, what) {
  if (!/^(0|[1-9][0-9]{0,19})$/.test(text2) || BigInt(text2) >= 1n << 64n)
    throw new Malformed(`${what} is not a decimal number from 0 to 2^64 - 1`);
  return BigInt(text2);
}

// src/sha256.ts
var primes = Array.from({ length: 312 }, (_, i) => i).filter((n2) => n2 > 1 && !Array.from({ length: n2 }, (_, d) => d).some((d) => d > 1 && n2 % d === 0));
var root = (prime, power) => {
  const target = BigInt(prime) << 32n * power;
  let low = 0n, high = 1n << 40n;
  while (high - low > 1n) {
    const middle = low + high >> 1n;
    if (middle ** power <= target) low = middle;
    else high = middle;
  }
  return Number(low & 0xffffffffn) | 0;
};
var K = Int32Array.from(primes.slice(0, 64), (p3) => root(p3, 3n));
var initial = Int32Array.from(primes.slice(0, 8), (p3) => root(p3, 2n));
function compress(state, w, block, at) {
  for (let i = 0; i < 16; i++) w[i] = block.getInt32(at + 4 * i);
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15], y = w[i - 2];
    const s0 = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3;
    const s1 = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1 | 0;
  }
  let a = state[0], b2 = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
  for (let i = 0; i < 64; i++) {
    const s1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
    const t1 = h + s1 + (e & f ^ ~e & g) + K[i] + w[i] | 0;
    const s0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
    const t2 = s0 + (a & b2 ^ a & c ^ b2 & c) | 0;
    h = g;
    g = f;
    f = e;
    e = d + t1 | 0;
    d = c;
    c = b2;
    b2 = a;
    a = t1 + t2 | 0;
  }
  state[0] += a;
  state[1] += b2;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}
function sha256(...parts) {
  const state = initial.slice(), w = new Int32Array(64);
  const held = new Uint8Array(64), heldView = new DataView(held.buffer);
  let fill = 0, total = 0;
  for (const part of parts) {
    total += part.length;
    let at = 0;
    if (fill > 0) {
      at = Math.min(64 - fill, part.length);
      held.set(part.subarray(0, at), fill);
      fill += at;
      if (fill < 64) continue;
      compress(state, w, heldView, 0);
      fill = 0;
    }
    const view3 = new DataView(part.buffer, part.byteOffset, part.byteLength);
    for (; at + 64 <= part.length; at += 64) compress(state, w, view3, at);
    held.set(part.subarray(at));
    fill = part.length - at;
  }
  held.fill(0, fill);
  held[fill] = 128;
  if (fill >= 56) {
    compress(state, w, heldView, 0);
    held.fill(0);
  }
  heldView.setUint32(56, Math.floor(total / 536870912));
  heldView.setUint32(60, total * 8 >>> 0);
  compress(state, w, heldView, 0);
  const out = new Uint8Array(32), view2 = new DataView(out.buffer);
  state.forEach((x, i) => view2.setInt32(4 * i, x));
  return out;
}

// src/merkle.ts
var zero = Uint8Array.of(0);
var one = Uint8Array.of(1);
var leafHash = (...data) => sha256(zero, ...data);
var nodeHash = (left, right) => sha256(one, left, right);
var emptyRoot = sha256();
function treeHead(leaves) {
  if (leaves.length === 0) return emptyRoot;
  const stack = [];
  for (const leaf of leaves) {
    let size = 1, head = leaf;
    while (stack.at(-1)?.size === size) {
      head = nodeHash(stack.pop().head, head);
      size *= 2;
    }
    stack.push({ size, head });
  }
  return stack.map((s) => s.head).reduceRight((right, left) => nodeHash(left, right));
}
function includes(index, size, leaf, path2, root2) {
  if (index < 0n || index >= size) return false;
  let fn = index, sn = size - 1n, r = leaf;
  for (const p3 of path2) {
    if (sn === 0n) return false;
    if ((fn & 1n) === 1n || fn === sn) {
      r = nodeHash(p3, r);
      if ((fn & 1n) === 0n)
        do {
          fn >>= 1n;
          sn >>= 1n;
        } while ((fn & 1n) === 0n && fn !== 0n);
    } else {
      r = nodeHash(r, p3);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && equal(r, root2);
}
function isConsistent(size1, root1, size2, root2, path2) {
  if (size1 <= 0n || size1 > size2) return false;
  if (size1 === size2) return path2.length === 0 && equal(root1, root2);
  const hashes = [...path2];
  let fn = size1 - 1n, sn = size2 - 1n;
  while ((fn & 1n) === 1n) {
    fn >>= 1n;
    sn >>= 1n;
  }
  const first = fn === 0n ? root1 : hashes.shift();
  if (first === void 0) return false;
  let fr = first, sr = first;
  for (const c of hashes) {
    if (sn === 0n) return false;
    if ((fn & 1n) === 1n || fn === sn) {
      fr = nodeHash(c, fr);
      sr = nodeHash(c, sr);
      if ((fn & 1n) === 0n)
        do {
          fn >>= 1n;
          sn >>= 1n;
        } while ((fn & 1n) === 0n && fn !== 0n);
    } else {
      sr = nodeHash(sr, c);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && equal(fr, root1) && equal(sr, root2);
}
function headOfSpan(first, leaves, size, path2) {
  const end = first + BigInt(leaves.length);
  if (leaves.length === 0 || end > size) return null;
  let next = 0;
  const head = (a, b2) => {
    if (b2 <= first || a >= end) return path2[next++] ?? null;
    if (a + 1n === b2) return leaves[Number(a - first)];
    let k = 1n;
    while (k * 2n < b2 - a) k *= 2n;
    const left = head(a, a + k);
    const right = left === null ? null : head(a + k, b2);
    return right === null ? null : nodeHash(left, right);
  };
  const root2 = head(0n, size);
  return next === path2.length ? root2 : null;
}

// src/envelope.ts
var payloadType = "application/vnd.in-toto+json";
var maxPayload = 1 << 20;
var maxEntry = 65535;
var pae = (type, body) => concat(utf8(`DSSEv1 ${utf8(type).length} ${type} ${body.length} `), body);
function readEnvelope(value, what) {
  const members6 = only(value, ["payloadType", "payload", "signatures"], what);
  if (string(members6.get("payloadType"), `the payloadType of ${what}`) !== payloadType)
    throw new Malformed(`${what} has another payload type than ${payloadType}`);
  const payload = bytes64(members6.get("payload"), `the payload of ${what}`);
  if (payload.length > maxPayload) throw new Malformed(`the payload of ${what} has more than ${maxPayload} bytes`);
  const list2 = array(members6.get("signatures"), `the signatures of ${what}`);
  if (list2.length < 1 || list2.length > 16) throw new Malformed(`${what} has not 1 to 16 signatures`);
  const signatures = list2.map((s) => {
    const each = only(s, ["keyid", "sig"], `a signature of ${what}`);
    const bytes2 = bytes64(each.get("sig"), `a signature of ${what}`);
    if (bytes2.length !== 64) throw new Malformed(`a signature of ${what} has not 64 bytes`);
    return { keyId: digest(each.get("keyid"), `a key id of ${what}`), bytes: bytes2 };
  });
  return { payload, signatures, pae: pae(payloadType, payload) };
}
function readOpenEntry(entry, what) {
  const envelope = readEnvelope(parseJson(entry, what, maxEntry), what);
  if (!ascending(envelope.signatures.map((s) => s.keyId)))
    throw new Malformed(`the signatures of ${what} are not in ascending order of their key ids`);
  if (!equal(entry, writeOpenEntry(envelope))) throw new Malformed(`${what} is not compact JSON in the order of its members`);
  return envelope;
}
var writeOpenEntry = (e) => utf8(
  `{"payloadType":"${payloadType}","payload":"${toBase64(e.payload)}","signatures":[` + e.signatures.map((s) => `{"keyid":"${s.keyId}","sig":"${toBase64(s.bytes)}"}`).join() + "]}"
);
function sealedLeaf(sequence, envelope, algorithm) {
  const { bytes: signature2, keyId } = envelope.signatures[0];
  return leafHash(
    utf8("assay/sealed/v1\n"),
    u64be(sequence),
    sha256(envelope.pae),
    fromHex(keyId, 32, "a key id"),
    Uint8Array.of(algorithm === "ed25519" ? 1 : 2),
    u16be(signature2.length),
    signature2
  );
}

// src/webcrypto.ts
var imported = /* @__PURE__ */ new Map();
var keptKeys = 256;
function importKey(raw, algorithm) {
  const name = `${algorithm} ${raw.join()}`;
  const known = imported.get(name);
  if (known !== void 0) return known;
  if (imported.size >= keptKeys) imported.clear();
  const key2 = crypto.subtle.importKey("raw", raw, algorithm === "P-256" ? { name: "ECDSA", namedCurve: "P-256" } : { name: "Ed25519" }, false, ["verify"]);
  imported.set(name, key2);
  key2.catch(() => imported.delete(name));
  return key2;
}
async function platformVerify(algorithm, raw, signature2, message) {
  if (globalThis.crypto?.subtle === void 0)
    throw new CannotJudge("there is no WebCrypto here: use a current browser and a secure context, or Node.js 20 or newer");
  await needs(algorithm);
  try {
    const key2 = await importKey(raw, algorithm);
    return await crypto.subtle.verify(algorithm === "P-256" ? { name: "ECDSA", hash: "SHA-256" } : { name: "Ed25519" }, key2, signature2, message);
  } catch (error) {
    const name = error.name;
    if (name === "DataError" || name === "OperationError") return false;
    throw new CannotJudge(`this platform cannot check ${algorithm} signatures (${name}): nothing was judged`);
  }
}
var rightKey = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
var rightSignature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
var cofactorKey = "eb94b4e7f0fe59bccd55feeb70889ee1cd4831c7213583ffb1331b7c9f184e94";
var cofactorSignature = "1499c527aebc1db14958ee0fa911b543d0e8d20b028c2c884737d8a018b925b69b8c5d63e903acdf725c73e3ba2ce0a235572e9cc4ba5099c030a65c0bbbaf0e";
var bytes = (hex) => Uint8Array.from(hex.match(/../g), (h) => parseInt(h, 16));
var ed25519;
async function needs(algorithm) {
  if (algorithm === "P-256") return;
  const why = await (ed25519 ??= tryEd25519());
  if (why !== null) throw new CannotJudge(why);
}
async function tryEd25519() {
  const accepts = async (key2, signature2) => crypto.subtle.verify(
    { name: "Ed25519" },
    await crypto.subtle.importKey("raw", bytes(key2), { name: "Ed25519" }, false, ["verify"]),
    bytes(signature2),
    new Uint8Array(0)
  ).catch(() => false);
  if (!await accepts(rightKey, rightSignature).catch(() => false)) return "this platform cannot check Ed25519 signatures: nothing was judged";
  return await accepts(cofactorKey, cofactorSignature).catch(() => false) ? "this platform checks Ed25519 signatures by the cofactored equation, which is another rule than ours: nothing was judged" : null;
}

// src/ed25519.ts
var p = (1n << 255n) - 19n;
var order = (1n << 252n) + 27742317777372353535851937790883648493n;
var littleEndian = (bytes2) => bytes2.reduceRight((n2, b2) => n2 << 8n | BigInt(b2), 0n);
var y8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;
var smallOrder = /* @__PURE__ */ new Set([1n, p - 1n, 0n, y8, p - y8]);
function isSoundPoint(point) {
  if (point.length !== 32) return false;
  const y = littleEndian(point) & (1n << 255n) - 1n;
  return y < p && !smallOrder.has(y);
}
async function verifyEd25519(key2, message, signature2) {
  if (signature2.length !== 64 || !isSoundPoint(key2) || !isSoundPoint(signature2.subarray(0, 32))) return false;
  if (littleEndian(signature2.subarray(32)) >= order) return false;
  return platformVerify("Ed25519", key2, signature2, message);
}

// src/p256.ts
var p2 = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
var n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
var b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
var bigEndian = (bytes2) => bytes2.reduce((v, x) => v << 8n | BigInt(x), 0n);
function isOnCurve(point) {
  if (point.length !== 65 || point[0] !== 4) return false;
  const x = bigEndian(point.subarray(1, 33)), y = bigEndian(point.subarray(33));
  return x < p2 && y < p2 && (y * y - (x * x * x - 3n * x + b)) % p2 === 0n;
}
async function verifyP256(key2, message, signature2) {
  if (signature2.length !== 64 || !isOnCurve(key2)) return false;
  const r = bigEndian(signature2.subarray(0, 32)), s = bigEndian(signature2.subarray(32));
  if (r < 1n || r >= n || s < 1n || s >= n) return false;
  return platformVerify("P-256", key2, signature2, message);
}

// src/keys.ts
var ed25519Prefix = fromHex("302a300506032b6570032100", 12, "prefix");
var p256Prefix = fromHex("3059301306072a8648ce3d020106082a8648ce3d030107034200", 26, "prefix");
function parseSpki(spki, what) {
  const id = toHex(sha256(spki));
  if (spki.length === 44 && equal(spki.subarray(0, 12), ed25519Prefix)) return { ...ed25519Key(spki.slice(12), what), id };
  if (spki.length !== 91 || !equal(spki.subarray(0, 26), p256Prefix))
    throw new Malformed(`${what} is neither an Ed25519 nor a P-256 SubjectPublicKeyInfo`);
  const raw = spki.slice(26);
  if (!isOnCurve(raw)) throw new Malformed(`${what} is not a point on P-256`);
  return { algorithm: "ecdsa-p256-sha256", raw, id };
}
function ed25519Key(raw, what) {
  if (!isSoundPoint(raw)) throw new Malformed(`${what} is not a canonical Ed25519 key, or of small order`);
  return { algorithm: "ed25519", raw, id: toHex(sha256(ed25519Prefix, raw)) };
}
var verifySignature = (key2, message, signature2) => key2.algorithm === "ed25519" ? verifyEd25519(key2.raw, message, signature2) : verifyP256(key2.raw, message, signature2);

// src/note.ts
var maxLines = 100;
var notInNames = /[\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000+]/;
var isKeyName = (name) => name !== "" && !notInNames.test(name);
function parseNote(note, what) {
  const parsed = parseAnyNote(note, what);
  if (new Set(parsed.lines.map((l) => `${l.id} ${l.name}`)).size !== parsed.lines.length)
    throw new Malformed(`${what} is not a signed note in its one spelling: two lines of the same key`);
  return parsed;
}
function parseAnyNote(note, what) {
  const bad = (why) => new Malformed(`${what} is not a signed note: ${why}`);
  if (/[\u0000-\u0009\u000b-\u001f]/.test(note)) throw bad("a control character");
  const split = note.lastIndexOf("\n\n");
  if (split < 0 || !note.endsWith("\n") || split + 2 === note.length) throw bad("no signature lines after an empty line");
  const rows = note.slice(split + 2, -1).split("\n");
  if (rows.length > maxLines) throw bad(`more than ${maxLines} signature lines`);
  const lines = rows.map((row) => {
    const [dash, name, sig, ...more] = row.split(" ");
    if (dash !== "\u2014" || name === void 0 || sig === void 0 || more.length > 0) throw bad("a signature line of another form");
    if (!isKeyName(name)) throw bad("a key name with a space, a control character or a plus sign");
    const bytes2 = fromBase64(sig, `a signature of ${what}`);
    if (bytes2.length < 5) throw bad("a signature that is too short");
    return { name, id: toHex(bytes2.subarray(0, 4)), signature: bytes2.slice(4) };
  });
  return { text: note.slice(0, split + 1), lines };
}
function parseVerifierKey(vkey, types2, what) {
  const bad = (why) => new Malformed(`${what} is not a verifier key: ${why}`);
  const [name, id, encoded] = [vkey.split("+", 1)[0], vkey.slice(vkey.indexOf("+") + 1, vkey.indexOf("+") + 9), vkey.slice(vkey.indexOf("+") + 10)];
  if (!vkey.includes("+") || vkey[name.length + 9] !== "+") throw bad("it is not NAME+ID+KEY");
  if (!isKeyName(name)) throw bad("its name is empty, or has a space or a control character");
  fromHex(id, 4, `the id of ${what}`);
  const bytes2 = fromBase64(encoded, what);
  const type = bytes2[0];
  if (bytes2.length !== 33 || type !== 1 && type !== 4 || !types2.includes(type)) throw bad("it is of another type");
  if (keyHash(name, type, bytes2.slice(1)) !== id) throw bad("its id is not that of its name and key");
  return { name, id, type, key: ed25519Key(bytes2.slice(1), what) };
}
var keyHash = (name, type, key2) => toHex(sha256(utf8(name), Uint8Array.of(10, type), key2).subarray(0, 4));
var lineOf = (note, key2) => note.lines.find((l) => l.name === key2.name && l.id === key2.id);
var verifyLine = (note, key2, line) => verifySignature(key2.key, utf8(note.text), line.signature);
async function isSignedBy(note, key2) {
  const line = lineOf(note, key2);
  return line !== void 0 && verifyLine(note, key2, line);
}

// src/statement.ts
var maxBytes = 1 << 20;
function readStatement(payload, known, algorithm, what) {
  const members6 = object(parseJson(payload, what, maxBytes), what);
  const predicateType = string(members6.get("predicateType"), `the predicateType of ${what}`);
  if (!known.includes(predicateType)) throw new Unsupported(`${what} has the predicate type "${predicateType.slice(0, 80)}"`);
  if (members6.get("_type") !== "https://in-toto.io/Statement/v1") throw new Malformed(`${what} is not an in-toto Statement v1`);
  const predicate = object(members6.get("predicate"), `the predicate of ${what}`);
  return { subject: readSubject(members6.get("subject"), algorithm, what), predicateType, predicate };
}
function readSubject(value, algorithm, what) {
  const subjects = array(value, `the subject of ${what}`);
  if (subjects.length !== 1) throw new Malformed(`${what} has not exactly one subject`);
  const subject = object(subjects[0], `the subject of ${what}`);
  const digests = only(subject.get("digest"), [algorithm], `the digest of the subject of ${what}`);
  return { name: label(subject.get("name"), `the name of the subject of ${what}`), digest: digest(digests.get(algorithm), `the digest of the subject of ${what}`) };
}
function subjectIs({ subject }, name, hex, what) {
  if (subject.name !== name || subject.digest !== hex) throw new Malformed(`the subject and the predicate of ${what} disagree`);
}

// src/events.ts
var types = {
  genesis: "urn:assay:genesis:v1",
  key: "urn:assay:key:v1",
  model: "urn:assay:model:v1",
  owner: "urn:assay:owner:v1",
  epoch: "urn:assay:epoch:v1",
  // Of audits (docs/spec/audits.md): no bundle holds one, so a bundle that does is malformed and not of a later version.
  terms: "urn:assay:audit-terms:v1",
  seed: "urn:assay:audit-seed:v1",
  refusal: "urn:assay:audit-refusal:v1",
  draw: "urn:assay:audit-draw:v1",
  verdicts: "urn:assay:audit-verdicts:v1",
  canary: "urn:assay:audit-canary:v1",
  plant: "urn:assay:audit-plant:v1",
  challenge: "urn:assay:challenge:v1",
  observations: "urn:assay:observations:v1",
  account: "urn:assay:account-epoch:v1",
  journal: "urn:assay:journal:v1"
};
var knownEventTypes = Object.values(types);
function readEvent(payload, type, what) {
  const statement = readStatement(payload, knownEventTypes, "sha256", what);
  if (statement.predicateType !== type) throw new Malformed(`${what} is an event of another kind`);
  return statement;
}
function readGenesis(payload) {
  const what = "the genesis event", statement = readEvent(payload, types.genesis, what), p3 = statement.predicate;
  const origin = label(p3.get("origin"), `origin of ${what}`);
  const rootKeys = array(p3.get("rootKeys"), `rootKeys of ${what}`).map((k) => parseSpki(bytes64(k, `a root key of ${what}`), `a root key of ${what}`));
  if (rootKeys.length < 1 || rootKeys.length > 16 || !ascending(rootKeys.map((k) => k.id)))
    throw new Malformed(`rootKeys of ${what} are not 1 to 16 in ascending order of their key ids`);
  const threshold = integer(p3.get("threshold"), `threshold of ${what}`);
  if (threshold < 1n || threshold > BigInt(rootKeys.length)) throw new Malformed(`threshold of ${what} is not from 1 to the number of root keys`);
  const logKey = parseVerifierKey(string(p3.get("logKey"), `logKey of ${what}`), [1], `logKey of ${what}`);
  if (logKey.name !== origin) throw new Malformed(`logKey of ${what} has another name than the origin`);
  const maxLease = integer(p3.get("maxLease"), `maxLease of ${what}`);
  integer(p3.get("promiseSeconds"), `promiseSeconds of ${what}`);
  const node = label(p3.get("node"), `node of ${what}`);
  time(p3.get("createdAt"), `createdAt of ${what}`);
  subjectIs(statement, origin, toHex(rootSetId({ threshold, rootKeys })), what);
  return { origin, rootKeys, threshold, logKey, maxLease, node };
}
var rootSetId = ({ threshold, rootKeys }) => sha256(utf8("assay/roots/v1\n"), u64be(threshold), concat(...rootKeys.map((k) => fromHex(k.id, 32, "a key id"))));
function readKeyEvent(payload) {
  const what = "a key event", statement = readEvent(payload, types.key, what), p3 = statement.predicate;
  const origin = label(p3.get("origin"), `origin of ${what}`), action = string(p3.get("action"), `action of ${what}`);
  if (action !== "introduce" && action !== "renew" && action !== "retire" && action !== "compromise")
    throw new Malformed(`${what} has an unknown action`);
  const { digest: keyId } = statement.subject;
  subjectIs(statement, "key", keyId, what);
  const introduces = action === "introduce", key2 = introduces ? parseSpki(bytes64(p3.get("key"), `key of ${what}`), `key of ${what}`) : null;
  if (key2 !== null && key2.id !== keyId) throw new Malformed(`the subject and the predicate of ${what} disagree`);
  if (key2 !== null && p3.get("algorithm") !== key2.algorithm) throw new Malformed(`algorithm of ${what} is not that of its key`);
  return {
    origin,
    action,
    keyId,
    key: key2,
    segment: introduces ? readSegment(p3.get("segment"), `segment of ${what}`) : null,
    until: introduces || action === "renew" ? integer(p3.get("until"), `until of ${what}`) : null,
    from: action === "compromise" ? integer(p3.get("from"), `from of ${what}`) : null
  };
}
function readSegment(value, what) {
  const m = object(value, what);
  return {
    service: label(m.get("service"), `service of ${what}`),
    model: digest(m.get("model"), `model of ${what}`),
    profile: label(m.get("profile"), `profile of ${what}`),
    region: label(m.get("region"), `region of ${what}`)
  };
}
function readModelEvent(payload) {
  const what = "the model event", statement = readEvent(payload, types.model, what), p3 = statement.predicate;
  const event = {
    origin: label(p3.get("origin"), `origin of ${what}`),
    name: label(p3.get("name"), `name of ${what}`),
    version: label(p3.get("version"), `version of ${what}`),
    manifest: digest(p3.get("manifest"), `manifest of ${what}`),
    format: label(p3.get("format"), `format of ${what}`),
    graph: digest(p3.get("graph"), `graph of ${what}`),
    proofModel: p3.has("proofModel") ? digest(p3.get("proofModel"), `proofModel of ${what}`) : null
  };
  const files = array(p3.get("files"), `files of ${what}`).map((f) => readFile(object(f, `a file of ${what}`), what));
  if (files.length < 1 || files.length > 65536) throw new Malformed(`files of ${what} are not 1 to 65,536`);
  if (modelDigest(files, what) !== event.manifest) throw new Malformed(`manifest of ${what} is not the digest of its files`);
  subjectIs(statement, `${event.name}@${event.version}`, event.manifest, what);
  return event;
}
function readFile(m, what) {
  const name = label(m.get("name"), `the name of a file of ${what}`);
  if (name.split("/").some((part) => part === "" || part === "." || part === "..") || /[\\:]/.test(name))
    throw new Malformed(`the name of a file of ${what} is not a relative path`);
  integer(m.get("size"), `the size of a file of ${what}`);
  return { name, sha256: digest(m.get("sha256"), `the sha256 of a file of ${what}`) };
}
function modelDigest(files, what) {
  const sorted = [...files].sort((a, b2) => compareUtf8(a.name, b2.name));
  if (sorted.some((f, i) => i > 0 && sorted[i - 1].name === f.name)) throw new Malformed(`${what} names a file twice`);
  return toHex(sha256(...sorted.map((f) => fromHex(f.sha256, 32, "a digest"))));
}
function readEpoch(payload) {
  const what = "the epoch event", statement = readEvent(payload, types.epoch, what), p3 = statement.predicate;
  const event = {
    origin: label(p3.get("origin"), `origin of ${what}`),
    size: integer(p3.get("size"), `size of ${what}`),
    root: hash(p3.get("root"), `root of ${what}`),
    keys: integer(p3.get("keys"), `keys of ${what}`),
    index: hash(p3.get("index"), `index of ${what}`)
  };
  subjectIs(statement, event.origin, toHex(event.index), what);
  return event;
}

// src/checkpoint.ts
function parseCheckpoint(text2, what) {
  const note = parseNote(text2, what);
  const [origin, size, root2, ...extensions] = note.text.slice(0, -1).split("\n");
  if (origin === void 0 || size === void 0 || root2 === void 0 || origin === "" || extensions.includes(""))
    throw new Malformed(`${what} is not a checkpoint of three or more lines`);
  return { note, origin, size: decimal(size, `the size of ${what}`), root: hash64(root2, `the root of ${what}`) };
}
async function cosignedAt(note, witness) {
  const line = lineOf(note, witness);
  if (line === void 0) return null;
  if (line.signature.length !== 72) return false;
  const time3 = new DataView(line.signature.buffer, line.signature.byteOffset).getBigUint64(0);
  if (time3 >= 1n << 63n) return false;
  const message = concat(utf8(`cosignature/v1
time ${time3}
`), utf8(note.text));
  return await verifySignature(witness.key, message, line.signature.slice(8)) ? time3 : false;
}

// src/proof.ts
var maxHashes = 64;
function parseLogProof(text2, what) {
  const frame2 = parseProofFrame(text2, what);
  return { ...frame2, checkpoint: parseCheckpoint(frame2.checkpointText, `the checkpoint of ${what}`) };
}
function parseProofFrame(text2, what) {
  const bad = (why) => new Malformed(`${what} is not a tlog-proof: ${why}`);
  const split = text2.indexOf("\n\n");
  if (split < 0) throw bad("there is no empty line before the checkpoint");
  const rows = text2.slice(0, split).split("\n");
  if (rows.shift() !== "c2sp.org/tlog-proof@v1") throw bad("its first line is another");
  const extra = rows[0]?.startsWith("extra ") ? fromBase64(rows.shift().slice(6), `the extra data of ${what}`) : null;
  const index = rows.shift();
  if (index === void 0 || !index.startsWith("index ")) throw bad("there is no index");
  if (rows.length > maxHashes) throw bad(`more than ${maxHashes} hashes`);
  return {
    extra,
    index: decimal(index.slice(6), `the index of ${what}`),
    path: rows.map((r) => hash64(r, `a hash of ${what}`)),
    checkpointText: text2.slice(split + 2)
  };
}
var proves = (proof, leaf) => includes(proof.index, proof.checkpoint.size, leaf, proof.path, proof.checkpoint.root);

// src/promise.ts
function readPromise(note, what) {
  const rows = note.text.split("\n");
  const [domain3, origin, range, root2, deadline, end] = rows, numbers2 = range?.split(" ");
  if (rows.length !== 6 || domain3 !== "assay/promise/v1" || numbers2?.length !== 2 || end !== "") throw new Malformed(`${what} is not the text of a promise`);
  const first = decimal(numbers2[0], `FIRST of ${what}`), count2 = decimal(numbers2[1], `COUNT of ${what}`);
  if (count2 < 1n || first + count2 >= 1n << 64n) throw new Malformed(`${what} is over an impossible range`);
  if (origin === "") throw new Malformed(`${what} names no origin`);
  return {
    note,
    origin,
    first,
    count: count2,
    batchRoot: hash64(root2, `the batch root of ${what}`),
    deadline: decimal(deadline, `the deadline of ${what}`)
  };
}
var promises = (promise2, index, leaf, path2) => index >= promise2.first && index < promise2.first + promise2.count && includes(index - promise2.first, promise2.count, leaf, path2, promise2.batchRoot);

// src/receipt.ts
var tensorType = "application/vnd.assay.tensors.v1";
var tokenType = "application/vnd.assay.tokens.v1";
var relayedType = "application/vnd.assay.relayed.v1";
var pieceLength = 65536n;
var members = [
  "recordId",
  "sequence",
  "clientNonce",
  "issuer",
  "model",
  "input",
  "output",
  "parameters",
  "execution",
  "requestedAt",
  "completedAt",
  "notBefore",
  "auditable",
  "venue",
  "evidence",
  "critical"
];
function readReceipt(payload) {
  const statement = readStatement(payload, ["urn:assay:inference:v1"], "assay-hmac-sha256", "the statement");
  const p3 = statement.predicate, at = (name) => `predicate.${name}`;
  for (const item of array(p3.get("critical"), at("critical"))) {
    const name = string(item, at("critical"));
    if (!members.includes(name)) throw new Unsupported(`the statement has a critical member "${name.slice(0, 80)}"`);
  }
  if (array(p3.get("evidence"), at("evidence")).length > 0) throw new Unsupported("the statement has evidence of an unknown kind");
  const execution2 = object(p3.get("execution"), at("execution"));
  const determinism = string(execution2.get("determinism"), at("execution.determinism"));
  if (determinism !== "exact" && determinism !== "relayed") throw new Unsupported("the statement has another determinism than exact or relayed");
  const output = readOutput(p3.get("output"));
  if (determinism === "relayed" !== isRelayed(output)) throw new Malformed(`predicate.execution.determinism is relayed exactly where the output is ${relayedType}`);
  const recordId = string(p3.get("recordId"), at("recordId"));
  if (!/^[0-9a-f]{32}$/.test(recordId)) throw new Malformed("predicate.recordId is not 32 lower-case hex digits");
  const sequence = integer(p3.get("sequence"), at("sequence"));
  const clientNonce = p3.has("clientNonce") ? string(p3.get("clientNonce"), at("clientNonce")) : null;
  if (clientNonce !== null && clientNonce.length > 256) throw new Malformed("predicate.clientNonce is longer than 256 characters");
  const issuer = object(p3.get("issuer"), at("issuer")), model2 = object(p3.get("model"), at("model"));
  const input2 = readInput(p3.get("input"));
  const parameters = object(p3.get("parameters"), at("parameters"));
  const engine = object(execution2.get("engine"), at("execution.engine"));
  const notBefore = object(p3.get("notBefore"), at("notBefore"));
  const venue = array(p3.get("venue"), at("venue"));
  if (venue.length > 64) throw new Malformed("predicate.venue has more than 64 claims");
  const receipt = {
    recordId,
    sequence,
    clientNonce,
    issuer: { keyId: digest(issuer.get("keyId"), at("issuer.keyId")), node: label(issuer.get("node"), at("issuer.node")) },
    model: {
      name: label(model2.get("name"), at("model.name")),
      version: label(model2.get("version"), at("model.version")),
      manifest: digest(model2.get("manifest"), at("model.manifest")),
      format: label(model2.get("format"), at("model.format"))
    },
    input: input2,
    output,
    parameters,
    execution: {
      profile: label(execution2.get("profile"), at("execution.profile")),
      engine: {
        name: label(engine.get("name"), at("execution.engine.name")),
        version: label(engine.get("version"), at("execution.engine.version")),
        build: label(engine.get("build"), at("execution.engine.build"))
      },
      graph: digest(execution2.get("graph"), at("execution.graph"))
    },
    requestedAt: time(p3.get("requestedAt"), at("requestedAt")),
    completedAt: time(p3.get("completedAt"), at("completedAt")),
    notBefore: {
      origin: label(notBefore.get("origin"), at("notBefore.origin")),
      size: integer(notBefore.get("size"), at("notBefore.size")),
      root: hash(notBefore.get("root"), at("notBefore.root"))
    },
    auditable: boolean(p3.get("auditable"), at("auditable")),
    venue: venue.map((v) => readClaim(v))
  };
  subjectIs(statement, "output", output.commitment, "the statement");
  return receipt;
}
function readCommitment(value, what) {
  const m = object(value, what);
  return {
    mediaType: label(m.get("mediaType"), `${what}.mediaType`),
    length: integer(m.get("length"), `${what}.length`),
    commitment: digest(m.get("commitment"), `${what}.commitment`)
  };
}
function readInput(value) {
  const input2 = readCommitment(value, "predicate.input");
  const wire = object(value, "predicate.input").get("wire");
  return { ...input2, wire: wire === void 0 ? null : readCommitment(wire, "predicate.input.wire") };
}
function readOutput(value) {
  const m = object(value, "predicate.output"), type = string(m.get("mediaType"), "predicate.output.mediaType");
  if (type !== tensorType && type !== tokenType && type !== relayedType) throw new Unsupported(`the output has the media type "${type.slice(0, 80)}"`);
  if (type !== tokenType && integer(m.get("pieceLength"), "predicate.output.pieceLength") !== pieceLength)
    throw new Unsupported("the output has another length of pieces than 65536");
  const tokens = type === tokenType ? integer(m.get("tokens"), "predicate.output.tokens") : null;
  return { ...readCommitment(value, "predicate.output"), tokens };
}
var isRelayed = (output) => output.mediaType === relayedType;
function readClaim(value) {
  const m = object(value, "predicate.venue");
  label(m.get("source"), "predicate.venue.source");
  return label(m.get("claim"), "predicate.venue.claim");
}

// src/evidence.ts
var maxProof = 16 << 20;
var maxCommitment = 4 << 20;
var maxWeights = 16 << 20;
function requireKnown(value) {
  for (const item of array(value, "evidence"))
    if (!(item instanceof Map) || item.get("tier") !== "proof" || item.get("type") !== "assay.proofs/1")
      throw new Unsupported("the bundle has evidence of an unknown kind");
}
function readEvidence(value) {
  const items = array(value, "evidence");
  if (items.length > 1) throw new Malformed("evidence is more than one item");
  if (items.length === 0) return null;
  const m = only(items[0], ["tier", "type", "proof", "commitment", "weights"], "evidence[0]"), weights = m.get("weights");
  return {
    proof: blob(m.get("proof"), maxProof, "evidence[0].proof"),
    commitment: blob(m.get("commitment"), maxCommitment, "evidence[0].commitment"),
    weights: weights === void 0 ? null : blob(weights, maxWeights, "evidence[0].weights")
  };
}
function blob(value, most, what) {
  const m = only(value, ["sha256", "bytes"], what);
  const due = fromHex(string(m.get("sha256"), `${what}.sha256`), 32, `${what}.sha256`);
  const bytes2 = bytes64(m.get("bytes"), `${what}.bytes`);
  if (bytes2.length === 0 || bytes2.length > most) throw new Malformed(`${what}.bytes is not 1 to ${most} bytes`);
  if (!equal(sha256(bytes2), due)) throw new Malformed(`${what}.sha256 is not the digest of the bytes`);
  return bytes2;
}

// src/hmac.ts
function hmac(key2, ...parts) {
  const block = new Uint8Array(64);
  block.set(key2.length > 64 ? sha256(key2) : key2);
  return sha256(block.map((b2) => b2 ^ 92), sha256(block.map((b2) => b2 ^ 54), ...parts));
}
var expand32 = (key2, info) => hmac(key2, concat(info, Uint8Array.of(1)));
var domain = (name) => utf8(`${name}
`);

// src/report.ts
var axes = ["integrity", "signature", "log", "witnesses", "key", "time", "model", "input", "output", "execution", "venue", "completeness"];
var verified = (reason, detail) => ({ status: "verified", reason, detail });
var refuted = (reason, detail) => ({ status: "refuted", reason, detail });
var unverifiable = (reason, detail) => ({ status: "unverifiable", reason, detail });
var notChecked = (reason, detail) => ({ status: "not-checked", reason, detail });

// src/disclosure.ts
function readDisclosures(value) {
  const what = "disclosures", m = only(value, ["input", "wireInput", "output"], what);
  const opening = (name) => m.has(name) ? readOpening(m.get(name), `${what}.${name}`) : null;
  return { input: opening("input"), wireInput: opening("wireInput"), output: m.has("output") ? readOutput2(m.get("output"), `${what}.output`) : null };
}
function readOpening(value, what) {
  const m = only(value, ["salt", "bytes"], what), salt = bytes64(m.get("salt"), `${what}.salt`);
  if (salt.length !== 32) throw new Malformed(`${what}.salt has not 32 bytes`);
  return { salt, bytes: bytes64(m.get("bytes"), `${what}.bytes`) };
}
function readOutput2(value, what) {
  if (!object(value, what).has("pieces")) return readOpening(value, what);
  const m = only(value, ["first", "pieces", "path"], what), pieces = array(m.get("pieces"), `${what}.pieces`);
  if (pieces.length === 0) throw new Malformed(`${what}.pieces is empty`);
  return { first: integer(m.get("first"), `${what}.first`), pieces: pieces.map((p3) => readOpening(p3, `${what}.pieces`)), path: path(m.get("path"), `${what}.path`) };
}
function judgeInput(name, stated, opening) {
  if (stated === null) return refuted("no-commitment", "the bundle discloses a wire input, and the statement commits to none");
  if (opening === null) return notChecked("withheld", `the ${name} is not disclosed`);
  const length = BigInt(opening.bytes.length);
  if (length !== stated.length) return refuted("length", `the ${name} has ${length} bytes, the statement says ${stated.length}`);
  const commitment = hmac(opening.salt, domain(`assay/${name}/v1`), u64be(length), opening.bytes);
  return equal(commitment, fromHex(stated.commitment, 32, "a commitment")) ? verified("opened", `the ${name} is what the statement commits to`) : refuted("commitment", `salt and bytes do not give the commitment to the ${name}`);
}
function judgeOutput(stated, opening) {
  if (opening === null) return notChecked("withheld", "the output is not disclosed");
  const commitment = fromHex(stated.commitment, 32, "a commitment");
  const wrong = refuted("commitment", "salt and bytes do not give the commitment to the output");
  if (!("pieces" in opening)) {
    const pieces2 = cut(opening.bytes, stated);
    if (pieces2 === null) return refuted("length", "the output has not the length, or the number of tokens, that the statement says");
    const leaves = pieces2.map((p3, i) => pieceLeaf(expand32(opening.salt, concat(domain("assay/output-salt/v1"), u64be(BigInt(i)))), BigInt(i), p3, stated));
    return equal(treeHead(leaves), commitment) ? verified("opened", "the output is what the statement commits to") : wrong;
  }
  const { first, pieces, path: path2 } = opening, count2 = numberOfPieces(stated), end = first + BigInt(pieces.length);
  if (end > count2 || pieces.some((p3, i) => !fits(p3.bytes, first + BigInt(i), count2, stated)))
    return refuted("length", "the span goes beyond the output, or a piece of it has not the length that its place demands");
  const head = headOfSpan(first, pieces.map((p3, i) => pieceLeaf(p3.salt, first + BigInt(i), p3.bytes, stated)), count2, path2);
  if (head === null || !equal(head, commitment)) return wrong;
  const shown = `pieces ${first} to ${end - 1n} of ${count2} are what the statement commits to`;
  if (first > 0n || end < count2) return unverifiable("span", `${shown}; of the rest nothing can be said`);
  const total = pieces.reduce((sum, p3) => sum + BigInt(p3.bytes.length), 0n);
  return total === stated.length ? verified("opened", shown) : refuted("length", `the pieces have ${total} bytes together, the statement says ${stated.length}`);
}
var numberOfPieces = (stated) => stated.tokens ?? (stated.length + pieceLength - 1n) / pieceLength;
function pieceLeaf(salt, index, piece, stated) {
  const name = stated.tokens === null ? "assay/output-piece/v1" : "assay/output-token/v1";
  return leafHash(hmac(salt, domain(name), u64be(index), u64be(BigInt(piece.length)), piece));
}
function cut(bytes2, stated) {
  if (BigInt(bytes2.length) !== stated.length) return null;
  const pieces = [];
  for (let at = 0; at < bytes2.length; ) {
    const length = stated.tokens === null ? Math.min(Number(pieceLength), bytes2.length - at) : tokenLength(bytes2, at);
    if (length === null) return null;
    pieces.push(bytes2.subarray(at, at += length));
  }
  return BigInt(pieces.length) === numberOfPieces(stated) ? pieces : null;
}
function tokenLength(bytes2, at) {
  const view2 = new DataView(bytes2.buffer, bytes2.byteOffset, bytes2.byteLength);
  if (at + 12 > bytes2.length) return null;
  const n2 = view2.getUint32(at + 4);
  if (at + 12 + n2 > bytes2.length) return null;
  const length = 12 + n2 + 4 * view2.getUint32(at + 8 + n2);
  return at + length <= bytes2.length ? length : null;
}
function fits(piece, index, count2, stated) {
  if (stated.tokens !== null) return tokenLength(piece, 0) === piece.length;
  const due = index + 1n < count2 ? pieceLength : stated.length - index * pieceLength;
  return BigInt(piece.length) === due;
}

// src/bundle.ts
var bundleType = "application/vnd.assay.bundle.v1+json";
var maxBytes2 = 64 << 20;
var maxHistory = 65537;
var required = ["mediaType", "envelope", "promise", "logProof", "keyHistory", "modelEntry", "notBefore", "evidence", "disclosures"];
function parseBundle(bytes2) {
  const b2 = parseJson(bytes2, "the bundle", maxBytes2);
  const type = string(object(b2, "the bundle").get("mediaType"), "mediaType");
  if (type !== bundleType) throw new Unsupported(`the bundle has the media type "${type.slice(0, 80)}"`);
  const m = only(b2, [...required, "completeness"], "the bundle");
  requireKnown(m.get("evidence"));
  const envelope = readEnvelope(m.get("envelope"), "the envelope");
  if (envelope.signatures.length !== 1) throw new Malformed("the envelope has not exactly one signature");
  const promised = only(m.get("promise"), ["note", "path"], "promise");
  const promiseNote = parseNote(string(promised.get("note"), "promise.note"), "promise.note");
  const promisePath = path(promised.get("path"), "promise.path");
  const frame2 = parseProofFrame(string(m.get("logProof"), "logProof"), "logProof");
  if (frame2.extra !== null) throw new Malformed("logProof has an extra line");
  const history = array(m.get("keyHistory"), "keyHistory");
  if (history.length > maxHistory) throw new Malformed(`keyHistory has more than ${maxHistory} entries`);
  const entries = history.map((e, i) => readProven(e, `keyHistory[${i}]`));
  const modelEntry = readProven(m.get("modelEntry"), "modelEntry");
  const notBefore = path(only(m.get("notBefore"), ["path"], "notBefore").get("path"), "notBefore.path");
  const index = m.has("completeness") ? readCompleteness(m.get("completeness")) : null;
  const evidence = readEvidence(m.get("evidence"));
  const disclosures = readDisclosures(m.get("disclosures"));
  const logProof = { ...frame2, checkpoint: parseCheckpoint(frame2.checkpointText, "the checkpoint") };
  const [first, ...others] = entries;
  if (first === void 0) throw new Malformed("keyHistory is empty");
  const receipt = readReceipt(envelope.payload);
  const promise2 = readPromise(promiseNote, "promise.note");
  const genesis = logged(first, readGenesis, "keyHistory[0]");
  const keyEvents = others.map((e, i) => logged(e, readKeyEvent, `keyHistory[${i + 1}]`));
  const model2 = logged(modelEntry, readModelEvent, "modelEntry");
  const completeness2 = index === null ? null : { ...index, epoch: logged(index.epoch, readEpoch, "completeness.epoch") };
  return { envelope, receipt, promise: promise2, promisePath, logProof, genesis, keyEvents, model: model2, notBefore, completeness: completeness2, evidence, disclosures };
}
function readProven(value, what) {
  const m = only(value, ["index", "entry", "path"], what);
  return { index: integer(m.get("index"), `${what}.index`), entry: bytes64(m.get("entry"), `${what}.entry`), path: path(m.get("path"), `${what}.path`) };
}
function logged(proven, read2, what) {
  const envelope = readOpenEntry(proven.entry, `${what}.entry`);
  return { index: proven.index, leaf: leafHash(proven.entry), path: proven.path, envelope, event: read2(envelope.payload) };
}
function readCompleteness(value) {
  const what = "completeness", m = only(value, ["epoch", "note", "prefix", "key", "record"], what);
  const epoch = readProven(m.get("epoch"), `${what}.epoch`);
  const note = parseNote(string(m.get("note"), `${what}.note`), `${what}.note`);
  const prefix = path(m.get("prefix"), `${what}.prefix`);
  const k = only(m.get("key"), ["position", "events", "count", "records", "path"], `${what}.key`);
  const key2 = {
    position: integer(k.get("position"), `${what}.key.position`),
    events: integer(k.get("events"), `${what}.key.events`),
    count: integer(k.get("count"), `${what}.key.count`),
    records: hash(k.get("records"), `${what}.key.records`),
    path: path(k.get("path"), `${what}.key.path`)
  };
  return { epoch, note, prefix, key: key2, record: path(m.get("record"), `${what}.record`) };
}

// src/tokens.ts
function readTokens(bytes2) {
  const tokens = [], view2 = new DataView(bytes2.buffer, bytes2.byteOffset, bytes2.byteLength);
  let at = 0;
  const number2 = () => {
    if (at + 4 > bytes2.length) throw new Malformed("tokens that end too early");
    at += 4;
    return view2.getUint32(at - 4);
  };
  while (at < bytes2.length) {
    const id = number2(), length = number2();
    if (length > bytes2.length - at) throw new Malformed("tokens that end too early");
    const said2 = bytes2.subarray(at, at += length), count2 = number2();
    if (count2 > (bytes2.length - at) / 4) throw new Malformed("tokens that end too early");
    tokens.push({ id, text: said2, logs: Array.from({ length: count2 }, number2) });
  }
  return tokens;
}
function promptLength(bytes2) {
  const count2 = bytes2.length >= 4 ? new DataView(bytes2.buffer, bytes2.byteOffset).getUint32(0) : -1;
  if (bytes2.length !== 4 + 4 * count2) throw new Malformed("not the token ids of a prompt behind their number");
  return count2;
}
function readPrompts(bytes2) {
  const bad = () => new Malformed("not the token ids of texts behind their numbers"), view2 = new DataView(bytes2.buffer, bytes2.byteOffset, bytes2.byteLength);
  let at = 0;
  const number2 = (most) => {
    if (at + 4 > bytes2.length) throw bad();
    const n2 = view2.getUint32(at);
    if (n2 > most) throw bad();
    at += 4;
    return n2;
  };
  const texts = Array.from({ length: number2((bytes2.length - 4) / 4) }, () => Array.from({ length: number2((bytes2.length - at - 4) / 4) }, () => number2(2 ** 31 - 1)));
  if (at !== bytes2.length) throw bad();
  return texts;
}
var loose = new TextDecoder("utf-8", { ignoreBOM: true });
var u32 = (n2) => Uint8Array.of(n2 >>> 24, n2 >>> 16, n2 >>> 8, n2);
function readWords(value) {
  const words = /* @__PURE__ */ new Map(), parts = [utf8("assay/words/v1\n")];
  let least2 = 0n;
  for (const item of array(value, "words")) {
    const m = only(item, ["id", "text", "bytes"], "a word"), id = integer(m.get("id"), "the id of a word");
    if (id < least2 || id > 0xffffffffn) throw new Malformed("words are not in ascending order of ids");
    least2 = id + 1n;
    const name = utf8(string(m.get("text"), "the text of a word")), bytes2 = bytes64(m.get("bytes"), "the bytes of a word");
    parts.push(u32(Number(id)), u32(name.length), name, u32(bytes2.length), bytes2);
    words.set(Number(id), { shown: bytes2.length > 0 ? loose.decode(bytes2) : text(name, "a word"), bytes: bytes2 });
  }
  return { words, digest: toHex(sha256(concat(...parts))) };
}

// src/floats.ts
var view = new DataView(new ArrayBuffer(4));
function beside(value, step) {
  view.setFloat32(0, value);
  view.setUint32(0, view.getUint32(0) + step);
  const next = view.getFloat32(0);
  return next === Infinity ? 2 ** 128 : next;
}
function saysFloat32(json, value) {
  const size = Math.abs(value), said2 = Math.abs(Number(json));
  if (!Number.isFinite(value) || json.startsWith("-") !== (value < 0 || Object.is(value, -0))) return false;
  view.setFloat32(0, size);
  const even = view.getUint32(0) % 2 === 0, above = (size + beside(size, 1)) / 2, below = size === 0 ? -1 : (size + beside(size, -1)) / 2;
  if (said2 !== above && said2 !== below) return below < said2 && said2 < above;
  const side = against(json, said2);
  return side === 0 ? even : said2 === above ? side < 0 : side > 0;
}
function against(json, bound) {
  const [, whole2 = "", part = "", power = "0"] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(json) ?? [];
  const all = (whole2 + part).replace(/^0+/, ""), kept = all.slice(0, 200), rest = /[1-9]/.test(all.slice(200)) ? "1" : "0";
  const exponent = Number(power) - part.length + all.length - kept.length - 1;
  const left = BigInt(kept + rest) * 2n ** 150n * 10n ** BigInt(Math.max(exponent, 0)), right = BigInt(bound * 2 ** 150) * 10n ** BigInt(Math.max(-exponent, 0));
  return left < right ? -1 : left > right ? 1 : 0;
}

// src/tensors.ts
function small(bits2, mantissa) {
  const exponentBits = 15 - mantissa, bias = (1 << exponentBits - 1) - 1;
  const sign = bits2 >> 15 ? -1 : 1, exponent = bits2 >> mantissa & (1 << exponentBits) - 1, fraction = bits2 & (1 << mantissa) - 1;
  if (exponent === (1 << exponentBits) - 1) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias - mantissa) : sign * (1 + fraction / 2 ** mantissa) * 2 ** (exponent - bias);
}
function smaller(code, bits2, mantissa, bias, greatest, infinity, nan) {
  const negative = code >> bits2 - 1 === 1, magnitude = code & (1 << bits2 - 1) - 1;
  if (code === nan || magnitude > greatest) return magnitude === infinity ? negative ? -Infinity : Infinity : NaN;
  const exponent = magnitude >> mantissa, fraction = (magnitude & (1 << mantissa) - 1) / 2 ** mantissa;
  const value = exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias);
  return negative ? -value : value;
}
var elements = {
  float32: { json: "FP32", size: 4, read: (v, at) => v.getFloat32(at, true) },
  float64: { json: "FP64", size: 8, read: (v, at) => v.getFloat64(at, true) },
  float16: { json: "FP16", size: 2, read: (v, at) => small(v.getUint16(at, true), 10) },
  bfloat16: { json: "BF16", size: 2, read: (v, at) => small(v.getUint16(at, true), 7) },
  int8: { json: "INT8", size: 1, read: (v, at) => BigInt(v.getInt8(at)) },
  int16: { json: "INT16", size: 2, read: (v, at) => BigInt(v.getInt16(at, true)) },
  int32: { json: "INT32", size: 4, read: (v, at) => BigInt(v.getInt32(at, true)) },
  int64: { json: "INT64", size: 8, read: (v, at) => v.getBigInt64(at, true) },
  uint8: { json: "UINT8", size: 1, read: (v, at) => BigInt(v.getUint8(at)) },
  uint16: { json: "UINT16", size: 2, read: (v, at) => BigInt(v.getUint16(at, true)) },
  uint32: { json: "UINT32", size: 4, read: (v, at) => BigInt(v.getUint32(at, true)) },
  uint64: { json: "UINT64", size: 8, read: (v, at) => v.getBigUint64(at, true) },
  bool: { json: "BOOL", size: 1, read: (v, at) => v.getUint8(at), holds: (b2) => b2 <= 1 },
  float8e4m3fn: { json: "FP8E4M3FN", size: 1, read: (v, at) => smaller(v.getUint8(at), 8, 3, 7, 126) },
  float8e4m3fnuz: { json: "FP8E4M3FNUZ", size: 1, read: (v, at) => smaller(v.getUint8(at), 8, 3, 8, 127, void 0, 128) },
  float8e5m2: { json: "FP8E5M2", size: 1, read: (v, at) => smaller(v.getUint8(at), 8, 2, 15, 123, 124) },
  float8e5m2fnuz: { json: "FP8E5M2FNUZ", size: 1, read: (v, at) => smaller(v.getUint8(at), 8, 2, 16, 127, void 0, 128) },
  float8e8m0: { json: "FP8E8M0", size: 1, read: (v, at) => v.getUint8(at) === 255 ? NaN : 2 ** (v.getUint8(at) - 127) },
  float4e2m1: { json: "FP4E2M1", size: 1, read: (v, at) => smaller(v.getUint8(at), 4, 1, 1, 7), holds: (b2) => b2 <= 15 },
  int4: { json: "INT4", size: 1, read: (v, at) => BigInt(v.getInt8(at)), holds: (b2) => b2 <= 7 || b2 >= 248 },
  uint4: { json: "UINT4", size: 1, read: (v, at) => BigInt(v.getUint8(at)), holds: (b2) => b2 <= 15 },
  int2: { json: "INT2", size: 1, read: (v, at) => BigInt(v.getInt8(at)), holds: (b2) => b2 <= 1 || b2 >= 254 },
  uint2: { json: "UINT2", size: 1, read: (v, at) => BigInt(v.getUint8(at)), holds: (b2) => b2 <= 3 }
};
var domain2 = utf8("assay/tensors/v1\n");
var maxProduct = 2 ** 31 - 1;
function readTensors(bytes2) {
  const bad = (why) => new Malformed(`not tensors: ${why}`), view2 = new DataView(bytes2.buffer, bytes2.byteOffset, bytes2.byteLength);
  let at = 0;
  const number2 = (most) => {
    if (at + 8 > bytes2.length) throw bad("they end too early");
    const n2 = view2.getBigUint64(at);
    at += 8;
    if (n2 > BigInt(most)) throw bad(`a number above ${most}`);
    return Number(n2);
  };
  const part = (most) => {
    const length = number2(Math.min(most, bytes2.length - at));
    if (at + length > bytes2.length) throw bad("they end too early");
    return bytes2.subarray(at, at += length);
  };
  if (!equal(bytes2.subarray(0, domain2.length), domain2)) throw bad("another beginning");
  at = domain2.length;
  const tensors = Array.from({ length: number2(4096) }, () => {
    const name = text(part(16384), "the name of a tensor"), type = text(part(16), "the type of a tensor"), element = Object.hasOwn(elements, type) ? elements[type] : void 0;
    if (element === void 0) throw bad("an unknown type");
    const shape = Array.from({ length: number2(16) }, () => number2(maxProduct));
    if (shape.filter((d) => d !== 0).reduce((a, b2) => a * b2, 1) > maxProduct) throw bad("a shape that is too large");
    const data = part(bytes2.length), count2 = shape.reduce((a, b2) => a * b2, 1);
    const { holds: holds2 } = element;
    if (data.length !== count2 * element.size || holds2 && data.some((b2) => !holds2(b2))) throw bad("data of another length than the shape's, or a byte that no element of the type is");
    return { name, type, shape, data };
  });
  if (at !== bytes2.length || new Set(tensors.map((t) => t.name)).size !== tensors.length) throw bad("bytes after the last, or a name twice");
  return tensors;
}
var marked = "\0";
function parseExact(json) {
  if (/\\u0000/.test(json)) throw new Malformed("the JSON holds U+0000");
  return JSON.parse(json.replace(/("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*)/g, (_, quoted, n2) => {
    if (quoted !== void 0) return quoted;
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(n2)) throw new Malformed("the JSON holds a number that is none");
    return `"\\u0000${n2}"`;
  }));
}
function isSame(tensor, said2, exactly = true) {
  const { name, datatype, shape, data } = said2;
  const element = elements[tensor.type];
  if (name !== tensor.name || datatype !== element.json || !Array.isArray(shape) || !Array.isArray(data)) return false;
  if (shape.length !== tensor.shape.length || shape.some((d, i) => d !== `${marked}${tensor.shape[i]}`)) return false;
  if (exactly && data.some(Array.isArray) && !isNested(data, tensor.shape)) return false;
  const flat = data.flat(16), view2 = new DataView(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
  return flat.length * element.size === tensor.data.length && flat.every((v, i) => isElement(tensor.type, element.read(view2, i * element.size), v, view2, i));
}
var isNested = (data, [extent, ...inner]) => extent === void 0 ? !Array.isArray(data) : Array.isArray(data) && data.length === extent && data.every((item) => isNested(item, inner));
function isElement(type, value, said2, view2, index) {
  if (type === "bool") return said2 === (value === 1);
  if (typeof said2 !== "string") return false;
  if (typeof value === "bigint") return /^\u0000-?\d+$/.test(said2) && BigInt(said2.slice(1)) === value;
  if (!Number.isFinite(value)) return said2 === String(value);
  if (!said2.startsWith(marked)) return false;
  if (type === "float32") return saysFloat32(said2.slice(1), value);
  const number2 = Number(said2.slice(1));
  if (type === "float64") return Object.is(number2, value);
  const bits2 = view2.getUint16(2 * index, true), mantissa = type === "float16" ? 10 : 7;
  const neighbours = [bits2 - 1, bits2 + 1].filter((b2) => b2 >> 15 === bits2 >> 15 && b2 >= 0).map((b2) => small(b2, mantissa)).filter(Number.isFinite);
  return Object.is(Math.sign(number2), Math.sign(value)) && neighbours.every((n2) => Math.abs(number2 - value) < Math.abs(number2 - n2));
}

// src/question.ts
var isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
var whole = (value, otherwise) => (value ?? null) === null ? otherwise : Number.isSafeInteger(value) ? value : NaN;
function readQuestion(chat, text2) {
  let body;
  try {
    body = JSON.parse(text2);
  } catch {
    return null;
  }
  if (!isRecord(body) || typeof body["model"] !== "string") return null;
  const [name, version, ...more] = body["model"].split("@"), n2 = whole(body["n"], 1), options = body["stream_options"];
  const logs = chat ? body["logprobs"] === true ? whole(body["top_logprobs"], 0) : null : (body["logprobs"] ?? null) === null ? null : whole(body["logprobs"], 0);
  if (more.length > 0 || !(n2 >= 1 && n2 <= 16) || Number.isNaN(logs)) return null;
  const tools = body["tools"], offers = chat && Array.isArray(tools) && tools.length > 0 && body["tool_choice"] !== "none";
  return {
    chat,
    model: name,
    version: version ?? null,
    streams: body["stream"] === true,
    usage: isRecord(options) && options["include_usage"] === true,
    n: n2,
    logs,
    body,
    tools: offers ? new Set(tools.map((t) => String(t.function?.name))) : null
  };
}
var numbers = [
  ["temperature", "temperature", 1],
  ["top_p", "topP", 1],
  ["min_p", "minP", 0],
  ["presence_penalty", "presencePenalty", 0],
  ["frequency_penalty", "frequencyPenalty", 0]
];
var same32 = (signed, asked) => typeof asked === "number" && /^-?[\d.]+(E[+-]?\d+)?$/i.test(signed) && Math.fround(Number(signed)) === Math.fround(asked);
function otherParameter({ chat, n: n2, logs, body }, signed) {
  const at = (name) => body[name] ?? null, seed = object(signed.get("seed"), "seed"), stop = at("stop");
  const limit = chat ? at("max_completion_tokens") ?? at("max_tokens") ?? Infinity : at("max_tokens") ?? 16;
  const biases = Object.entries(at("logit_bias") ?? {}), said2 = object(signed.get("logitBias"), "logitBias");
  const checks = [
    ["api", signed.get("api") === (chat ? "chat" : "completion")],
    ["n", integer(signed.get("n"), "n") === BigInt(n2)],
    ["logprobs", logs === null ? !signed.has("logprobs") : signed.get("logprobs") === BigInt(logs)],
    ["seed", at("seed") === null ? seed.get("kind") === "node" : seed.get("kind") === "client" && Number(seed.get("value")) === at("seed")],
    ["stop", JSON.stringify(array(signed.get("stop"), "stop")) === JSON.stringify(stop === null ? [] : Array.isArray(stop) ? stop : [stop])],
    ["top_k", Number(integer(signed.get("topK"), "topK")) === Math.max(Number(at("top_k") ?? 0), 0)],
    ["max_tokens", Number(integer(signed.get("maxTokens"), "maxTokens")) <= Number(limit)],
    ["logit_bias", said2.size === biases.length && biases.every(([id, bias]) => said2.has(String(Number(id))) && same32(string(said2.get(String(Number(id))), "a bias"), bias))],
    ...numbers.map(([asked, name, otherwise]) => [asked, same32(string(signed.get(name), name), at(asked) ?? otherwise)])
  ];
  return checks.find(([, holds2]) => !holds2)?.[0] ?? null;
}

// src/exchange.ts
function readAnswer(header, body) {
  const answer = exact(body), read2 = readAssay(isRecord(answer) ? answer["assay"] : void 0);
  matchHeader(header, read2);
  return read2;
}
function matchHeader(header, { id, envelope }) {
  const found = /^([0-9a-f]{32}); sha256=([0-9a-f]{64})$/.exec(header ?? "");
  if (found === null) throw new Malformed("the answer has no header Assay-Receipt: ID; sha256=DIGEST");
  if (toHex(sha256(envelope.payload)) !== found[2]) throw new Malformed("the header names another statement than the answer");
  if (id !== found[1]) throw new Malformed("the header names another receipt than the answer");
}
function readAssay(value) {
  const assay = only(strict(value), ["receipt", "bundle", "sha256", "index", "envelope", "promise", "salts", "words"], "assay");
  const envelope = readEnvelope(assay.get("envelope"), "the envelope of the answer"), promised = object(assay.get("promise"), "promise");
  if (envelope.signatures.length !== 1) throw new Malformed("the envelope of the answer has not one signature");
  const receipt = readReceipt(envelope.payload);
  for (const [name, said2] of [["receipt", receipt.recordId], ["sha256", toHex(sha256(envelope.payload))], ["bundle", `/v1/receipts/${receipt.recordId}`]])
    if (assay.has(name) && assay.get(name) !== said2) throw new Malformed(`assay.${name} is another receipt's`);
  const promiseText = string(promised.get("note"), "promise.note");
  return {
    id: receipt.recordId,
    index: integer(assay.get("index"), "index"),
    envelope,
    receipt,
    promiseText,
    promise: readPromise(parseNote(promiseText, "promise.note"), "promise.note"),
    path: path(promised.get("path"), "promise.path"),
    salt: toBase64(bytes64(object(assay.get("salts"), "salts").get("output"), "salts.output")),
    words: assay.has("words") ? readWords(assay.get("words")) : null
  };
}
async function promisedLeaf(answer, policy) {
  const { promise: promise2, index, envelope, receipt } = answer;
  const leaf = ["ed25519", "ecdsa-p256-sha256"].map((a) => sealedLeaf(receipt.sequence, envelope, a)).find((l) => promises(promise2, index, l, answer.path));
  if (leaf === void 0) return null;
  for (const log3 of policy.log.logs)
    if (log3.name === promise2.origin && await isSignedBy(promise2.note, log3)) return leaf;
  return null;
}
var leafOf = (bundle) => {
  const key2 = bundle.keyEvents.find((e) => e.event.key?.id === bundle.receipt.issuer.keyId)?.event.key;
  return sealedLeaf(bundle.receipt.sequence, bundle.envelope, key2?.algorithm ?? "ed25519");
};
function otherRequest(exchange, answer, bundle) {
  const { receipt, disclosures: { wireInput, output } } = bundle;
  if (!equal(bundle.envelope.payload, answer.envelope.payload)) return "the bundle has another statement than the answer";
  if (bundle.logProof.index !== answer.index) return "the bundle's entry stands elsewhere than the answer said";
  if (receipt.clientNonce !== exchange.nonce) return "the receipt does not have the nonce of this request";
  if (receipt.auditable !== exchange.auditable) return `the receipt says that auditors may ${receipt.auditable ? "" : "not "}be shown this record, and the request says the opposite`;
  if (receipt.model.name !== exchange.model || exchange.version !== null && receipt.model.version !== exchange.version) return "the receipt is of another model";
  if (wireInput === null || !equal(wireInput.bytes, exchange.request)) return "the receipt is not of this request's bytes";
  if (isRelayed(receipt.output)) return "the answer was relayed, and this client does not compare relayed answers with their receipts";
  return output !== null && !("pieces" in output) && toBase64(output.salt) !== answer.salt ? "the answer came with another salt than the bundle's" : null;
}
function otherTensors(request, answer, { receipt, disclosures: { input: input2, output } }) {
  if (input2 === null || output === null || "pieces" in output) return "the bundle does not disclose input and output whole";
  if (receipt.output.tokens !== null) return "the output is tokens, and this answer is tensors";
  const asked = exact(request), answered = exact(answer), other = otherFrame(asked, answered, receipt);
  if (other !== null) return other;
  if (!sameTensors(input2.bytes, asked, "inputs", null)) return "the receipt's input is not that of the request";
  return sameTensors(output.bytes, answered, "outputs", wanted(asked)) ? null : "the receipt's output is not that of the answer";
}
var frame = ["model_name", "model_version", "id", "outputs", "assay"];
var members2 = ["name", "datatype", "shape", "data"];
function otherFrame(asked, answered, receipt) {
  if (!isRecord(asked) || !isRecord(answered) || Object.keys(answered).some((name) => !frame.includes(name))) return "the answer has a member that no receipt vouches for";
  if (answered["model_name"] !== receipt.model.name || answered["model_version"] !== receipt.model.version) return "the answer names another model than its receipt";
  return answered["id"] === (asked["id"] ?? receipt.recordId) ? null : "the answer has another id than this request";
}
function wanted(request) {
  const outputs = isRecord(request) ? request["outputs"] : void 0;
  return Array.isArray(outputs) && outputs.length > 0 ? outputs.map((o) => isRecord(o) ? o["name"] : void 0) : null;
}
function sameTensors(encoded, message, member, names2) {
  const tensors = readTensors(encoded), said2 = isRecord(message) ? message[member] : void 0;
  if (!Array.isArray(said2) || member === "outputs" && said2.some((s) => !isRecord(s) || Object.keys(s).some((name) => !members2.includes(name)))) return false;
  const there = new Set(said2.map((s) => isRecord(s) ? s["name"] : void 0));
  return there.size === said2.length && (names2 ?? tensors.map((t) => t.name)).every((name) => there.has(name)) && said2.every((s) => isRecord(s) && tensors.some((t) => t.name === s["name"] && isSame(t, s, member === "outputs")));
}
function exact(bytes2) {
  try {
    return parseExact(text(bytes2, "the message"));
  } catch (error) {
    throw error instanceof Malformed ? error : new Malformed(`the message is not JSON: ${error.message}`);
  }
}
function strict(value) {
  if (typeof value === "string" && value.startsWith("\0")) {
    if (!/^\u0000(0|[1-9]\d{0,15})$/.test(value)) throw new Malformed("a number of the answer is not an integer");
    return BigInt(value.slice(1));
  }
  if (Array.isArray(value)) return value.map(strict);
  if (isRecord(value)) return new JsonObject(Object.entries(value).map(([name, v]) => [name, strict(v)]));
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  throw new Malformed("a member of the answer is missing");
}
function readBundle(bytes2) {
  try {
    return parseBundle(bytes2);
  } catch (error) {
    if (error instanceof Malformed || error instanceof Unsupported) return null;
    throw error;
  }
}

// src/embeddings.ts
var isIds = (value) => Array.isArray(value) && value.length > 0 && value.every(Number.isSafeInteger);
function readEmbeddingQuestion(json) {
  let body;
  try {
    body = JSON.parse(json);
  } catch {
    return null;
  }
  if (!isRecord(body) || typeof body["model"] !== "string") return null;
  const [model2, version, ...more] = body["model"].split("@"), input2 = body["input"], encoding = body["encoding_format"] ?? "float", dimensions = body["dimensions"] ?? null;
  const texts = typeof input2 === "string" || isIds(input2) ? [input2] : input2;
  if (more.length > 0 || typeof encoding !== "string" || dimensions !== null && !Number.isSafeInteger(dimensions)) return null;
  if (!Array.isArray(texts) || texts.some((t) => typeof t !== "string" && !isIds(t))) return null;
  return { model: model2, version: version ?? null, encoding, dimensions, texts: texts.map((t) => typeof t === "string" ? null : t) };
}
function committed(question, { receipt, disclosures: { input: input2, output } }) {
  if (receipt.output.tokens !== null || receipt.input.mediaType !== "application/vnd.assay.prompts.v1") throw new Malformed("the receipt is not that of embeddings");
  if (input2 === null || output === null || "pieces" in output) throw new Malformed("the bundle does not open its texts and its numbers");
  const signed = receipt.parameters;
  if (signed.get("outcome") !== "answer") throw new Malformed("the record is void: its answer was broken off");
  const texts = readPrompts(input2.bytes), dimensions = Number(integer(signed.get("dimensions"), "dimensions"));
  const checks = [
    ["api", signed.get("api") === "embedding"],
    ["encoding_format", string(signed.get("encoding"), "encoding") === question.encoding],
    ["dimensions", (question.dimensions ?? dimensions) === dimensions],
    ["number of texts", integer(signed.get("texts"), "texts") === BigInt(question.texts.length) && texts.length === question.texts.length],
    ["token ids", question.texts.every((ids, i) => ids === null || ids.length === texts[i]?.length && ids.every((id, at) => id === texts[i][at]))]
  ];
  const other = checks.find(([, holds2]) => !holds2);
  if (other !== void 0) throw new Malformed(`the receipt says another ${other[0]} than was asked for`);
  const tokens = texts.reduce((sum, ids) => sum + ids.length, 0);
  if (object(signed.get("usage"), "usage").get("promptTokens") !== BigInt(tokens)) throw new Malformed("the receipt counts other tokens than it commits to");
  const [tensor, ...more] = readTensors(output.bytes);
  if (tensor === void 0 || more.length > 0 || tensor.name !== "embedding" || tensor.type !== "float32" || dimensions === 0 || tensor.shape.length !== 2 || tensor.shape[0] !== texts.length || tensor.shape[1] !== dimensions)
    throw new Malformed("the receipt does not commit to as many numbers for each text as it says");
  return { tokens, rows: texts.map((_, i) => tensor.data.subarray(4 * dimensions * i, 4 * dimensions * (i + 1))) };
}
var unvouched = "the answer has a member that no receipt vouches for";
var has = (value, ...names2) => Object.keys(value).every((name) => names2.includes(name));
var number = (n2) => `\0${n2}`;
function otherEmbeddings(question, answer, bundle) {
  const { rows, tokens } = committed(question, bundle), { name, version } = bundle.receipt.model, json = exact(answer);
  if (!isRecord(json) || !isRecord(json["usage"]) || !Array.isArray(json["data"])) return "the answer is not what this API answers";
  const { usage, data } = json;
  if (!has(json, "object", "data", "model", "usage", "assay") || !has(usage, "prompt_tokens", "total_tokens")) return unvouched;
  if (json["object"] !== "list") return "the answer is another object than was asked for";
  if (json["model"] !== `${name}@${version}`) return "the answer names another model than its receipt";
  if (usage["prompt_tokens"] !== number(tokens) || usage["total_tokens"] !== number(tokens)) return `the answer says another number of tokens than the ${tokens} that the receipt commits to`;
  if (data.length !== rows.length) return "the answer has another number of embeddings than the receipt commits to";
  for (const [i, row] of rows.entries()) {
    const other = otherEmbedding(question, data[i], i, row);
    if (other !== null) return other;
  }
  return null;
}
function otherEmbedding({ encoding }, item, index, row) {
  if (!isRecord(item) || !has(item, "object", "index", "embedding")) return unvouched;
  if (item["object"] !== "embedding" || item["index"] !== number(index)) return "the embeddings are out of order, or are something else";
  const said2 = item["embedding"];
  if (encoding === "base64") return said2 === toBase64(row) ? null : `embedding ${index} has other bytes than the receipt commits to`;
  if (!Array.isArray(said2) || 4 * said2.length !== row.length) return `embedding ${index} has another number of dimensions than the receipt commits to`;
  const view2 = new DataView(row.buffer, row.byteOffset, row.byteLength);
  const at = said2.findIndex((n2, i) => typeof n2 !== "string" || !n2.startsWith("\0") || !saysFloat32(n2.slice(1), view2.getFloat32(4 * i, true)));
  return at < 0 ? null : `number ${at} of embedding ${index} is another than the receipt commits to`;
}

// src/tlogpolicy.ts
var maxBytes3 = 1 << 20;
var maxEach = 1024;
function parseTlogPolicy(text2, what) {
  if (utf8(text2).length > maxBytes3) throw new Malformed(`${what} is larger than 1 MiB`);
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text2)) throw new Malformed(`${what} has a control character`);
  const logs = [], witnesses2 = [];
  const named = /* @__PURE__ */ new Map(), members6 = /* @__PURE__ */ new Set();
  let quorum, groups = 0;
  if (!text2.endsWith("\n")) throw new Malformed(`${what} does not end with a newline`);
  text2.split("\n").forEach((line, at) => {
    const bad = (why) => new Malformed(`line ${at + 1} of ${what}: ${why}`);
    const [word, ...items] = line.split(/[ \t]+/).filter((i) => i !== "");
    if (word === void 0 || word.startsWith("#")) return;
    const key2 = (vkey, type, known) => {
      const parsed = parseVerifierKey(vkey ?? "", [type], `line ${at + 1} of ${what}`);
      if (known.some((k) => k.key.id === parsed.key.id)) throw bad("a key that an earlier line has");
      if (known.push(parsed) > maxEach) throw bad(`more than ${maxEach} of a kind`);
      return parsed;
    };
    const define = (name, value) => {
      if (name === void 0 || name === "none" || named.has(name)) throw bad("a name that is not new");
      named.set(name, value);
    };
    const defined = (name) => {
      const value = named.get(name);
      if (value === void 0) throw bad("a name that no earlier line defines");
      return value;
    };
    switch (word) {
      case "log":
        if (items.length < 1 || items.length > 2) throw bad("not: log VKEY [URL]");
        key2(items[0], 1, logs);
        return;
      case "witness":
        if (items.length < 2 || items.length > 3) throw bad("not: witness NAME VKEY [URL]");
        define(items[0], { witness: key2(items[1], 4, witnesses2) });
        return;
      case "group": {
        const [name, count2, ...listed] = items;
        if (count2 === void 0 || listed.length === 0) throw bad("not: group NAME all|any|K MEMBER...");
        if (++groups > maxEach) throw bad(`more than ${maxEach} groups`);
        const threshold = count2 === "all" ? listed.length : count2 === "any" ? 1 : /^[1-9][0-9]{0,8}$/.test(count2) ? Number(count2) : 0;
        if (threshold < 1 || threshold > listed.length) throw bad("a threshold that is not from 1 to the number of members");
        const all = listed.map((m) => {
          const value = defined(m);
          if (members6.has(m)) throw bad("a member of a group is listed again");
          members6.add(m);
          return value;
        });
        define(name, { threshold, members: all });
        return;
      }
      case "quorum":
        if (items.length !== 1 || quorum !== void 0) throw bad("not exactly one line: quorum NAME");
        quorum = items[0] === "none" ? null : defined(items[0]);
        return;
      default:
        throw bad("an unknown word");
    }
  });
  if (quorum === void 0) throw new Malformed(`${what} has no quorum line`);
  return { logs, witnesses: witnesses2, quorum };
}
function isQuorum(quorum, cosigned) {
  if (quorum === null) return true;
  if ("witness" in quorum) return cosigned.has(quorum.witness.key.id);
  return quorum.members.filter((m) => isQuorum(m, cosigned)).length >= quorum.threshold;
}

// src/fault.ts
var faultType = "application/vnd.assay.fault.v1+json";
var maxBytes4 = 64 << 20;
function parseFault(bytes2) {
  const m = object(parseJson(bytes2, "the fault", maxBytes4), "the fault");
  const type = string(m.get("mediaType"), "mediaType"), kind = type === faultType ? string(m.get("kind"), "kind") : "";
  if (type !== faultType) throw new Unsupported(`the fault has the media type "${type.slice(0, 80)}"`);
  switch (kind) {
    case "two-roots":
      members3(m, ["checkpoints"]);
      return { kind, checkpoints: two(m.get("checkpoints"), "checkpoints", (v) => parseCheckpoint(string(v, "a checkpoint"), "a checkpoint")) };
    case "two-leaves":
      members3(m, ["index", "claims"]);
      return { kind, index: integer(m.get("index"), "index"), claims: two(m.get("claims"), "claims", readClaim2) };
    case "late":
      members3(m, ["promise", "checkpoint"]);
      return { kind, promise: promise(m.get("promise")), checkpoint: parseCheckpoint(string(m.get("checkpoint"), "checkpoint"), "the checkpoint") };
    default:
      throw new Unsupported(`the fault is of the kind "${kind.slice(0, 80)}"`);
  }
}
var members3 = (m, names2) => only(m, ["mediaType", "kind", ...names2], "the fault");
var promise = (value) => readPromise(parseNote(string(value, "a promise"), "a promise"), "a promise");
function two(value, what, read2) {
  const items = array(value, what);
  if (items.length !== 2) throw new Malformed(`${what} are not two`);
  return [read2(items[0]), read2(items[1])];
}
function readClaim2(value) {
  const m = object(value, "a claim");
  if (m.has("promise")) {
    only(m, ["promise", "leaf", "path"], "a claim");
    return { promise: promise(m.get("promise")), leaf: hash(m.get("leaf"), "the leaf of a claim"), path: path(m.get("path"), "the path of a claim") };
  }
  only(m, ["logProof", "leaf"], "a claim");
  const proof = parseLogProof(string(m.get("logProof"), "the logProof of a claim"), "the logProof of a claim");
  if (proof.extra !== null) throw new Malformed("the logProof of a claim has an extra line");
  return { proof, leaf: hash(m.get("leaf"), "the leaf of a claim") };
}
async function verifyFault(bytes2, policy) {
  const report = (verdict, detail, kind = null, accused = null) => ({ headline: verdict === "proved" ? `PROVED \xB7 ${names[kind]}` : verdict.toUpperCase().replace("-", " "), verdict, kind, accused, policy: policy?.name ?? null, detail });
  let fault;
  try {
    fault = parseFault(bytes2);
  } catch (error) {
    if (error instanceof Malformed) return report("malformed", error.message);
    if (error instanceof Unsupported) return report("unsupported", error.message);
    throw error;
  }
  if (policy === null) return report("no-policy", "a policy is needed that names the log", fault.kind);
  for (const log3 of policy.log.logs)
    if (await holds(fault, log3, policy.log)) return report("proved", `the log ${log3.name.slice(0, 80)} broke its word: ${names[fault.kind]}`, fault.kind, log3.name);
  return report("not-proved", "this shows of none of the policy's logs that it broke its word", fault.kind);
}
var names = { "two-roots": "two trees of one size", "two-leaves": "two entries at one index", late: "a promise that was not kept in time" };
async function holds(fault, log3, policy) {
  const signed = async (c) => c.origin === log3.name && await isSignedBy(c.note, log3);
  switch (fault.kind) {
    case "two-roots": {
      const [a, b2] = fault.checkpoints;
      return a.size === b2.size && !equal(a.root, b2.root) && await signed(a) && await signed(b2);
    }
    case "two-leaves": {
      const [a, b2] = fault.claims;
      const claimed = async (c) => "promise" in c ? await signed(c.promise) && promises(c.promise, fault.index, c.leaf, c.path) : await signed(c.proof.checkpoint) && c.proof.index === fault.index && proves(c.proof, c.leaf);
      return !equal(a.leaf, b2.leaf) && await claimed(a) && await claimed(b2);
    }
    case "late": {
      const { promise: p3, checkpoint } = fault;
      if (policy.quorum === null || checkpoint.size >= p3.first + p3.count || !await signed(p3) || !await signed(checkpoint)) return false;
      const late = /* @__PURE__ */ new Set();
      for (const witness of policy.witnesses) {
        const time3 = await cosignedAt(checkpoint.note, witness);
        if (typeof time3 === "bigint" && time3 > p3.deadline) late.add(witness.key.id);
      }
      return isQuorum(policy.quorum, late);
    }
  }
}

// src/keeper.ts
function memoryKeeper() {
  const bundles = /* @__PURE__ */ new Map(), checkpoints = /* @__PURE__ */ new Map();
  return {
    bundles,
    checkpoint: (origin) => Promise.resolve(checkpoints.get(origin) ?? null),
    keep: ({ id, bundle, origin, checkpoint }) => {
      bundles.set(id, bundle);
      if (checkpoint !== null) checkpoints.set(origin, checkpoint);
      return Promise.resolve();
    }
  };
}

// src/calls.ts
function callId(recordId, choice, call) {
  const hash2 = sha256(utf8(`assay/call/v1
${recordId}`), u64be(BigInt(choice)), u64be(BigInt(call)));
  return (BigInt(`0x${toHex(hash2.subarray(0, 8))}`) % 36n ** 9n).toString(36).padStart(9, "0");
}
var pythonTag = "<|python_tag|>";
var maxCall = 1 << 20;
var maxBlanks = 256;
var maxDepth2 = 64;
var callFormats = /* @__PURE__ */ new Map([
  ["tags", { open: "<tool_call>", close: "</tool_call>", key: "arguments", list: false, marks: ["<tool_call>", "</tool_call>"] }],
  ["list", { open: "[TOOL_CALLS]", close: null, key: "arguments", list: true, marks: ["[TOOL_CALLS]"] }],
  ["object", { open: null, close: null, key: "parameters", list: false, marks: [pythonTag] }]
]);
var isBlank = (c) => c === "\x85" || c !== "\uFEFF" && /\s/.test(c);
function blanks(text2) {
  let n2 = 0;
  while (n2 < text2.length && isBlank(text2[n2])) n2++;
  return n2;
}
var unblanked = (text2) => text2.slice(blanks(text2));
function partCalls(answer, format, names2, first = false) {
  const calls = [];
  let content = "", held = "", stage = "text", start = 0, extent = new Extent(), hasText = false, hasCalls = false;
  const release = (count2) => {
    let text2 = held.slice(0, count2);
    held = held.slice(count2);
    if (hasCalls && !hasText) text2 = unblanked(text2);
    content += text2;
    hasText ||= text2.length > 0;
  };
  const giveUp = () => {
    stage = "text";
    release(held.length);
  };
  const begin = (c) => {
    stage = "value";
    extent = new Extent();
    start = held.length - 1;
    extent.ends(c);
  };
  const inText = (c) => {
    const { open } = format;
    if (open === null) {
      const text2 = unblanked(held);
      if (hasText || held.length > maxBlanks + pythonTag.length || text2 !== "" && !text2.startsWith("{") && !pythonTag.startsWith(text2)) release(held.length);
      else if (c === "{") begin(c);
      else if (text2 === pythonTag) stage = "before";
      return;
    }
    for (; ; ) {
      const from = blanks(held);
      if (from > maxBlanks) release(from);
      const at = blanks(held), mark2 = held.slice(at);
      if (mark2 === open) stage = "before";
      if (open.startsWith(mark2)) return;
      release(at + 1);
    }
  };
  const after = () => {
    const text2 = unblanked(held), close = format.close ?? (format.open === null ? ";" : null);
    if (text2 === "") held = "";
    else if (close !== null && close.startsWith(text2)) {
      if (text2 !== close) return;
      held = "";
      stage = "text";
    } else {
      const again = held;
      held = "";
      stage = "text";
      for (const c of again.split("")) take(c);
    }
  };
  const complete = (found) => {
    calls.push(...first ? found.slice(0, 1) : found);
    held = "";
    hasCalls = true;
    stage = "after";
  };
  const take = (c) => {
    if (first && hasCalls) return;
    held += c;
    if (stage === "text") inText(c);
    else if (stage === "before") {
      if (c === (format.list ? "[" : "{")) begin(c);
      else if (!isBlank(c)) giveUp();
    } else if (stage === "value") {
      if (extent.ends(c)) {
        const found = callsIn(held.slice(start), format, names2);
        if (found === null) return giveUp();
        complete(found);
      } else if (first && format.list && c === "}" && extent.open === 1) {
        const found = callsIn(`${held.slice(start)}]`, format, names2);
        if (found !== null) complete(found);
        else if (held.length > maxCall) giveUp();
      } else if (held.length > maxCall) giveUp();
    } else after();
  };
  for (let i = 0; i < answer.length; i++) take(answer[i]);
  if (stage === "after" || blanks(held) === held.length) {
    if (!hasCalls && stage === "text") content += held;
    held = "";
  }
  giveUp();
  return { content, calls };
}
var Extent = class {
  depth = 0;
  inString = false;
  escaped = false;
  /** Brackets that are open, outside of strings. */
  get open() {
    return this.inString ? Infinity : this.depth;
  }
  ends(c) {
    if (this.inString) {
      this.inString = this.escaped || c !== '"';
      this.escaped = !this.escaped && c === "\\";
      return false;
    }
    this.inString = c === '"';
    this.depth += c === "{" || c === "[" ? 1 : c === "}" || c === "]" ? -1 : 0;
    return this.depth <= 0 && (c === "}" || c === "]");
  }
};
function callsIn(json, format, names2) {
  try {
    if (depthOf(json) > maxDepth2) return null;
    const value = JSON.parse(json);
    const texts = format.list ? Array.isArray(value) ? itemsOf(json) : [] : [json];
    const found = texts.map((text2) => callOf(text2, format, names2));
    return found.length > 0 && found.every((c) => c !== null) ? found : null;
  } catch {
    return null;
  }
}
function callOf(json, format, names2) {
  const value = JSON.parse(json);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const members6 = membersOf(json), named = members6.get("name"), name = named === void 0 ? void 0 : JSON.parse(named);
  if (typeof name !== "string" || !names2.has(name)) return null;
  const text2 = members6.get(format.key) ?? members6.get(format.key === "arguments" ? "parameters" : "arguments");
  return text2 !== void 0 && text2.startsWith("{") ? { name, arguments: text2 } : null;
}
function partsOf(json) {
  const parts = [], inner = json.trim().slice(1, -1);
  let depth = 0, from = 0, quoted = false;
  for (let i = 0; i < inner.length; i++) {
    const c = inner[i];
    if (quoted) {
      if (c === "\\") i++;
      else quoted = c !== '"';
    } else if (c === '"') quoted = true;
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
var itemsOf = (json) => partsOf(json).map((p3) => p3.trim());
function membersOf(json) {
  return new Map(partsOf(json).map((part) => {
    const name = /^\s*"(?:[^"\\]|\\.)*"/.exec(part)[0];
    return [JSON.parse(name), part.slice(part.indexOf(":", name.length) + 1).trim()];
  }));
}
function depthOf(json) {
  let depth = 0, most = 0, quoted = false;
  for (let i = 0; i < json.length; i++) {
    const c = json[i];
    if (quoted) {
      if (c === "\\") i++;
      else quoted = c !== '"';
    } else if (c === '"') quoted = true;
    else if (c === "{" || c === "[") most = Math.max(most, ++depth);
    else if (c === "}" || c === "]") depth--;
  }
  return most;
}

// src/seen.ts
var newChoice = () => ({ content: "", calls: [], callIds: [], logs: [], finish: null });
function require2(holds2, otherwise) {
  if (!holds2) throw new Malformed(otherwise);
}
function members4(value, names2, what) {
  require2(isRecord(value), `${what} is not an object`);
  require2(Object.keys(value).every((name) => names2.includes(name)), "the answer has a member that no receipt vouches for");
  return value;
}
var list = (value, what) => {
  require2(Array.isArray(value), `${what} is not a list`);
  return value;
};
var said = (value, what) => {
  require2(typeof value === "string", `${what} is not a text`);
  return value;
};
var count = (value, what) => {
  require2(Number.isSafeInteger(value) && value >= 0, `${what} is not a number of things`);
  return value;
};
var log = (value) => {
  require2(typeof value === "number", "a log-probability is not a number");
  return Math.fround(value);
};
var heads = ["id", "object", "created", "model", "system_fingerprint", "choices", "usage", "assay"];
var Seen = class {
  constructor(question) {
    this.question = question;
    this.choices = Array.from({ length: question.n }, newChoice);
  }
  question;
  choices;
  id = null;
  created = 0;
  model = "";
  fingerprint = "";
  usage = null;
  /** The member `assay`. */
  assay = null;
  /** Whether every choice has its end, so that nothing but usage and receipt is to come. */
  get complete() {
    return this.choices.every((c) => c.finish !== null);
  }
  /** Takes a whole answer; Malformed where it is none, or has members that no receipt vouches for. */
  takeWhole(json) {
    const { chat, n: n2 } = this.question, answer = members4(json, heads, "the answer");
    this.takeHead(answer, chat ? "chat.completion" : "text_completion");
    const choices = list(answer["choices"], "choices");
    require2(choices.length === n2, "the answer has another number of choices than was asked for");
    for (const [i, value] of choices.entries()) {
      const c = members4(value, ["index", chat ? "message" : "text", "logprobs", "finish_reason"], "a choice"), choice = this.choices[i];
      require2(c["index"] === i, "the choices are out of order");
      if (chat) this.takeMessage(choice, c["message"]);
      else choice.content = said(c["text"], "text");
      this.takeLogs(choice, c["logprobs"]);
      choice.finish = said(c["finish_reason"], "finish_reason");
    }
    this.usage = usageOf(answer["usage"]);
    require2(isRecord(answer["assay"]), "the answer has no receipt");
    this.assay = answer["assay"];
  }
  /** Takes the next chunk of a stream. */
  takeChunk(json) {
    require2(this.assay === null, "the stream goes on after its receipt");
    const { chat, usage } = this.question, chunk = members4(json, heads, "a chunk");
    this.takeHead(chunk, chat ? "chat.completion.chunk" : "text_completion");
    const choices = list(chunk["choices"], "choices"), used = chunk["usage"] ?? null, assay = chunk["assay"] ?? null;
    if (choices.length > 0) {
      require2(choices.length === 1 && used === null && assay === null, "a chunk of one choice holds more than that");
      this.takePart(choices[0]);
      return;
    }
    require2(this.complete, "a chunk without choices comes before all choices have ended");
    if (used !== null) {
      require2(usage && this.usage === null && assay === null, "the usage stands where it was not asked for");
      this.usage = usageOf(used);
      return;
    }
    require2(this.usage !== null === usage, "the stream has no usage, and it was asked for");
    require2(isRecord(assay), "a chunk that says nothing");
    this.assay = assay;
  }
  takePart(value) {
    const { chat } = this.question, c = members4(value, ["index", chat ? "delta" : "text", "logprobs", "finish_reason"], "a choice");
    const choice = this.choices[count(c["index"], "index")];
    require2(choice !== void 0 && choice.finish === null, "a chunk of a choice that is not under way");
    if (chat) {
      const delta = members4(c["delta"], ["role", "content", "tool_calls"], "a delta");
      require2((delta["role"] ?? "assistant") === "assistant", "a role that is not the assistant's");
      choice.content += said(delta["content"] ?? "", "content");
      this.takeCalls(choice, delta["tool_calls"] ?? [], true);
    } else choice.content += said(c["text"], "text");
    this.takeLogs(choice, c["logprobs"]);
    choice.finish = (c["finish_reason"] ?? null) === null ? null : said(c["finish_reason"], "finish_reason");
  }
  takeMessage(choice, value) {
    const message = members4(value, ["role", "content", "refusal", "tool_calls"], "a message");
    require2(message["role"] === "assistant", "a role that is not the assistant's");
    require2((message["refusal"] ?? null) === null, "a refusal, which no receipt vouches for");
    choice.content = said(message["content"] ?? "", "content");
    this.takeCalls(choice, message["tool_calls"] ?? [], false);
    require2(typeof message["content"] === "string" || choice.calls.length > 0, "an answer without content and without calls");
  }
  takeCalls(choice, value, part) {
    for (const item of list(value, "tool_calls")) {
      const call = members4(item, part ? ["index", "id", "type", "function"] : ["id", "type", "function"], "a call"), f = members4(call["function"], ["name", "arguments"], "a function");
      require2(!part || call["index"] === choice.calls.length, "calls of tools that do not follow one another");
      require2(call["type"] === "function", "a call of something that is not a function");
      choice.callIds.push(said(call["id"], "the id of a call"));
      choice.calls.push({ name: said(f["name"], "a name"), arguments: said(f["arguments"], "arguments") });
    }
  }
  takeLogs(choice, value) {
    if (value === null || value === void 0) return;
    const named = (token) => ({ token: said(token["token"], "a token"), logprob: log(token["logprob"]), bytes: list(token["bytes"], "bytes").map((b2) => count(b2, "a byte")) });
    if (this.question.chat) {
      const logs2 = members4(value, ["content", "refusal"], "logprobs");
      require2((logs2["refusal"] ?? null) === null, "a refusal, which no receipt vouches for");
      for (const item of list(logs2["content"], "logprobs")) {
        const token = members4(item, ["token", "logprob", "bytes", "top_logprobs"], "a token");
        const others = list(token["top_logprobs"], "top_logprobs").map((o) => named(members4(o, ["token", "logprob", "bytes"], "a token")));
        choice.logs.push({ ...named(token), others, offset: null });
      }
      return;
    }
    const logs = members4(value, ["tokens", "token_logprobs", "top_logprobs", "text_offset"], "logprobs");
    const [tokens, values2, tops, offsets] = ["tokens", "token_logprobs", "top_logprobs", "text_offset"].map((name) => list(logs[name], name));
    require2([values2, tops, offsets].every((l) => l.length === tokens.length), "lists of log-probabilities that have not one length");
    for (const [i, token] of tokens.entries()) {
      const top = tops[i];
      require2(isRecord(top), "top_logprobs is not a list of objects");
      choice.logs.push({
        token: said(token, "a token"),
        logprob: log(values2[i]),
        bytes: null,
        offset: count(offsets[i], "an offset"),
        others: Object.entries(top).map(([name, value2]) => ({ token: name, logprob: log(value2), bytes: null }))
      });
    }
  }
  takeHead(json, kind) {
    require2(json["object"] === kind, "the answer is another object than was asked for");
    const name = said(json["id"], "id"), created = count(json["created"], "created"), model2 = said(json["model"], "model"), fingerprint = said(json["system_fingerprint"], "system_fingerprint");
    if (this.id === null) {
      Object.assign(this, { created, model: model2, fingerprint });
      this.id = name;
    }
    require2(this.id === name && this.created === created && this.model === model2 && this.fingerprint === fingerprint, "the chunks are not of one answer");
  }
};
function usageOf(value) {
  const u = members4(value, ["prompt_tokens", "completion_tokens", "total_tokens"], "usage");
  const prompt = count(u["prompt_tokens"], "prompt_tokens"), completion = count(u["completion_tokens"], "completion_tokens");
  require2(u["total_tokens"] === prompt + completion, "the usage does not add up");
  return { prompt, completion };
}

// src/language.ts
function committed2(question, { receipt, disclosures: { input: input2, output } }, named) {
  if (receipt.output.tokens === null || receipt.input.mediaType !== "application/vnd.assay.prompt.v1") throw new Malformed("the receipt is not that of a language model");
  if (input2 === null || output === null || "pieces" in output) throw new Malformed("the bundle does not open its prompt and its tokens");
  const signed = receipt.parameters;
  if (signed.get("outcome") !== "answer") throw new Malformed("the record is void: its answer was broken off");
  const other = otherParameter(question, signed);
  if (other !== null) throw new Malformed(`the receipt says another ${other} than was asked for`);
  const tokens = readTokens(output.bytes), usage = { prompt: promptLength(input2.bytes), completion: tokens.length }, counted = object(signed.get("usage"), "usage");
  if (counted.get("promptTokens") !== BigInt(usage.prompt) || counted.get("completionTokens") !== BigInt(usage.completion)) throw new Malformed("the receipt counts other tokens than it commits to");
  const claims = array(signed.get("choices"), "choices"), reading = signed.has("tools") ? readReading(signed) : null;
  if (claims.length !== question.n || reading !== null !== (question.tools !== null)) throw new Malformed("the receipt has other choices or tools than were asked for");
  if (reading?.first === true && question.body["parallel_tool_calls"] !== false) throw new Malformed("the receipt ends answers with their first call, which was not asked for");
  checkWords(question, signed, tokens, named);
  const choices = [];
  let first = 0;
  for (const claim of claims) {
    const c = object(claim, "a choice"), count2 = Number(integer(c.get("tokens"), "tokens"));
    if (count2 === 0 || count2 > tokens.length - first) throw new Malformed("a choice has not as many tokens as there are");
    choices.push(readChoice(question, c, Number(integer(signed.get("maxTokens"), "maxTokens")), tokens.slice(first, first + count2), reading, named));
    first += count2;
  }
  if (first !== tokens.length) throw new Malformed("there are tokens of no choice");
  return { choices, usage, fingerprint: string(signed.get("systemFingerprint"), "systemFingerprint") };
}
function otherLanguage(question, seen, bundle, named) {
  const { receipt } = bundle, signed = committed2(question, bundle, named);
  if (seen.id !== `${question.chat ? "chatcmpl" : "cmpl"}-${receipt.recordId}`) return "the answer has another id than its receipt";
  if (seen.model !== `${receipt.model.name}@${receipt.model.version}`) return "the answer names another model than its receipt";
  if (seen.created !== Date.parse(`${receipt.requestedAt.slice(0, 19)}Z`) / 1e3) return "the answer says another time than its receipt";
  if (seen.fingerprint !== signed.fingerprint) return "the answer has another system_fingerprint than its receipt";
  if (seen.usage !== null && (seen.usage.prompt !== signed.usage.prompt || seen.usage.completion !== signed.usage.completion)) return "the answer says other numbers of tokens than the receipt commits to";
  for (const [i, choice] of seen.choices.entries()) {
    const part = otherChoice(choice, signed.choices[i]);
    if (part !== null) return `choice ${i} has another ${part} than the receipt commits to`;
    if (choice.callIds.some((id, call) => id !== callId(receipt.recordId, i, call))) return `choice ${i} has calls of other ids than its receipt`;
  }
  return null;
}
function otherChoice(seen, signed) {
  const same = (a, b2) => JSON.stringify(a) === JSON.stringify(b2);
  if (seen.content !== signed.content) return "text";
  if (!same(seen.calls, signed.calls)) return "calls of tools";
  if (seen.finish !== signed.finish) return "finish_reason";
  if (seen.logs.length !== signed.logs.length) return "number of log-probabilities";
  const at = seen.logs.findIndex((log3, i) => !same(plain(log3), plain(signed.logs[i])));
  return at < 0 ? null : `log-probabilities of token ${at}`;
}
var plain = ({ token, logprob, bytes: bytes2, others, offset }) => [token, logprob, bytes2, offset, others.map((o) => [o.token, o.logprob, o.bytes])];
function readReading(signed) {
  const tools = only(signed.get("tools"), ["format", "first", "marks"], "tools"), format = callFormats.get(string(tools.get("format"), "tools.format"));
  if (format === void 0) throw new Malformed("tools.format is unknown");
  const marks = new Map([...object(tools.get("marks"), "tools.marks")].map(([id, mark2]) => {
    if (!/^(0|[1-9]\d{0,9})$/.test(id) || typeof mark2 !== "string" || !format.marks.includes(mark2)) throw new Malformed("tools.marks are not texts that mark calls, by token ids");
    return [Number(id), mark2];
  }));
  return { format, marks, first: tools.has("first") && boolean(tools.get("first"), "tools.first") };
}
function readChoice(question, claim, most, tokens, reading, named) {
  const choice = newChoice(), pieces = new TextDecoder("utf-8", { ignoreBOM: true }), places = new TextDecoder("utf-8", { ignoreBOM: true });
  let said2 = "", offset = 0;
  for (const token of tokens) {
    said2 += pieces.decode(token.text, { stream: true }) + (reading?.marks.get(token.id) ?? "");
    if (named !== null) choice.logs.push(logOf(question, token, named, offset));
    offset += places.decode(token.text, { stream: true }).length;
  }
  said2 += pieces.decode();
  const parted = reading === null ? { content: said2, calls: [] } : partCalls(said2, reading.format, question.tools, reading.first);
  choice.content = parted.content;
  choice.calls.push(...parted.calls);
  choice.finish = string(claim.get("finishReason"), "finishReason");
  const possible = choice.finish === "length" ? tokens.length === most : choice.finish === "stop" ? parted.calls.length === 0 : choice.finish === "tool_calls" && parted.calls.length > 0;
  if (!possible || integer(claim.get("toolCalls"), "toolCalls") !== BigInt(parted.calls.length)) throw new Malformed("a choice has an end, or a number of calls, that its tokens cannot have");
  return choice;
}
var bits = new DataView(new ArrayBuffer(4));
var least = -9999;
function logOf({ chat }, token, { words }, offset) {
  const name = (id, number2) => {
    bits.setUint32(0, number2);
    const value = bits.getFloat32(0), word = words.get(id);
    return { token: word.shown, logprob: Number.isFinite(value) ? Math.max(value, least) : least, bytes: chat ? [...word.bytes] : null };
  };
  const own = name(token.id, token.logs[0]), others = Array.from({ length: (token.logs.length - 1) / 2 }, (_, i) => name(token.logs[1 + 2 * i], token.logs[2 + 2 * i]));
  if (chat) return { ...own, others, offset: null };
  const distinct = Object.fromEntries([...others].reverse().map((o) => [o.token, o])), order2 = new Map(others.map((o) => [o.token, o]));
  const read2 = Object.keys(Object.fromEntries([...order2.keys()].map((k) => [k, 0])));
  return { ...own, others: read2.map((k) => distinct[k]), offset };
}
function checkWords({ logs }, signed, tokens, named) {
  if (logs === null) {
    if (named !== null || tokens.some((t) => t.logs.length > 0)) throw new Malformed("there are log-probabilities that were not asked for");
    return;
  }
  if (named === null || signed.get("words") !== named.digest) throw new Malformed("what the tokens are called is not what the receipt commits to");
  for (const { id, logs: l } of tokens)
    if (l.length % 2 === 0 || l.length > 1 + 2 * logs || !named.words.has(id) || l.some((other, i) => i % 2 === 1 && !named.words.has(other))) throw new Malformed("the log-probabilities are not those that were asked for");
}

// src/stream.ts
async function readBody(response, most) {
  const parts = [];
  for await (const part of chunks(response.body, most)) parts.push(part);
  return concat(...parts);
}
async function* chunks(body, most) {
  if (body === null) return;
  const reader = body.getReader();
  let total = 0;
  try {
    for (; ; ) {
      const { done, value } = await reader.read();
      if (done) return;
      if ((total += value.length) > most) throw new Malformed(`the answer has more than ${most} bytes`);
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {
    });
  }
}
async function* events(body, most) {
  let held = [], line = null;
  for await (let part of chunks(body, most)) {
    for (let end; (end = part.indexOf(10)) >= 0; part = part.subarray(end + 1)) {
      const next = text(concat(...held, part.subarray(0, end)), "an event");
      held = [];
      if (next.includes("\r")) throw new Malformed("the stream has a carriage return");
      if (line === null) {
        line = next;
        continue;
      }
      if (next !== "" || !(line.startsWith(": ") || line.startsWith("data: "))) throw new Malformed("the stream has an event that is not one line of data");
      yield line.startsWith(": ") ? null : line.slice("data: ".length);
      line = null;
    }
    if (part.length > 0) held.push(part.slice());
  }
  if (line !== null || held.length > 0) throw new Malformed("the stream ends within an event");
}
var streamOf = (parts) => new ReadableStream({
  async pull(controller) {
    const { done, value } = await parts.next();
    if (done) controller.close();
    else controller.enqueue(value);
  },
  async cancel() {
    await parts.return(void 0);
  }
}, { highWaterMark: 0 });
var framed = (data) => utf8(`data: ${data}

`);
var comment = utf8(": waiting\n\n");

// src/judge.ts
async function openCase(bundle, policy) {
  const { receipt, envelope, logProof: { checkpoint, index } } = bundle;
  const servingKey = bundle.keyEvents.find((e) => e.event.key?.id === receipt.issuer.keyId)?.event.key ?? null;
  const signers = [];
  for (const log3 of policy.log.logs)
    if (log3.name === checkpoint.origin && await isSignedBy(checkpoint.note, log3)) signers.push(log3);
  return {
    bundle,
    policy,
    index,
    servingKey,
    signers,
    leaf: sealedLeaf(receipt.sequence, envelope, servingKey?.algorithm ?? "ed25519"),
    statement: toHex(sha256(envelope.pae))
  };
}
var sameKey = (a, b2) => a.name === b2.name && a.key.id === b2.key.id;
var logKeyOf = (c) => c.signers.find((s) => sameKey(s, c.bundle.genesis.event.logKey)) ?? c.signers[0];
var isProved = (c, e) => {
  const { size, root: root2 } = c.bundle.logProof.checkpoint;
  return includes(e.index, size, e.leaf, e.path, root2);
};
async function isSignedByRoots(c, e) {
  const { rootKeys, threshold } = c.bundle.genesis.event, signed = e.envelope.signatures;
  const byPolicy = signed.filter((s) => c.policy.roots.some((r) => r.id === s.keyId)).length;
  if (BigInt(signed.length) < threshold || BigInt(byPolicy) < c.policy.rootThreshold) return false;
  for (const s of signed)
    if (!await verifiesUnder(rootKeys.find((k) => k.id === s.keyId), e.envelope.pae, s)) return false;
  return true;
}
var verifiesUnder = async (key2, message, s) => key2 !== void 0 && verifySignature(key2, message, s.bytes);
var hasFault = async (c, e) => !isProved(c, e) || !await isSignedByRoots(c, e);
function isPrefix(c, size, root2, path2) {
  const { checkpoint } = c.bundle.logProof;
  if (size === 0n) return equal(root2, emptyRoot) && path2.length === 0;
  return isConsistent(size, root2, checkpoint.size, checkpoint.root, path2);
}

// src/axes.ts
function integrity({ bundle: b2 }) {
  if (b2.envelope.signatures[0].keyId !== b2.receipt.issuer.keyId) return refuted("key-id", "the envelope names another key than the statement");
  const { origin } = b2.logProof.checkpoint;
  if ([b2.promise.origin, b2.genesis.event.origin, b2.receipt.notBefore.origin].some((o) => o !== origin))
    return refuted("origin", "promise, genesis or notBefore names another log than the checkpoint");
  return verified("agrees", "the parts of the bundle speak of one log, one key, one statement");
}
async function signature(c) {
  if (c.servingKey === null) return unverifiable("no-key", "the bundle has no key by the id that the statement names");
  return await verifySignature(c.servingKey, c.bundle.envelope.pae, c.bundle.envelope.signatures[0].bytes) ? verified("signed", "the serving key signed exactly these bytes") : refuted("bad-signature", "the signature does not verify under the serving key");
}
async function log2(c) {
  const { promise: promise2, promisePath, logProof: { checkpoint, path: path2 } } = c.bundle, { size, root: root2, origin } = checkpoint;
  if (!c.policy.log.logs.some((l) => l.name === origin)) return refuted("unknown-log", "the policy does not know this log");
  const logKey = logKeyOf(c);
  if (logKey === void 0) return refuted("checkpoint-signature", "no log of the policy signed the checkpoint");
  if (!includes(c.index, size, c.leaf, path2, root2)) return refuted("inclusion", "the entry is not in the checkpoint's tree at its index");
  if (!await isSignedBy(promise2.note, logKey)) return refuted("promise-signature", "the log did not sign the promise");
  if (!promises(promise2, c.index, c.leaf, promisePath)) return refuted("promise-coverage", "the promise is about other entries");
  return verified("included", `entry ${c.index} of ${size}, under a checkpoint that the log signed`);
}
async function witnesses(c) {
  const { quorum, witnesses: known } = c.policy.log;
  if (quorum === null) return { judgement: notChecked("none-asked", "the policy asks for no witnesses"), since: null };
  const cosigned = [];
  for (const witness of known) {
    const time3 = await cosignedAt(c.bundle.logProof.checkpoint.note, witness);
    if (time3 === false) return { judgement: refuted("cosignature", "a cosignature of a known witness does not verify"), since: null };
    if (time3 !== null) cosigned.push({ id: witness.key.id, time: time3 });
  }
  const count2 = `${cosigned.length} of ${known.length} witnesses cosigned`;
  const since = cosigned.map((w) => w.time).sort((a, b2) => a < b2 ? -1 : a > b2 ? 1 : 0).find((t) => isQuorum(quorum, new Set(cosigned.filter((w) => w.time <= t).map((w) => w.id))));
  return since === void 0 ? { judgement: refuted("no-quorum", `${count2}: no quorum`), since: null } : { judgement: verified("quorum", count2), since };
}
async function key(c) {
  const { genesis, keyEvents, receipt } = c.bundle, g = genesis.event, i = c.index;
  if (BigInt(g.rootKeys.filter((k) => c.policy.roots.some((r) => r.id === k.id)).length) < c.policy.rootThreshold)
    return refuted("unknown-root", "too few of the policy's root keys are in genesis");
  if (!c.policy.log.logs.some((l) => sameKey(l, g.logKey))) return refuted("unknown-log-key", "the policy does not know the log key of genesis");
  if (c.signers.length > 0 && !c.signers.some((s) => sameKey(s, g.logKey))) return refuted("other-log-key", "another key than that of genesis signed the checkpoint");
  if (genesis.index !== 0n) return refuted("genesis-index", "genesis does not stand at index 0");
  const fault = refuted("event-proof", "an event is not signed by the roots, or not proved at its index");
  if (await hasFault(c, genesis)) return fault;
  let before = 0n;
  for (const e of keyEvents) {
    if (await hasFault(c, e)) return fault;
    if (e.index <= before) return refuted("event-order", "the events are not in ascending order of index");
    if (e.event.keyId !== receipt.issuer.keyId) return refuted("foreign-event", "an event is about another key");
    if (e.event.origin !== g.origin) return refuted("event-origin", "an event was signed for another log");
    before = e.index;
  }
  if (keyEvents.length === 0 || keyEvents.some((e, n2) => e.event.action === "introduce" !== (n2 === 0)))
    return refuted("introduction", "the key is not introduced exactly once, by its first event");
  for (const { index: a, event: e } of keyEvents) {
    if (e.action === "retire" && i > a) return refuted("retired", `the key was retired at ${a}`);
    if (e.from !== null && i >= e.from) return refuted("compromised", `the key is not to be trusted from ${e.from} on`);
    if (e.until !== null && (e.until <= a || e.until - a > g.maxLease)) return refuted("lease-length", "a lease is longer than genesis allows, or empty");
  }
  if (!keyEvents.some(({ index: a, event: e }) => e.until !== null && a < i && i < e.until)) return refuted("lease", "no lease of the key covers this index");
  if (receipt.issuer.node !== g.node) return refuted("node-name", "the statement names another node than genesis");
  return verified("leased", "the roots let this key sign at this index");
}
function time2(c, since) {
  const { size, root: root2 } = c.bundle.receipt.notBefore;
  if (size > c.index) return refuted("not-before-after", "notBefore is a later tree than the receipt's entry");
  if (!isPrefix(c, size, root2, c.bundle.notBefore)) return refuted("not-before-prefix", "notBefore is not proved to be an earlier state of this log");
  return since !== null ? verified("witnessed", `not younger than ${new Date(Number(since < 8640000000000n ? since : 8640000000000n) * 1e3).toISOString().replace(".000Z", "Z")}`) : unverifiable("claimed", "its times are the node's word; the order in the log is proved");
}
async function model(c) {
  const { model: entry, genesis, keyEvents, receipt } = c.bundle, e = entry.event;
  if (await hasFault(c, entry)) return refuted("event-proof", "the model event is not signed by the roots, or not proved at its index");
  if (e.origin !== genesis.event.origin) return refuted("event-origin", "the model event was signed for another log");
  if (entry.index >= c.index) return refuted("published-later", "the model was published after the receipt");
  const m = receipt.model;
  if (e.name !== m.name || e.version !== m.version || e.manifest !== m.manifest || e.format !== m.format || e.graph !== receipt.execution.graph)
    return refuted("other-model", "the model event is about another model than the statement");
  const segment = keyEvents.find((k) => k.event.segment !== null)?.event.segment;
  if (segment?.model !== m.manifest || segment.profile !== receipt.execution.profile) return refuted("segment", "the key was introduced for another model or profile");
  return verified("published", "these weights were published before the receipt");
}
var rank = (j) => ["refuted", "not-checked", "verified"].indexOf(j.status);
function input({ bundle: { receipt, disclosures } }) {
  const first = judgeInput("input", receipt.input, disclosures.input);
  if (receipt.input.wire === null && disclosures.wireInput === null) return first;
  const second = judgeInput("wire-input", receipt.input.wire, disclosures.wireInput);
  return rank(second) < rank(first) ? second : first;
}
async function completeness(c) {
  const { completeness: index, genesis: { event: genesis }, keyEvents, receipt } = c.bundle;
  if (index === null) return notChecked("no-index", "the bundle has no verifiable index");
  const { epoch, key: k, note } = index, e = epoch.event, signed = epoch.envelope.signatures, only2 = signed[0];
  if (signed.length !== 1 || only2.keyId !== genesis.logKey.key.id || !await verifySignature(genesis.logKey.key, epoch.envelope.pae, only2.bytes))
    return refuted("epoch-signature", "the epoch is not signed by the log key");
  if (!isProved(c, epoch)) return refuted("epoch-proof", "the epoch is not proved at its index");
  if (e.origin !== genesis.origin) return refuted("epoch-origin", "the epoch was signed for another log");
  const { size, root: root2 } = c.bundle.logProof.checkpoint;
  if (e.size === 0n || e.size > epoch.index || !isConsistent(e.size, e.root, size, root2, index.prefix))
    return refuted("epoch-size", "the epoch is not about an earlier state of this log");
  if (c.index >= e.size) return unverifiable("after-epoch", "the epoch is older than the receipt");
  const events2 = keyEvents.filter((v) => v.index < e.size);
  if (BigInt(events2.length) !== k.events) return refuted("events-left-out", "the bundle has not as many key events as the index says");
  const eventsHead = treeHead(events2.map((v) => leafHash(u64be(v.index), v.leaf)));
  const leaf = leafHash(utf8("assay/index/v1\n"), fromHex(receipt.issuer.keyId, 32, "a key id"), u64be(k.events), eventsHead, u64be(k.count), k.records);
  if (!includes(k.position, e.keys, leaf, k.path, e.index)) return refuted("index-key", "the index says something else of this key");
  if (!includes(receipt.sequence, k.count, leafHash(u64be(c.index), c.leaf), index.record, k.records))
    return refuted("record", "the index does not have this receipt at its place");
  if (note.text !== `assay/index/v1
${e.origin}
${e.size}
${toBase64(e.root)}
${e.keys}
${toBase64(e.index)}
`)
    return refuted("index-note", "the index note is about another epoch");
  const { indexers, indexerThreshold } = c.policy;
  let signers = 0n;
  for (const indexer of indexers) {
    const line = lineOf(note, indexer);
    if (line === void 0) continue;
    if (!await verifyLine(note, indexer, line)) return refuted("cosignature", "a line of a known indexer does not verify");
    signers++;
  }
  if (indexers.length === 0) return notChecked("no-indexers", "the policy names no indexers: that nothing was left out is the log's word");
  if (signers < indexerThreshold) return notChecked("not-cosigned", `${signers} of the ${indexerThreshold} indexers that the policy asks for signed the index`);
  return verified("indexed", `number ${receipt.sequence} of ${k.count} records of this key below ${e.size}; none was left out`);
}

// src/verify.ts
var leans = {
  witnesses: ["log"],
  key: ["log"],
  time: ["witnesses"],
  model: ["log", "signature", "key"],
  input: ["signature"],
  output: ["signature"],
  execution: ["model", "input", "output"],
  completeness: ["log", "signature", "key"]
};
async function verify(bytes2, policy, finding = null, proofs = null) {
  let bundle;
  try {
    bundle = parseBundle(bytes2);
  } catch (error) {
    if (error instanceof Malformed) return unread(policy, "malformed", refuted("malformed", error.message));
    if (error instanceof Unsupported) return unread(policy, "unsupported", unverifiable("unsupported", error.message));
    throw error;
  }
  return verifyBundle(bundle, policy, finding, proofs);
}
async function verifyBundle(bundle, policy, finding = null, proofs = null) {
  const c = await openCase(bundle, policy ?? standIn(bundle));
  const witnesses2 = await witnesses(c);
  const model2 = await model(c), input2 = input(c), output = judgeOutput(bundle.receipt.output, bundle.disclosures.output);
  const first = {
    integrity: integrity(c),
    signature: await signature(c),
    log: await log2(c),
    witnesses: witnesses2.judgement,
    key: await key(c),
    time: time2(c, witnesses2.since),
    model: model2,
    input: input2,
    output,
    execution: notChecked("no-replay", ""),
    venue: bundle.receipt.venue.length === 0 ? notChecked("no-claim", "the statement claims no venue") : notChecked("operator-word", "its venue is the operator's word"),
    completeness: await completeness(c)
  };
  const stands = lean(first);
  const judged = lean({ ...first, execution: await execution(c, finding, proofs, ["model", "input", "output"].map((a) => [a, stands[a]])) });
  if (policy === null) {
    for (const axis of axes)
      if (judged[axis].status === "verified") judged[axis] = unverifiable("no-policy", `${judged[axis].detail}, if the keys that the bundle names are to be trusted`);
  }
  const revocations = revocationsOf(bundle, judged.key);
  const verdict = judge(judged, policy);
  return {
    headline: headline(judged, policy, verdict),
    accepted: verdict === "accepted",
    verdict,
    policy: policy?.name ?? null,
    checks: axes.map((axis) => ({ axis, ...judged[axis] })),
    revocations,
    receipt: facts(c)
  };
}
function unread(policy, verdict, integrity2) {
  const rest = notChecked("not-read", "the bundle could not be read");
  const checks = axes.map((axis) => ({ axis, ...axis === "integrity" ? integrity2 : rest }));
  return { headline: verdict === "malformed" ? "MALFORMED" : "UNSUPPORTED", accepted: false, verdict, policy: policy?.name ?? null, checks, revocations: [], receipt: null };
}
function standIn({ genesis: { event: g } }) {
  return {
    name: "",
    log: { logs: [g.logKey], witnesses: [], quorum: null },
    roots: g.rootKeys,
    rootThreshold: g.threshold,
    indexers: [],
    indexerThreshold: 0n,
    require: [],
    execution: "any"
  };
}
function lean(judged) {
  const result = { ...judged };
  for (const axis of axes) {
    const { status, detail } = result[axis];
    if (status !== "verified" && !(axis === "execution" && status === "refuted")) continue;
    const missing = leans[axis]?.find((a) => result[a].status !== "verified");
    if (missing !== void 0) result[axis] = unverifiable(`depends-on-${missing}`, `${detail}; but the axis ${missing}, on which this leans, is not verified`);
  }
  return result;
}
async function execution(c, finding, proofs, judged) {
  if (isRelayed(c.bundle.receipt.output)) return unverifiable("relayed", "relayed: proves what was forwarded and what came back, not which model answered");
  const proved = c.bundle.evidence === null ? null : await judgeProof(c, c.bundle.evidence, proofs, judged);
  if (proved?.status === "refuted") return proved;
  if (finding === null) return proved ?? notChecked("no-replay", "nothing was computed again");
  if (finding.statement !== c.statement) return unverifiable("other-statement", "the finding is about another statement");
  return finding.found === "diverged" ? refuted("diverged", "computed again, the output differs") : verified(finding.found, "computed again, the output is the same");
}
async function judgeProof({ bundle }, evidence, proofs, judged) {
  if (proofs === null) return notChecked("proof-not-checked", "there is a proof, and this verifier checks none");
  const { model: { event: { proofModel } }, receipt, disclosures: { input: input2, output } } = bundle;
  if (proofModel === null) return unverifiable("not-committed", "there is a proof, but the log's entry of the model names no committed model");
  const missing = judged.find(([, j]) => j.status !== "verified")?.[0];
  if (missing !== void 0 || input2 === null || output === null) {
    const axis = missing ?? (input2 === null ? "input" : "output");
    return unverifiable(`depends-on-${axis}`, `there is a proof, at which nobody looked while the axis ${axis} is not verified`);
  }
  const { holds: holds2, detail, weights } = await proofs(evidence, {
    model: proofModel,
    manifest: receipt.model.manifest,
    nonce: receipt.clientNonce,
    inputType: receipt.input.mediaType,
    outputType: receipt.output.mediaType,
    inputCommitment: fromHex(receipt.input.commitment, 32, "a commitment"),
    outputCommitment: fromHex(receipt.output.commitment, 32, "a commitment"),
    input: input2.bytes,
    output: "pieces" in output ? concat(...output.pieces.map((p3) => p3.bytes)) : output.bytes
  });
  return holds2 ? { ...verified("proved", detail), ...weights === void 0 ? {} : { weights } } : refuted("bad-proof", detail);
}
function revocationsOf(bundle, key2) {
  if (key2.status !== "verified" && key2.reason !== "retired" && key2.reason !== "compromised") return [];
  return bundle.keyEvents.flatMap(({ index, event: { action, from } }) => action === "retire" ? [{ action, index: Number(index) }] : action === "compromise" ? [{ action, index: Number(index), from: Number(from) }] : []);
}
function judge(judged, policy) {
  if (axes.some((a) => judged[a].status === "refuted")) return "rejected";
  if (policy === null) return "no-policy";
  if (policy.require.some((a) => judged[a].status !== "verified")) return "rejected";
  const { status, reason } = judged.execution;
  return policy.execution !== "any" && (status !== "verified" || reason !== policy.execution) ? "rejected" : "accepted";
}
function headline(judged, policy, verdict) {
  const refutedAxes = axes.filter((a) => judged[a].status === "refuted");
  if (policy === null) return verdict === "rejected" ? `REJECTED \xB7 ${refutedAxes.join(", ")}` : "NOT JUDGED \xB7 no policy";
  const missing = policy.require.filter((a) => a !== "execution" && judged[a].status !== "verified");
  if (missing.length > 0 || refutedAxes.some((a) => judged[a].reason !== "diverged")) return `REJECTED \xB7 ${[.../* @__PURE__ */ new Set([...refutedAxes, ...missing])].join(", ")}`;
  if (judged.execution.status === "refuted") return "AUTHENTIC \xB7 DIVERGED";
  const how = judged.execution.status === "verified" ? judged.execution.reason === "proved" ? "PROVED" : `execution ${judged.execution.reason}` : judged.execution.reason === "relayed" ? "RELAYED" : "execution not checked";
  return `AUTHENTIC \xB7 ${how}`;
}
function facts(c) {
  const { receipt: r, logProof } = c.bundle;
  return {
    recordId: r.recordId,
    statement: c.statement,
    logIndex: Number(logProof.index),
    sequence: Number(r.sequence),
    clientNonce: r.clientNonce,
    origin: logProof.checkpoint.origin,
    node: r.issuer.node,
    keyId: r.issuer.keyId,
    model: `${r.model.name}@${r.model.version}`,
    manifest: r.model.manifest,
    profile: r.execution.profile,
    requestedAt: r.requestedAt,
    completedAt: r.completedAt
  };
}

// src/fetch.ts
var ReceiptError = class extends Error {
  constructor(fault, message, report = null, evidence = null) {
    super(message);
    this.fault = fault;
    this.report = report;
    this.evidence = evidence;
  }
  fault;
  report;
  evidence;
  name = "ReceiptError";
};
var verifiedBy = /* @__PURE__ */ new WeakMap();
var verifiedReceipt = (response) => verifiedBy.get(response);
var pause = 100;
function askedOf(url) {
  const parts = url.pathname.split("/").filter((p3) => p3 !== "").map(decodeURIComponent), lower = parts.map((p3) => p3.toLowerCase()), n2 = parts.length;
  const base = (start2) => parts.slice(0, start2).map((p3) => `/${encodeURIComponent(p3)}`).join("");
  const ends = (...names2) => n2 >= names2.length && names2.every((name, i) => lower[n2 - names2.length + i] === name);
  if (ends("v1", "chat", "completions")) return { kind: "chat", base: base(n2 - 3) };
  if (ends("v1", "completions")) return { kind: "completion", base: base(n2 - 2) };
  if (ends("v1", "embeddings")) return { kind: "embeddings", base: base(n2 - 2) };
  const versioned = lower[n2 - 3] === "versions", start = versioned ? n2 - 6 : n2 - 4;
  if (lower[n2 - 1] === "infer" && start >= 0 && lower[start] === "v2" && lower[start + 1] === "models" && lower.lastIndexOf("v2") === start)
    return { kind: "tensors", model: parts[start + 2], version: versioned ? parts[n2 - 2] : null, base: base(start) };
  return lower[0] === "v2" ? { kind: "unknown", base: "" } : null;
}
function unchecked(url, asked, response) {
  if (response.ok && (asked !== null || response.headers.has("Assay-Receipt"))) throw new ReceiptError("no-receipt", `an answer from ${url.pathname}, which this client does not know how to check`);
  return response;
}
function assayFetch(policy, options = {}) {
  const send = options.fetch ?? ((...args) => globalThis.fetch(...args)), keeper = options.keep ?? memoryKeeper(), patience = options.patience ?? 3e4, most = options.maxBytes ?? 64 << 20;
  return async (input2, init) => {
    const request = new Request(input2, init), url = new URL(request.url), asked = request.method === "POST" ? askedOf(url) : null;
    if (asked === null || asked.kind === "unknown") return unchecked(url, asked, await send(request));
    const body = new Uint8Array(await request.arrayBuffer()), headers = new Headers(request.headers);
    const nonce = headers.get("Assay-Nonce") ?? toHex(crypto.getRandomValues(new Uint8Array(16)));
    headers.set("Assay-Nonce", nonce);
    const auditable = headers.get("Assay-Auditable") === "true";
    const response = await send(new Request(url, { method: "POST", headers, body, signal: request.signal, credentials: request.credentials }));
    if (!response.ok) return response;
    if (response.status !== 200) throw new ReceiptError("no-receipt", `an answer with status ${response.status}: expected 200`);
    if (response.headers.get("Assay-Relayed") === "true") throw new ReceiptError("not-accepted", "the answer was relayed, and this client does not compare relayed answers with their receipts");
    const confirm = (exchange2, receipt, other) => confirmed(exchange2, receipt, other, new URL(`${asked.base}/v1/receipts/${receipt.id}`, url), headers, request.signal);
    const handOn = (content, found) => {
      const handed2 = new Response(content, { status: response.status, statusText: response.statusText, headers: response.headers });
      if (found !== null) verifiedBy.set(handed2, found);
      return handed2;
    };
    const compared = async (exchange2, other) => {
      const answer = await whole2(response), receipt = read("no-receipt", () => readAnswer(response.headers.get("Assay-Receipt"), answer));
      return handOn(answer, await confirm(exchange2, receipt, (bundle) => other(answer, bundle)));
    };
    if (asked.kind === "tensors") return compared({ model: asked.model, version: asked.version, nonce, auditable, request: body }, (answer, bundle) => otherTensors(body, answer, bundle));
    if (asked.kind === "embeddings") {
      const question2 = readable(readEmbeddingQuestion(read("no-receipt", () => text(body, "the request"))));
      return compared({ model: question2.model, version: question2.version, nonce, auditable, request: body }, (answer, bundle) => otherEmbeddings(question2, answer, bundle));
    }
    const question = readable(readQuestion(asked.kind === "chat", read("no-receipt", () => text(body, "the request"))));
    const exchange = { model: question.model, version: question.version, nonce, auditable, request: body };
    const seen = new Seen(question), check = (receipt) => confirm(exchange, receipt, (bundle) => otherLanguage(question, seen, bundle, receipt.words));
    if (!question.streams) {
      const answer = await whole2(response), json = read("no-receipt", () => parsePlain(text(answer, "the answer")));
      read("other-answer", () => seen.takeWhole(json));
      const receipt = read("no-receipt", () => readAssay(seen.assay));
      read("no-receipt", () => matchHeader(response.headers.get("Assay-Receipt"), receipt));
      return handOn(answer, await check(receipt));
    }
    let handed = null;
    const chunks2 = confirmedChunks(response.body, seen, most, options.holdBack ?? false, async () => {
      const found = await check(read("no-receipt", () => readAssay(seen.assay)));
      if (handed !== null) verifiedBy.set(handed, found);
    });
    return handed = handOn(streamOf(chunks2), null);
  };
  async function whole2(response) {
    try {
      return await readBody(response, most);
    } catch (error) {
      throw error instanceof Malformed ? new ReceiptError("no-receipt", error.message) : error;
    }
  }
  async function confirmed(exchange, receipt, other, address, headers, signal) {
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
  async function fetchBundle(receipt, address, sent, signal) {
    const headers = new Headers({ "Assay-Disclosure": receipt.salt }), key2 = sent.get("Authorization");
    if (key2 !== null) headers.set("Authorization", key2);
    for (let waited = 0; ; waited += pause) {
      const response = await send(new Request(address, { headers, signal }));
      if (response.status === 200) return whole2(response);
      if (response.status !== 202) throw new ReceiptError("no-bundle", `the node answers ${response.status} where the bundle should be`);
      if (waited >= patience) throw await late(receipt, address, headers, signal);
      await new Promise((resolve) => setTimeout(resolve, pause));
      signal.throwIfAborted();
    }
  }
  async function late(receipt, address, headers, signal) {
    if (BigInt(Math.floor(Date.now() / 1e3)) <= receipt.promise.deadline) return new ReceiptError("no-bundle", "the entry is not in the tree yet, and the promise is not out");
    const response = await send(new Request(new URL(address.pathname.replace(/\/v1\/receipts\/.*$/, "/log/checkpoint"), address), { headers, signal }));
    const fault = { kind: "late", promise: receipt.promiseText, checkpoint: response.ok ? text(new Uint8Array(await response.arrayBuffer()), "the checkpoint") : "" };
    return new ReceiptError("broken-promise", "the log promised to show the entry by now, and does not", null, await evidence(fault));
  }
  async function rewritten(receipt, leaf, bundle, found) {
    const other = leafOf(bundle), { logProof } = bundle;
    if (logProof.index !== receipt.index || equal(other, leaf)) return;
    const logText = ["c2sp.org/tlog-proof@v1", `index ${logProof.index}`, ...logProof.path.map(toBase64), "", logProof.checkpointText].join("\n");
    const proof = await evidence({
      kind: "two-leaves",
      index: Number(receipt.index),
      claims: [{ promise: receipt.promiseText, leaf: toBase64(leaf), path: receipt.path.map(toBase64) }, { logProof: logText, leaf: toBase64(other) }]
    });
    if (proof !== null) throw new ReceiptError("broken-promise", "the log shows another entry than it promised", found, proof);
  }
  async function isNewer(bundle, kept, found) {
    if (kept === null) return true;
    const old = parseCheckpoint(kept, "the checkpoint that was kept"), { checkpoint, checkpointText } = bundle.logProof;
    if (old.size === checkpoint.size && !equal(old.root, checkpoint.root))
      throw new ReceiptError("split-view", "the log signed two trees of one size", found, await evidence({ kind: "two-roots", checkpoints: [kept, checkpointText] }));
    return checkpoint.size > old.size;
  }
  async function evidence(fault) {
    const bytes2 = utf8(JSON.stringify({ mediaType: faultType, ...fault }));
    return (await verifyFault(bytes2, policy)).verdict === "proved" ? bytes2 : null;
  }
}
async function* confirmedChunks(body, seen, most, holdBack, confirm) {
  const held = [];
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
function readable(question) {
  if (question === null) throw new ReceiptError("no-receipt", "the node answered a request that this client cannot read");
  return question;
}
function messageOf(error) {
  const message = isRecord(error) ? error["message"] : void 0;
  return typeof message === "string" ? message.slice(0, 200).replace(/[\u0000-\u001f\u007f-\u009f]/g, "?") : "it does not say why";
}
function parsePlain(json) {
  try {
    return JSON.parse(json);
  } catch {
    throw new Malformed("the answer is not JSON");
  }
}
function read(fault, make) {
  try {
    return make();
  } catch (error) {
    if (error instanceof Malformed || error instanceof Unsupported) throw new ReceiptError(fault, error.message);
    throw error;
  }
}

// src/policy.ts
var policyType = "application/vnd.assay.policy.v1+json";
var maxBytes5 = 4 << 20;
var maxKeys = 1024;
var members5 = ["mediaType", "name", "log", "roots", "rootThreshold", "indexers", "indexerThreshold", "require", "execution", "venue"];
function parsePolicy(bytes2) {
  const p3 = only(parseJson(bytes2, "the policy", maxBytes5), members5, "the policy");
  if (p3.get("mediaType") !== policyType) throw new Malformed(`mediaType of the policy is not ${policyType}`);
  const name = label(p3.get("name"), "name of the policy");
  const log3 = parseTlogPolicy(string(p3.get("log"), "log of the policy"), "log of the policy");
  if (log3.logs.length === 0) throw new Malformed("log of the policy names no log");
  const roots = array(p3.get("roots"), "roots of the policy").map((r) => parseSpki(bytes64(r, "a root key of the policy"), "a root key of the policy"));
  several(roots.map((r) => r.id), 1, "roots");
  const rootThreshold = integer(p3.get("rootThreshold"), "rootThreshold of the policy");
  if (rootThreshold < 1n || rootThreshold > BigInt(roots.length)) throw new Malformed("rootThreshold of the policy is not from 1 to the number of its roots");
  const indexers = array(p3.get("indexers"), "indexers of the policy").map((i) => parseVerifierKey(string(i, "an indexer of the policy"), [1], "an indexer of the policy"));
  several(indexers.map((i) => i.key.id), 0, "indexers");
  const indexerThreshold = integer(p3.get("indexerThreshold"), "indexerThreshold of the policy");
  if (indexerThreshold > BigInt(indexers.length) || indexerThreshold === 0n !== (indexers.length === 0))
    throw new Malformed("indexerThreshold of the policy is not from 1 to the number of its indexers");
  const require3 = array(p3.get("require"), "require of the policy").map((r) => string(r, "require of the policy"));
  const asked = axes.filter((a) => require3.includes(a));
  if (asked.length !== require3.length) throw new Malformed("require of the policy names an unknown axis, or one twice");
  if (!["integrity", "signature", "log", "key"].every((a) => require3.includes(a)))
    throw new Malformed("require of the policy does not name integrity, signature, log and key");
  const execution2 = string(p3.get("execution"), "execution of the policy");
  if (execution2 !== "any" && execution2 !== "reproduced" && execution2 !== "proved") throw new Malformed("execution of the policy is not any, reproduced or proved");
  if (p3.get("venue") !== "any") throw new Malformed("venue of the policy is not any");
  return { name, log: log3, roots, rootThreshold, indexers, indexerThreshold, require: asked, execution: execution2 };
}
function several(ids, least2, what) {
  if (ids.length < least2 || ids.length > maxKeys || new Set(ids).size !== ids.length)
    throw new Malformed(`${what} of the policy are not ${least2} to ${maxKeys} keys, none twice`);
}

// src/page/elements.ts
var shapes = {
  verified: [["circle", { cx: "10", cy: "10", r: "9", class: "disc" }], ["path", { d: "m5.8 10.3 2.9 2.9 5.6-6" }]],
  refuted: [["rect", { x: "1.5", y: "1.5", width: "17", height: "17", class: "disc" }], ["path", { d: "m6.3 6.3 7.4 7.4m0-7.4-7.4 7.4" }]],
  unverifiable: [["path", { d: "M10 1 19 10 10 19 1 10Z", class: "disc" }], ["path", { d: "M7.8 8.2a2.2 2.2 0 1 1 3.2 2q-1 .5-1 1.6m0 1.8v.8" }]],
  "not-checked": [["circle", { cx: "10", cy: "10", r: "8.5", class: "ring" }], ["path", { d: "M6.5 10h7", class: "line" }]]
};
function mark(status) {
  const space = "http://www.w3.org/2000/svg", svg = document.createElementNS(space, "svg");
  for (const [name, value] of Object.entries({ class: `mark ${status}`, viewBox: "0 0 20 20", width: "20", height: "20", "aria-hidden": "true" })) svg.setAttribute(name, value);
  for (const [tag, attributes] of shapes[status]) {
    const shape = document.createElementNS(space, tag);
    for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
    svg.append(shape);
  }
  return svg;
}

// src/page/browser.ts
function committedTexts(bundle) {
  const { receipt: { parameters }, disclosures: { output } } = parseBundle(bundle);
  if (output === null || "pieces" in output) return { texts: [], tokens: 0 };
  const tokens = readTokens(output.bytes);
  let first = 0;
  const texts = array(parameters.get("choices"), "choices").map((choice) => {
    const decoder2 = new TextDecoder("utf-8", { ignoreBOM: true }), count2 = Number(integer(object(choice, "a choice").get("tokens"), "tokens"));
    return tokens.slice(first, first += count2).map((t) => decoder2.decode(t.text, { stream: true })).join("") + decoder2.decode();
  });
  return { texts, tokens: tokens.length };
}
export {
  assayFetch,
  committedTexts,
  mark,
  parsePolicy,
  verifiedReceipt
};
