// The admin's autocomplete boxes are named after nothing: give each the name of its field's label.
(function () {
  "use strict";

  function name(scope) {
    scope.querySelectorAll("select.admin-autocomplete").forEach((select) => {
      const box = select.nextElementSibling;
      const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
      const text = select.getAttribute("aria-label") || (label ? label.textContent.trim().replace(/:$/, "") : "");
      if (!box || !text || !box.classList.contains("select2")) return;
      box.querySelectorAll('[role="combobox"], [role="textbox"]').forEach((part) => {
        part.removeAttribute("aria-labelledby");
        part.setAttribute("aria-label", part.title ? `${text}: ${part.title}` : text);
      });
    });
  }

  // The boxes are made when the admin's own script has run: name them in the same turn, before anything reads the page.
  new MutationObserver((records) => {
    if (records.some((record) => record.target.closest(".select2") || record.addedNodes.length)) name(document);
  }).observe(document.documentElement, { childList: true, subtree: true });
  window.addEventListener("load", () => name(document));
  document.addEventListener("formset:added", (event) => setTimeout(() => name(event.target)));
})();
