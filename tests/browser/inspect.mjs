// Questions that are asked of a page from inside the browser.

/** Text whose contrast with what is behind it is under 4.5 (WCAG 2.2, 1.4.3; 3 where it is large). */
export const poorContrast = page => page.evaluate(() => {
  // A canvas turns any CSS colour into numbers.
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = colour => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([r, g, b]) => {
    const [lr, lg, lb] = [r, g, b].map(c => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * lr + 0.7152 * lg + 0.0722 * lb;
  };
  const backgroundOf = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const poor = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const element = text.parentElement;
    if (!text.data.trim() || !element.checkVisibility() || element.closest("noscript")) continue;
    const style = getComputedStyle(element);
    const [a, b] = [luminance(rgba(style.color)), luminance(backgroundOf(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) poor.push(`${ratio.toFixed(2)} "${text.data.trim().slice(0, 40)}"`);
  }
  return poor;
});

/** What a page's structure lacks for those who hear it. */
export const structureFaults = page => page.evaluate(() => {
  const faults = [];
  const check = (holds, fault) => holds || faults.push(fault);
  const all = selector => [...document.querySelectorAll(selector)];
  check(document.documentElement.lang === "en", "no language");
  check(document.title.endsWith("Assay"), "no title");
  for (const one of ["h1", "main", "body > header", "body > footer", "nav[aria-label]", "form[role=search]"])
    check(all(one).length === 1, `${all(one).length} of ${one}`);
  for (const table of all("table")) {
    check(table.caption?.textContent.trim(), "a table without a caption");
    check([...table.querySelectorAll("th")].every(th => th.scope === "row" || th.scope === "col"), "a table header without a scope");
    check([...table.tBodies[0].rows].every(row => row.cells[0].matches("th[scope=row]")), "a row without a header");
  }
  for (const field of all("input, button")) check(field.labels?.length || field.textContent.trim() || field.hidden || field.type === "hidden", `${field.id} without a label`);
  for (const link of all("a")) check(link.textContent.trim(), `a link to ${link.href} without words`);
  for (const drawing of all("svg")) check(drawing.ariaHidden === "true" || drawing.ariaLabel, "a drawing neither hidden nor named");
  for (const part of all("[aria-labelledby]")) check(document.getElementById(part.getAttribute("aria-labelledby")), `a label that is not there: ${part.id}`);
  const ids = all("[id]").map(element => element.id);
  check(new Set(ids).size === ids.length, "an id that is there twice");
  for (const [i, heading] of all("h1, h2, h3").entries())
    check(i === 0 ? heading.tagName === "H1" : heading.tagName !== "H3", `a heading of the wrong level: ${heading.textContent}`);
  return faults;
});

/** Buttons, fields and links that stand alone and are smaller than 24 by 24 (WCAG 2.2, 2.5.8). */
export const smallTargets = page => page.evaluate(() =>
  [...document.querySelectorAll("button, input, summary, .brand, nav a, .action")]
    .filter(element => element.checkVisibility())
    .map(element => [element.getBoundingClientRect(), element.textContent.trim() || element.id])
    .filter(([box]) => box.width < 24 || box.height < 24)
    .map(([box, name]) => `${name}: ${box.width}x${box.height}`));
