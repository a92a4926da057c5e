// The workload grid: totals while typing, moves by keyboard, rows added and pasted in place, a draft kept in the browser
// until it is saved. The form works without this file: the server computes the same totals and offers blank rows.
(function () {
  "use strict";

  const CELLS = ["task", "output", "volume", "per", "minutes", "part", "digital", "own", "goal"];
  const form = document.querySelector("form[data-abk]");
  if (!form) return;
  const rule = window.asnhrWorkload;
  const indonesian = document.documentElement.lang.startsWith("id");
  const words = form.dataset;
  const shown = (value, places) => rule.shown(value, places, indonesian);
  let changed = form.hasAttribute("data-dirty");

  const field = (row, name) => row.querySelector(`[name$="-${name}"]`);
  const cellOf = (element) => (element.name || "").split("-").pop();
  const rowsOf = (section) => [...section.querySelectorAll("tr[data-row]")];

  // Totals

  function valuesOf(row) {
    const own = field(row, "own");
    return {
      volume: field(row, "volume").value,
      per: field(row, "per").value,
      minutes: field(row, "minutes").value,
      part: field(row, "part").value,
      own: own ? own.value : "",
      removed: field(row, "hapus").checked,
    };
  }

  function recount(section) {
    const rows = rowsOf(section);
    const holders = Number(section.dataset.holders);
    const found = rule.compute({
      method: section.dataset.method, minutes: words.minutes, minutesHealth: words.minutesHealth, rounding: words.rounding,
      holders, rows: rows.map(valuesOf),
    });
    rows.forEach((row, index) => {
      const { load, need, standard } = found.rows[index];
      row.querySelector("[data-load]").textContent = load ? shown(rule.quotient(load), 0) : "–";
      row.querySelector("[data-part]").textContent = need === null ? "" : shown(need, 4);
      row.querySelector("[data-standard]").textContent = standard === null ? "–" : shown(standard, 2);
      row.classList.toggle("going", field(row, "hapus").checked);
    });
    const put = (name, text) => {
      const place = section.querySelector(`[data-${name}]`);
      if (place) place.textContent = text;
    };
    put("sum", shown(rule.quotient(found.load), 0));
    put("need", found.need === null ? words.unknown : shown(found.need, 4));
    put("k", found.k === null ? words.unknown : shown(found.k * rule.ONE, 0));
    put("ej", found.ej === null ? "–" : `${shown(found.ej, 2)} (${found.grade})`);
    put("jkt", found.jkt === null ? "–" : shown(found.jkt, 4));
    put("ftp", found.ftp === null ? "–" : `${shown(found.ftp, 4)} %`);
    put("stp", found.stp === null ? "–" : shown(found.stp, 4));
    return { ...found, holders };
  }

  function recountAll() {
    let need = 0n;
    let k = 0n;
    let holders = 0;
    let measured = 0;
    let minutes = { n: 0n, d: 1n };
    form.querySelectorAll("[data-position]").forEach((section) => {
      const found = recount(section);
      minutes = { n: minutes.n * found.load.d + found.load.n * minutes.d, d: minutes.d * found.load.d };
      if (found.need === null) return;
      measured += 1;
      need += found.need;
      k += found.k;
      holders += found.holders;
    });
    const here = { load: rule.quotient(minutes), need, k, holders, measured };
    total("total", here);
    // The whole sheet: the other pages as they are stored, and this one as it is typed.
    if (words.restLoad !== undefined) {
      total("whole", {
        load: here.load + tenDecimals(words.restLoad),
        need: here.need + tenDecimals(words.restNeed),
        k: here.k + BigInt(words.restK),
        holders: here.holders + Number(words.restHolders),
        measured: here.measured + Number(words.restMeasured),
      });
    }
  }

  function tenDecimals(text) {
    const [whole, decimals = ""] = text.split(".");
    return BigInt(whole + decimals.padEnd(10, "0").slice(0, 10));
  }

  function total(of, { load, need, k, holders, measured }) {
    const put = (name, text) => {
      const place = form.querySelector(`[data-${of}-${name}]`);
      if (place) place.textContent = text;
    };
    put("load", shown(load, 0));
    put("need", measured ? shown(need, 4) : "—");
    put("k", measured ? shown(k * rule.ONE, 0) : "—");
    const eu = measured && holders > 0 ? rule.halfUp(need, BigInt(holders)) : null;
    put("eu", eu === null ? "–" : `${shown(eu, 2)} (${rule.grade(eu)})`);
  }

  function touched() {
    changed = true;
    recountAll();
    clearTimeout(timer);
    timer = setTimeout(keep, 800);
  }

  // Rows

  function addRow(section) {
    const index = Number(section.dataset.next);
    section.dataset.next = index + 1;
    const made = document.getElementById("abk-row").content.cloneNode(true);
    made.querySelectorAll("[name], [id], [for], [aria-label]").forEach((element) => {
      for (const name of ["name", "id", "for", "aria-label"]) {
        const value = element.getAttribute(name);
        if (value) element.setAttribute(name, value.replace("__p__", section.dataset.position).replace("__i__", index).replace("__n__", index + 1));
      }
    });
    made.querySelector("[data-n]").textContent = index + 1;
    const body = section.querySelector("tbody");
    body.querySelectorAll("tr:not([data-row])").forEach((empty) => empty.remove());
    body.appendChild(made);
    body.lastElementChild.dataset.added = "";
    return body.lastElementChild;
  }

  // A row that was never stored goes at once; a stored one is marked and goes when the grid is saved.
  function removeRow(row) {
    const near = row.nextElementSibling || row.previousElementSibling;
    if ("added" in row.dataset && near) {
      row.remove();
      field(near, "task").focus();
    } else field(row, "hapus").checked = !field(row, "hapus").checked;
    touched();
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-add]");
    if (!button) return;
    event.preventDefault();
    field(addRow(button.closest("[data-position]")), "task").focus();
  });

  // Moves: Enter and arrows go along a column as in a spreadsheet; they never send the form half-filled.

  function move(element, step, mayAdd) {
    const row = element.closest("tr[data-row]");
    const section = row.closest("[data-position]");
    const rows = rowsOf(section);
    const next = rows[rows.indexOf(row) + step] || (step > 0 && mayAdd ? addRow(section) : null);
    const target = next && field(next, cellOf(element));
    if (!target) return;
    target.focus();
    if (target.select) target.select();
  }

  function atEdge(element, step) {
    // The arrows of a field with suggestions choose among them.
    if (element.tagName !== "TEXTAREA") return element.tagName === "INPUT" && !element.list;
    return step < 0 ? element.selectionStart === 0 : element.selectionEnd === element.value.length;
  }

  form.addEventListener("keydown", (event) => {
    const row = event.target.closest("tr[data-row]");
    if (!row || event.altKey || event.isComposing) return;
    const held = event.ctrlKey || event.metaKey;
    const isCell = CELLS.includes(cellOf(event.target));
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (event.key === "Enter" && held) field(addRow(row.closest("[data-position]")), "task").focus();
    else if (event.key === "Delete" && held) removeRow(row);
    else if (event.key === "Enter" && isCell && event.target.tagName !== "SELECT") move(event.target, event.shiftKey ? -1 : 1, true);
    else if (step && isCell && !event.shiftKey && (held || atEdge(event.target, step))) move(event.target, step, false);
    else return;
    event.preventDefault();
  });

  // A block of cells copied from a spreadsheet fills the grid from here to the right and down.
  function write(control, text) {
    if (control.type === "checkbox") control.checked = /^(1|x|v|y|ya|yes|true)$/i.test(text);
    else if (control.tagName === "SELECT") {
      const wanted = text.toLowerCase();
      const option = [...control.options].find((each) => [each.value, each.text.trim().toLowerCase()].includes(wanted));
      if (option) control.value = option.value;
    } else control.value = text;
  }

  form.addEventListener("paste", (event) => {
    const row = event.target.closest("tr[data-row]");
    const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
    const first = CELLS.indexOf(cellOf(event.target));
    if (!row || first < 0 || !(text.includes("\t") || (text.includes("\n") && event.target.tagName !== "TEXTAREA"))) return;
    event.preventDefault();
    const section = row.closest("[data-position]");
    // Cells that the method of this position does not show are not filled.
    const visible = CELLS.filter((name) => name !== "own" || section.dataset.method === "ABK");
    const from = visible.indexOf(CELLS[first]);
    let index = rowsOf(section).indexOf(row);
    for (const line of text.split("\n")) {
      const target = rowsOf(section)[index] || addRow(section);
      line.split("\t").slice(0, visible.length - from).forEach((cell, at) => write(field(target, visible[from + at]), cell.trim()));
      index += 1;
    }
    touched();
  });

  // Draft: what is typed and not yet saved survives a lost connection, an ended session or a closed page. What others
  // saved meanwhile does not end it: the fingerprints that it holds make the server show both.
  const key = words.draft;
  let timer = 0;

  function values() {
    const kept = {};
    for (const [name, value] of new FormData(form)) if (name.startsWith("p") && typeof value === "string") kept[name] = value;
    form.querySelectorAll('tr[data-row] input[type="checkbox"]:not(:checked)').forEach((box) => (kept[box.name] = ""));
    return kept;
  }

  function keep(sent) {
    try {
      localStorage.setItem(key, JSON.stringify({ version: words.version, sent: sent === true, at: Date.now(), values: values() }));
    } catch {
      // Storage may be full or forbidden: the form itself still holds everything.
    }
  }

  function restore(kept) {
    for (const section of form.querySelectorAll("[data-position]")) {
      const prefix = `p${section.dataset.position}-`;
      const indexes = Object.keys(kept).filter((name) => name.startsWith(prefix) && name.endsWith("-task")).map((name) => Number(name.split("-")[1]));
      if (!Object.keys(kept).some((name) => name.startsWith(prefix))) continue;
      while (indexes.some((index) => index >= Number(section.dataset.next))) addRow(section);
      // Rows that the draft does not know came later, or were taken out of it.
      rowsOf(section).forEach((row) => indexes.includes(Number(field(row, "task").name.split("-")[1])) || row.remove());
    }
    for (const [name, value] of Object.entries(kept)) {
      const element = form.elements.namedItem(name);
      if (!element) continue;
      if (element.type === "checkbox") element.checked = value !== "";
      else element.value = value;
    }
    form.querySelectorAll("select[data-method-of]").forEach(setMethod);
    changed = true;
    recountAll();
  }

  function differs(kept) {
    return Object.entries(kept).some(([name, value]) => {
      const element = form.elements.namedItem(name);
      if (name.endsWith("-versi")) return false;
      if (!element) return value !== "";
      return (element.type === "checkbox" ? (element.checked ? element.value : "") : element.value) !== value;
    });
  }

  const offer = document.getElementById("abk-draft");
  try {
    const draft = JSON.parse(localStorage.getItem(key) || "null");
    // Sent, and the sheet has moved on: it was saved.
    if (draft && draft.sent && draft.version !== words.version) localStorage.removeItem(key);
    else if (draft && !changed && offer && differs(draft.values)) {
      offer.hidden = false;
      offer.querySelector("[data-restore]").addEventListener("click", () => {
        restore(draft.values);
        offer.hidden = true;
      });
      offer.querySelector("[data-forget]").addEventListener("click", () => {
        localStorage.removeItem(key);
        offer.hidden = true;
      });
    }
  } catch {
    localStorage.removeItem(key);
  }

  function setMethod(select) {
    select.closest("[data-position]").dataset.method = select.value;
  }

  form.addEventListener("input", (event) => {
    if (!event.target.closest("[data-position]")) return;
    if (event.target.matches("select[data-method-of]")) setMethod(event.target);
    touched();
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    keep(true);
    changed = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
  document.querySelectorAll("[data-keys]").forEach((element) => (element.hidden = false));
  recountAll();
  // Refused by the server: what was typed is on the page again, and nowhere else.
  if (changed) keep();
})();
