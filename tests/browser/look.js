// What test_every_page.py runs in each page, after axe.
(() => {
  "use strict";
  const focusable = "a[href], button, input, select, textarea, summary, [tabindex]";

  const hash = (text, start) => {
    let made = start;
    for (let at = 0; at < text.length; at += 1) made = Math.imul(made ^ text.charCodeAt(at), 16777619);
    return made | 0;
  };

  // The texts and controls that are seen, each with a mark of all that its contrast comes from: its letters and their
  // colour, and the backgrounds, opacity and places of what it stands in. And what scrolls without a way in by keys.
  const shown = () => {
    const grounds = new Map(), found = [], closed = [];
    for (const element of document.querySelectorAll("html, body, body *")) {
      const style = getComputedStyle(element), above = element.parentElement;
      const plain = style.backgroundColor === "rgba(0, 0, 0, 0)" && style.backgroundImage === "none"
        && style.opacity === "1" && style.position === "static";
      const ground = plain ? grounds.get(above) || 0 : hash(
        [style.backgroundColor, style.backgroundImage, style.opacity, style.position].join(), grounds.get(above) || 0);
      grounds.set(element, ground);
      const scrolls = /auto|scroll/.test(style.overflowX + style.overflowY)
        && (element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight);
      if (scrolls && !element.matches(focusable) && !element.querySelector(focusable)) closed.push(element);
      const text = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
      if (!(text || element.matches(focusable))) continue;
      if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const letters = [style.color, style.fontSize, style.fontWeight, style.textShadow, style.textDecorationLine];
      // A link in a sentence is also compared with the words around it.
      if (element.tagName === "A") letters.push(getComputedStyle(above).color);
      found.push([element, hash(letters.join(), ground)]);
    }
    return [found, closed];
  };

  const run = async (context, options) => {
    // Only what is wrong is asked for, and no file is loaded a second time for it.
    const answer = await axe.run(context, { resultTypes: ["violations"], preload: false, ...options });
    return answer.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 160)}`));
  };

  // Where what stands in the flow ends: the admin's body is as tall as the window, whatever it holds.
  const lowest = (element) => {
    const style = getComputedStyle(element);
    if (/absolute|fixed/.test(style.position)) return 0;
    const own = element.getBoundingClientRect().bottom + scrollY;
    return style.overflowY === "visible" ? Math.max(own, ...[...element.children].map(lowest)) : own;
  };

  // Return the faults of the page at this width in both themes. Another theme changes colours alone, another width also
  // what is shown and what scrolls; so each text whose colours this tab has not yet seen at this width in this theme is
  // looked at, once. All other rules read the document, which is the same in both themes.
  window.look = async (width) => {
    const faults = [];
    for (const theme of ["light", "dark"]) {
      document.documentElement.dataset.theme = theme;
      const key = `looked-${width}-${theme}`, seen = new Set(JSON.parse(sessionStorage.getItem(key) || "[]"));
      const [found, closed] = shown(), fresh = new Map();
      for (const [element, mark] of found) if (!seen.has(mark) && !fresh.has(mark)) fresh.set(mark, element);
      const include = [...new Set([...fresh.values(), ...closed])];
      if (!include.length) continue;
      const rules = ["color-contrast", "link-in-text-block", "scrollable-region-focusable"];
      const wrong = await run({ include }, { runOnly: { type: "rule", values: rules } });
      faults.push(...wrong.map((fault) => `${width} ${theme} ${fault}`));
      sessionStorage.setItem(key, JSON.stringify([...seen, ...fresh.keys()]));
    }
    const rules = { "color-contrast": { enabled: false } };
    faults.push(...(await run(document, { rules })).map((fault) => `${width} ${fault}`));
    for (const row of document.querySelectorAll(".tabs")) {
      const here = row.querySelector("[aria-current]"), box = row.getBoundingClientRect();
      const at = here && here.getBoundingClientRect();
      if (at && (at.left < box.left - 1 || at.right > box.right + 1)) faults.push(`${width} the open tab is out of sight`);
    }
    const wide = document.documentElement.scrollWidth;
    if (wide > width) faults.push(`${width} the page is ${wide} pixels wide`);
    // What is placed absolutely may lie outside the box that scrolls it, and leave a blank page to scroll through.
    const tall = document.documentElement.scrollHeight;
    let last = document.body.getBoundingClientRect().bottom + scrollY;
    if (tall > Math.max(last, innerHeight) + 2) last = lowest(document.body);
    if (tall > Math.max(last, innerHeight) + 2) faults.push(`${width} ${Math.round(tall - last)} blank pixels below`);
    return faults;
  };
})();
