// Calculators: rows added without a round trip, and the inputs kept in the fragment of the address, which never leaves
// the browser. Without this script the form works as it is.
(function () {
  "use strict";

  const form = document.querySelector("form[data-calculator]");
  if (!form) return;

  // The last row of a table, copied with the next number and without values. Null when the table is full.
  function addRow(grid) {
    const rows = grid.querySelectorAll("tbody tr");
    if (rows.length >= Number(grid.dataset.most)) return null;
    const last = rows[rows.length - 1];
    const next = last.cloneNode(true);
    const number = rows.length;
    next.querySelector("th").textContent = String(number + 1);
    next.querySelectorAll("input, select").forEach((control) => {
      control.name = control.name.replace(/-\d+$/, `-${number}`);
      control.id = `id_${control.name}`;
      control.setAttribute("aria-label", control.getAttribute("aria-label").replace(/\d+$/, String(number + 1)));
      if (control.tagName === "INPUT") control.value = "";
    });
    last.after(next);
    return next;
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add-row]");
    if (!button) return;
    event.preventDefault();
    const row = addRow(button.closest("[data-grid]"));
    if (row) row.querySelector("input, select").focus();
    else button.disabled = true;
  });

  // Enter in a field calculates; the browser would press the first button, which adds a row.
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.tagName === "INPUT" && event.target.type !== "checkbox") {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button.primary"));
    }
  });

  function control(name) {
    let found = form.elements.namedItem(name);
    const place = /^(.+)-(\d{1,4})$/.exec(name);
    if (found || !place) return found;
    const first = form.elements.namedItem(`${place[1]}-0`);
    const grid = first && first.closest("[data-grid]");
    while (grid && !found && addRow(grid)) found = form.elements.namedItem(name);
    return found;
  }

  // Rows that have their names by what another field says: as many as that choice names, the others out of the way.
  function nameRows(grid) {
    const names = JSON.parse(grid.dataset.names)[form.elements.namedItem(grid.dataset.namedBy).value];
    if (!names) return;
    while (grid.querySelectorAll("tbody tr").length < names.length && addRow(grid));
    grid.querySelectorAll("tbody tr").forEach((row, n) => {
      const head = row.querySelector("th");
      row.hidden = n >= names.length;
      row.querySelectorAll("input, select").forEach((control) => {
        control.disabled = row.hidden;
        const spoken = control.getAttribute("aria-label");
        if (!row.hidden) control.setAttribute("aria-label", `${spoken.slice(0, spoken.indexOf(", "))}, ${names[n]}`);
      });
      if (!row.hidden) head.textContent = names[n];
    });
  }

  const named = [...form.querySelectorAll("[data-named-by]")];
  form.addEventListener("change", (event) => {
    named.filter((grid) => grid.dataset.namedBy === event.target.name).forEach(nameRows);
  });

  function fill(fragment) {
    let known = 0;
    for (const [name, value] of new URLSearchParams(fragment)) {
      const each = name === "csrfmiddlewaretoken" ? null : control(name);
      if (!each || !each.tagName || each.type === "hidden" || each.tagName === "BUTTON") continue;
      if (each.type === "checkbox") each.checked = value === "on";
      else each.value = "number" in each.dataset ? value.replace(".", form.dataset.decimal) : value;
      known += 1;
    }
    named.forEach(nameRows);
    return known;
  }

  function open() {
    const fragment = location.hash.slice(1);
    if (fragment.includes("=") && fill(fragment)) form.requestSubmit(form.querySelector("button.primary"));
  }

  if (form.dataset.fragment !== undefined) {
    history.replaceState(null, "", `${location.pathname}#${form.dataset.fragment}`);
  } else if (form.dataset.refused === undefined) {
    open();
  }
  // The same page with other inputs: a link pasted over this one.
  window.addEventListener("hashchange", () => {
    if (location.hash.slice(1) !== form.dataset.fragment) open();
  });

  const share = document.querySelector("[data-share]");
  if (share && navigator.clipboard) {
    share.addEventListener("click", (event) => {
      event.preventDefault();
      navigator.clipboard.writeText(share.href).then(
        () => window.dispatchEvent(new CustomEvent("toast", { detail: { text: share.dataset.copied, tone: "success" } })),
        () => {}
      );
    });
  }
})();
