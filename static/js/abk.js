// The workload grid: totals while typing, rows added in place, a draft kept in the browser until it is saved.
// The form works without this file: the server computes the same totals and offers blank rows.
(function () {
  "use strict";

  const FACTOR = { year: 1, semester: 2, quarter: 4, month: 12, week: 50, day: 250 };
  const form = document.querySelector("form[data-abk]");
  if (!form) return;
  const indonesian = document.documentElement.lang.startsWith("id");
  const words = form.dataset;

  // 1.450 is one thousand four hundred and fifty, 0,52 is a half and a bit: as the server reads it.
  function number(text) {
    const bare = text.trim().replace(/\s/g, "");
    if (/^\d{1,3}(\.\d{3})+(,\d+)?$/.test(bare) && !bare.startsWith("0.")) return Number(bare.replaceAll(".", "").replace(",", "."));
    if (/^\d+,\d+$/.test(bare)) return Number(bare.replace(",", "."));
    if (/^\d+(\.\d+)?$/.test(bare)) return Number(bare);
    return NaN;
  }

  function shown(value, places) {
    return value.toLocaleString(indonesian ? "id-ID" : "en-GB", { minimumFractionDigits: places, maximumFractionDigits: places });
  }

  // Like the server: the quotient is rounded once to ten decimals, halves upwards, then to people.
  function people(need) {
    const exact = Math.round(need * 1e10) / 1e10;
    return words.rounding === "ceil" ? Math.ceil(exact) : Math.floor(exact + 0.5);
  }

  function grade(value) {
    if (value > 1) return "A";
    if (value >= 0.9) return "B";
    if (value >= 0.7) return "C";
    return value >= 0.5 ? "D" : "E";
  }

  function field(row, name) {
    return row.querySelector(`[name$="-${name}"]`);
  }

  function rowLoad(row) {
    const removed = field(row, "hapus");
    if (removed && removed.checked) return null;
    const volume = number(field(row, "volume").value);
    const minutes = number(field(row, "minutes").value);
    if (!(volume > 0) || !(minutes > 0)) return null;
    return volume * (FACTOR[field(row, "per").value] || 1) * minutes;
  }

  function recount(section) {
    const health = section.dataset.method === "ABK_KES";
    const year = Number(health ? words.minutesHealth : words.minutes);
    let load = 0;
    let support = 0;
    let need = 0;
    let any = false;
    section.querySelectorAll("tr[data-row]").forEach((row) => {
      const own = field(row, "own");
      const effective = (own && number(own.value)) || year;
      const minutes = rowLoad(row);
      const cell = row.querySelector("[data-load]");
      cell.textContent = minutes === null ? "–" : shown(minutes, 0);
      row.classList.toggle("going", Boolean(field(row, "hapus") && field(row, "hapus").checked));
      if (minutes === null) return;
      any = true;
      load += minutes;
      if (health && field(row, "part").value === "penunjang") support += minutes;
      else need += minutes / effective;
    });
    if (health) need = year > support ? (load - support) / (year - support) : NaN;
    const holders = Number(section.dataset.holders);
    const known = any && Number.isFinite(need);
    const put = (name, text) => (section.querySelector(`[data-${name}]`).textContent = text);
    put("sum", shown(load, 0));
    put("need", known ? shown(need, 4) : words.unknown);
    put("k", known ? shown(people(need), 0) : words.unknown);
    put("ej", known && holders > 0 ? `${shown(need / holders, 2)} (${grade(need / holders)})` : "–");
    return known ? { need, k: people(need) } : null;
  }

  function recountAll() {
    let need = 0;
    let k = 0;
    form.querySelectorAll("[data-position]").forEach((section) => {
      const result = recount(section);
      if (result) {
        need += result.need;
        k += result.k;
      }
    });
    const total = document.querySelector("[data-total-need]");
    if (total) total.textContent = shown(need, 4);
    const totalK = document.querySelector("[data-total-k]");
    if (totalK) totalK.textContent = shown(k, 0);
  }

  // A row is added by the button, or by Enter in the last row.
  function addRow(section) {
    const body = section.querySelector("tbody");
    const template = document.getElementById("abk-row");
    const index = Number(section.dataset.next);
    section.dataset.next = index + 1;
    const made = template.content.cloneNode(true);
    made.querySelectorAll("[name], [id], [for], [aria-label]").forEach((element) => {
      for (const name of ["name", "id", "for", "aria-label"]) {
        const value = element.getAttribute(name);
        if (value) element.setAttribute(name, value.replace("__p__", section.dataset.position).replace("__i__", index).replace("__n__", index + 1));
      }
    });
    const cell = made.querySelector("[data-n]");
    if (cell) cell.textContent = index + 1;
    body.appendChild(made);
    body.lastElementChild.querySelector("textarea, input:not([type=hidden])").focus();
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-add]");
    if (!button) return;
    event.preventDefault();
    addRow(button.closest("[data-position]"));
  });

  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT" || event.ctrlKey || event.metaKey) return;
    const row = event.target.closest("tr[data-row]");
    if (!row) return;
    // Enter moves down a column, as in a spreadsheet; it never sends the form half-filled.
    event.preventDefault();
    const name = event.target.name.split("-").pop();
    const below = row.nextElementSibling;
    if (below) field(below, name).focus();
    else addRow(row.closest("[data-position]"));
  });

  // Draft: what is typed and not yet saved survives a lost connection, an ended session or a closed page.
  const key = words.draft;
  let changed = form.hasAttribute("data-dirty");
  let timer = 0;

  function values() {
    const kept = {};
    for (const [name, value] of new FormData(form)) if (name.startsWith("p") && typeof value === "string") kept[name] = value;
    form.querySelectorAll('tr[data-row] input[type="checkbox"]:not(:checked)').forEach((box) => (kept[box.name] = ""));
    return kept;
  }

  function keep() {
    try {
      localStorage.setItem(key, JSON.stringify({ version: words.version, at: Date.now(), values: values() }));
    } catch {
      // Storage may be full or forbidden: the form itself still holds everything.
    }
  }

  function restore(kept) {
    for (const section of form.querySelectorAll("[data-position]")) {
      const prefix = `p${section.dataset.position}-`;
      const last = Object.keys(kept).filter((name) => name.startsWith(prefix)).reduce((most, name) => Math.max(most, Number(name.split("-")[1])), -1);
      while (Number(section.dataset.next) <= last) addRow(section);
    }
    for (const [name, value] of Object.entries(kept)) {
      const element = form.elements.namedItem(name);
      if (!element) continue;
      if (element.type === "checkbox") element.checked = value !== "";
      else element.value = value;
    }
    changed = true;
    recountAll();
  }

  const offer = document.getElementById("abk-draft");
  try {
    const draft = JSON.parse(localStorage.getItem(key) || "null");
    if (draft && !changed && offer && draft.version === words.version) {
      offer.hidden = false;
      offer.querySelector("[data-restore]").addEventListener("click", () => {
        restore(draft.values);
        offer.hidden = true;
      });
      offer.querySelector("[data-forget]").addEventListener("click", () => {
        localStorage.removeItem(key);
        offer.hidden = true;
      });
    } else if (draft && draft.version !== words.version) {
      localStorage.removeItem(key);
    }
  } catch {
    localStorage.removeItem(key);
  }

  form.addEventListener("input", (event) => {
    const section = event.target.closest("[data-position]");
    if (!section) return;
    changed = true;
    recountAll();
    clearTimeout(timer);
    timer = setTimeout(keep, 800);
  });
  form.addEventListener("submit", () => {
    keep();
    changed = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
  recountAll();
})();
