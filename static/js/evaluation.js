// Job evaluation: points, class and difference while levels are chosen, by the rule of the server (rules/job_class.py).
// The form works without this file.
(function () {
  "use strict";

  const form = document.querySelector("form[data-evaluation]");
  if (!form) return;
  const words = form.dataset;
  const bands = JSON.parse(words.bands);
  const language = document.documentElement.lang.startsWith("id") ? "id-ID" : "en-GB";
  let changed = false;

  // Three or more special situations raise a low level of structural factor 6 by one.
  function pointsOf(row) {
    const select = row.querySelector("select");
    const level = select.selectedIndex;
    if (level < 1) return null;
    const situations = form.elements.namedItem("situasi");
    const many = situations && /^\d{1,3}$/.test(situations.value.trim()) && Number(situations.value) >= Number(words.raise);
    const raised = many && row.dataset.factor === words.raised && level <= Number(words.raiseTo);
    return Number(select.options[raised ? level + 1 : level].dataset.points);
  }

  function recount() {
    let sum = 0;
    let complete = true;
    form.querySelectorAll("tr[data-factor]").forEach((row) => {
      const points = pointsOf(row);
      row.querySelector("[data-value]").textContent = points === null ? "–" : points.toLocaleString(language);
      if (points === null) complete = false;
      else sum += points;
    });
    const found = complete ? bands.find(([, highest]) => highest === null || sum <= highest)[0] : null;
    document.querySelector("[data-points]").textContent = complete ? sum.toLocaleString(language) : words.unknown;
    document.querySelector("[data-class]").textContent = complete ? String(found) : words.unknown;
    const gap = document.querySelector("[data-gap]");
    const decided = gap.dataset.decided;
    if (!complete || decided === "") gap.textContent = "–";
    else if (found === Number(decided)) gap.textContent = gap.dataset.fits;
    else gap.textContent = found > Number(decided) ? `+${found - Number(decided)}` : `−${Number(decided) - found}`;
  }

  form.addEventListener("input", () => {
    changed = true;
    recount();
  });
  form.addEventListener("submit", () => {
    changed = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
})();
