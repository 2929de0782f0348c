import type { Status } from "../report.js";

/* Elements, made with text only: nothing that a file says is ever markup. */

type Child = Node | string;

export function element<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, ...children: readonly Child[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className !== "") made.className = className;
  made.append(...children);
  return made;
}

/** What the other side chose, cut to 80 characters and without control characters or marks that turn text around. */
export const shown = (text: string): string =>
  (text.length > 80 ? `${text.slice(0, 79)}…` : text).replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "\ufffd");

const shapes: Record<Status, readonly (readonly [string, Record<string, string>])[]> = {
  verified: [["circle", { cx: "10", cy: "10", r: "9", class: "disc" }], ["path", { d: "m5.8 10.3 2.9 2.9 5.6-6" }]],
  refuted: [["rect", { x: "1.5", y: "1.5", width: "17", height: "17", class: "disc" }], ["path", { d: "m6.3 6.3 7.4 7.4m0-7.4-7.4 7.4" }]],
  unverifiable: [["path", { d: "M10 1 19 10 10 19 1 10Z", class: "disc" }], ["path", { d: "M7.8 8.2a2.2 2.2 0 1 1 3.2 2q-1 .5-1 1.6m0 1.8v.8" }]],
  "not-checked": [["circle", { cx: "10", cy: "10", r: "8.5", class: "ring" }], ["path", { d: "M6.5 10h7", class: "line" }]],
};

/** The sign of a status; always beside its word. */
export function mark(status: Status): SVGElement {
  const space = "http://www.w3.org/2000/svg", svg = document.createElementNS(space, "svg");
  for (const [name, value] of Object.entries({ class: `mark ${status}`, viewBox: "0 0 20 20", width: "20", height: "20", "aria-hidden": "true" })) svg.setAttribute(name, value);
  for (const [tag, attributes] of shapes[status]) {
    const shape = document.createElementNS(space, tag);
    for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
    svg.append(shape);
  }
  return svg;
}

export const facts = (rows: readonly (readonly [string, string])[]): HTMLElement =>
  element("dl", "", ...rows.flatMap(([name, value]) => [element("dt", "", name), element("dd", "", shown(value))]));

export function raw(title: string, value: unknown): HTMLElement {
  return element("details", "", element("summary", "", element("h2", "", title)), element("pre", "json", JSON.stringify(value, null, 2)));
}
