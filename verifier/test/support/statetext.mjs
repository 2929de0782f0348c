/* A state's bytes (docs/spec/accounts-fold.md, section 6) as an object, so that a difference can be read. */

export function readable(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const n = () => { at += 8; return Number(view.getBigUint64(at - 8)); };
  const wide = () => { at += 16; return `${(view.getBigUint64(at - 16) << 64n) + view.getBigUint64(at - 8)}`; };
  const id = () => { at += 32; return Buffer.from(bytes.subarray(at - 32, at)).toString("hex").slice(0, 16); };
  const text = () => { const length = n(); at += length; return Buffer.from(bytes.subarray(at - length, at)).toString("utf8"); };
  const list = of => Array.from({ length: n() }, of);
  const letters = () => [..."drvowux"].map(l => `${l}${n()}`).join(" ");
  const numbers = names => Object.fromEntries(names.split(" ").map(name => [name, n()]));
  return {
    id: id(), ...numbers("steps time"), logs: list(() => ({ origin: text(), size: n(), root: id() })),
    segments: list(() => ({
      model: id(), profile: text(), region: text(), ...numbers("owner records epochs withoutDraw disputed faults"), traffic: letters(), canaries: letters(),
      last: list(() => ({ records: n(), letters: letters() })), named: list(() => ({ key: id(), sequence: n() })),
      ...numbers("passes failures rate verdicts alarms alarmVerdict alarmEpochs"), detector: list(wide),
    })),
    auditors: list(() => ({
      origin: text(), key: id(), ...numbers("own commitments draws notCounted missing unjudged late refusals contradicted"), traffic: letters(), canaries: letters(),
    })),
    keys: list(() => ({ key: id(), ...numbers("segment settled"), known: list(() => numbers("below since")) })),
    more: bytes.length - at,
  };
}

/** Where two values differ: path, ours, due. */
export function differing(ours, due, path = "") {
  if (typeof ours !== "object" || typeof due !== "object" || ours === null || due === null) return ours === due ? [] : [`${path} is ${ours}, not ${due}`];
  return [...new Set([...Object.keys(ours), ...Object.keys(due)])].flatMap(k => differing(ours[k], due[k], `${path}/${k}`));
}
