import { b64 } from "./signing.mjs";

/* Changes of bytes, texts and JSON values, drawn from a generator. Each gives a new value or changes the one it is given. */

export const clone = value => structuredClone(value);

export function bits(random, bytes) {
  const copy = Uint8Array.from(bytes);
  if (copy.length === 0) return copy;
  for (let n = random.below(3) + 1; n > 0; n--) copy[random.below(copy.length)] ^= 1 << random.below(8);
  return copy;
}

const scraps = ["", " ", "\n", "\u0000", "\u007f", "\u0085", "\u00a0", "\u2003", "\ufeff", "\u2028", "+", "0", "9", "-", ".", "e", "=", "A", "\u00e9", "\u{1f600}", "\ud800", "\\", "\"", "/", ":", "..", "\u2014 ", "\n\n", "\r", "\t"];
const numbers = [0, 1, 2, 7, 8, 13, 99, 255, 256, 65535, 65536, 1000000, 2 ** 31, 2 ** 32, 2 ** 53 - 2, 2 ** 53 - 1];
const words = ["exact", "any", "reproduced", "none", "operator", "retire", "renew", "introduce", "compromise", "ed25519", "ecdsa-p256-sha256", "log", "time", "completeness", "application/vnd.assay.tokens.v1",
  "application/vnd.assay.tensors.v1", "urn:assay:key:v1", "urn:assay:model:v1", "urn:assay:genesis:v1", "urn:assay:epoch:v1", "urn:assay:inference:v1", "text/plain", "recordId", "0".repeat(64), "F".repeat(64),
  "2026-01-01T00:00:00Z", "9223372036854775807", "9223372036854775808", "18446744073709551615", "x".repeat(1025), "x".repeat(257), b64(Buffer.alloc(32)), b64(Buffer.alloc(64)), b64(Buffer.alloc(33, 1))];

/** Another text: a character changed, left out or put in, a line moved, a number in it changed, base64 of other bytes. */
export function text(random, value) {
  const at = random.below(value.length + 1), lines = value.split("\n");
  switch (random.below(9)) {
    case 0: return value.slice(0, at) + random.pick(scraps) + value.slice(at);
    case 1: return value.slice(0, at) + value.slice(at + 1 + random.below(3));
    case 2: return value.slice(0, at) + String.fromCharCode((value.charCodeAt(at) || 65) ^ (1 << random.below(7))) + value.slice(at + 1);
    case 3: { const a = random.below(lines.length), b = random.below(lines.length); [lines[a], lines[b]] = [lines[b], lines[a]]; return lines.join("\n"); }
    case 4: lines.splice(random.below(lines.length), random.below(2), random.pick([...lines, "", "x"])); return lines.join("\n");
    case 5: return value.replace(/\d+/, n => random.pick([`${BigInt(n) + 1n}`, `${BigInt(n) - 1n}`, `0${n}`, `${random.pick(numbers)}`, "9223372036854775807", "9223372036854775808"]));
    case 6: return b64(bits(random, Buffer.from(value, "base64")));
    case 7: return random.pick(words);
    default: return random.pick([value.toUpperCase(), `${value}${value}`, `${value}\n`, value.trimEnd(), value.slice(0, at), value.replaceAll("\n", "\r\n")]);
  }
}

/** A value of any kind. */
export const any = random => clone(random.pick([null, true, false, {}, [], "", random.pick(numbers), random.pick(words), [random.pick(numbers)], [random.pick(words)], { a: 1 }, [[]], [{}]]));

const isTree = value => value !== null && typeof value === "object";
/** Every place in a value as [holder, key]. */
export function places(value) {
  const found = [], walk = v => { for (const key of Object.keys(v)) { found.push([v, key]); if (isTree(v[key])) walk(v[key]); } };
  if (isTree(value)) walk(value);
  return found;
}

/** One change somewhere in a JSON value; `donor` is another value of the same kind, whose parts are taken now and then. */
export function tree(random, value, donor = value) {
  const all = places(value);
  if (all.length === 0) return value;
  const [holder, key] = random.pick(all), old = holder[key];
  const put = v => { holder[key] = v; };
  switch (random.below(10)) {
    case 0: if (Array.isArray(holder)) holder.splice(Number(key), 1); else delete holder[key]; break;
    case 1: put(any(random)); break;
    case 2: { const [h, k] = random.pick(all), other = h[k]; if (!isTree(old) && !isTree(other)) { h[k] = old; put(other); } else put(clone(other)); break; }
    case 3: { const twin = twinOf(value, donor, holder, key); if (twin !== undefined) put(clone(twin)); break; }
    case 4: if (Array.isArray(old)) old.splice(random.below(old.length + 1), 0, random.chance(2) && old.length > 0 ? clone(random.pick(old)) : any(random));
      else if (isTree(old)) old[random.pick(["more", "__proto__x", "path", "note", "key", "critical", "extra"])] = any(random); else put(any(random)); break;
    case 5: if (Array.isArray(old)) random.chance(2) ? old.reverse() : old.pop(); else if (typeof old === "string") put(text(random, old)); break;
    case 6: if (typeof old === "number") put(Math.min(2 ** 53 - 1, Math.max(0, random.pick([old + 1, old - 1, random.pick(numbers)])))); else if (typeof old === "boolean") put(!old); else if (typeof old === "string") put(text(random, old)); break;
    default: if (typeof old === "string") put(text(random, old)); else if (typeof old === "number") put(random.pick(numbers)); else tree(random, value, donor); break;
  }
  return value;
}

/** The part of the donor at the same place. */
function twinOf(value, donor, holder, key) {
  const at = places(value).findIndex(([h, k]) => h === holder && k === key), twin = places(donor)[at];
  return twin?.[1] === key ? twin[0][key] : undefined;
}

/** JSON written otherwise: white space, escapes, a name twice, numbers of other forms, more after the end. */
export function spelling(random, json) {
  const spots = [...json.matchAll(/"(?:[^"\\]|\\.)*"|\d+|[{}[\],:]/g)], spot = random.pick(spots);
  const [whole] = spot, before = json.slice(0, spot.index), after = json.slice(spot.index + whole.length);
  const put = s => before + s + after;
  if (random.chance(8)) return random.pick([`\ufeff${json}`, `${json} `, `${json}\n{}`, `${json}\u0000`, ` \t\r\n${json}`, json.slice(0, random.below(json.length)), `[${json}]`, `${json},`]);
  if (/^\d/.test(whole)) return put(random.pick([`-${whole}`, `${whole}.0`, `${whole}e0`, `0${whole}`, `+${whole}`, "9007199254740992", "1e2", `"${whole}"`, ` ${whole} `, "18446744073709551616"]));
  if (whole.startsWith("\"")) {
    const at = 1 + random.below(Math.max(1, whole.length - 2)), c = whole[at];
    return put(random.pick([`${whole.slice(0, at)}\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}${whole.slice(at + 1)}`, `${whole.slice(0, at)}\\${c}${whole.slice(at + 1)}`, whole.slice(0, -1), `${whole},`, `${whole}:1,${whole}`,
      `${whole.slice(0, at)}\\ud800${whole.slice(at)}`, `${whole.slice(0, at)}\u0001${whole.slice(at)}`, `'${whole.slice(1, -1)}'`, `${whole.slice(0, at)}\\/${whole.slice(at)}`, ` ${whole}\n`]));
  }
  return put(random.pick([`${whole}${whole}`, "", ` ${whole}\t`, `${whole}\u00a0`, `/**/${whole}`, `${whole}null,`, `${whole},`, `${whole}${"[".repeat(33)}`, ",", ":", "]", "}"]));
}
