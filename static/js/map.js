// The position map: a post opens beside the drawing; without this file its link opens the post's own page.
(function () {
  "use strict";

  document.addEventListener("DOMContentLoaded", () => {
    // As in a list's menu (app.js): only where the browser lets a page write to the clipboard.
    const copy = document.querySelector("[data-copy-link]");
    if (copy && navigator.clipboard) copy.hidden = false;
    const panel = document.getElementById("map-panel");
    const map = document.querySelector("svg.map");
    if (!panel || !map) return;
    let opener = null;

    function close() {
      panel.hidden = true;
      panel.replaceChildren();
      if (opener) opener.focus();
      opener = null;
    }

    map.addEventListener("click", async (event) => {
      const link = event.target.closest("a.post");
      const address = link && link.getAttribute("href");
      if (!address || !/\/jabatan\/\d+\/$/.test(address)) return;
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      const answer = await fetch(`${address}panel/`, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
      if (!answer || !answer.ok || answer.redirected) {
        location.assign(address);
        return;
      }
      const content = new DOMParser().parseFromString(await answer.text(), "text/html");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "icon-btn close";
      button.textContent = "×";
      button.setAttribute("aria-label", panel.dataset.close);
      button.addEventListener("click", close);
      panel.replaceChildren(button, ...content.body.childNodes);
      panel.hidden = false;
      opener = link;
      panel.focus();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !panel.hidden) close();
    });
  });
})();
