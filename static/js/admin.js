// The admin's autocomplete boxes are named after nothing: give each the name of its field's label.
(function () {
  "use strict";

  function name(scope) {
    scope.querySelectorAll("select.admin-autocomplete").forEach((select) => {
      const box = select.nextElementSibling;
      const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
      if (!box || !label || !box.classList.contains("select2")) return;
      const text = label.textContent.trim().replace(/:$/, "");
      box.querySelectorAll('[role="combobox"], [role="textbox"]').forEach((part) => {
        part.removeAttribute("aria-labelledby");
        part.setAttribute("aria-label", part.title ? `${text}: ${part.title}` : text);
      });
    });
  }

  window.addEventListener("load", () => name(document));
  document.addEventListener("formset:added", (event) => setTimeout(() => name(event.target)));
})();
