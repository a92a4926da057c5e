// Behaviour of the frame. Everything works as plain links and forms first; this adds comfort.
// Components are registered by name: the content security policy forbids expressions in attributes.
(function () {
  "use strict";

  const root = document.documentElement;

  function dark() {
    if (root.dataset.theme) return root.dataset.theme === "dark";
    return window.matchMedia("(prefers-color-scheme: dark)").matches;
  }

  document.addEventListener("alpine:init", () => {
    const Alpine = window.Alpine;

    // The navigation as a drawer on narrow screens.
    Alpine.data("drawer", () => ({
      open: false,
      get expanded() {
        return this.open ? "true" : "false";
      },
      get frameClass() {
        return this.open ? "nav-open" : "";
      },
      toggle(event) {
        event.preventDefault();
        this.open = !this.open;
        if (this.open) this.$nextTick(() => this.$refs.nav.querySelector("a, button").focus());
      },
      close() {
        if (!this.open) return;
        this.open = false;
        if (location.hash === "#menu-utama") history.replaceState(null, "", location.pathname + location.search);
        this.$refs.button.focus();
      },
    }));

    // A popover of <details>: closes on Escape, on a click outside and when another opens.
    Alpine.data("menu", () => ({
      close() {
        if (!this.$el.open) return;
        this.$el.open = false;
      },
      escape() {
        if (!this.$root.open) return;
        this.$root.open = false;
        this.$root.querySelector("summary").focus();
      },
    }));

    // Light or dark, kept in a cookie so that the server renders it.
    Alpine.data("theme", () => ({
      isDark: dark(),
      get pressed() {
        return this.isDark ? "true" : "false";
      },
      get isLight() {
        return !this.isDark;
      },
      toggle() {
        this.isDark = !this.isDark;
        root.dataset.theme = this.isDark ? "dark" : "light";
        const secure = location.protocol === "https:" ? "; Secure" : "";
        document.cookie = `theme=${root.dataset.theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
      },
    }));

    // <div x-data="dialog"><button @click="show">…</button><dialog x-ref="dialog">…<button @click="hide">
    Alpine.data("dialog", () => ({
      show(event) {
        event.preventDefault();
        this.$refs.dialog.showModal();
      },
      hide(event) {
        event.preventDefault();
        this.$refs.dialog.close();
      },
    }));

    // The search dialog: a combobox whose options are links; Enter without an option sends the form.
    Alpine.data("finder", () => ({
      at: -1,
      said: "",
      options() {
        return [...this.$refs.hits.querySelectorAll("a[role=option]")];
      },
      mark(index) {
        const options = this.options();
        this.at = options.length ? (index + options.length) % options.length : -1;
        options.forEach((option, n) => option.setAttribute("aria-selected", n === this.at ? "true" : "false"));
        const field = this.$refs.field;
        field.setAttribute("aria-expanded", options.length ? "true" : "false");
        if (this.at < 0) return field.removeAttribute("aria-activedescendant");
        field.setAttribute("aria-activedescendant", options[this.at].id);
        options[this.at].scrollIntoView({ block: "nearest" });
      },
      next() {
        this.mark(this.at + 1);
      },
      previous() {
        this.mark(this.at - 1);
      },
      // What stands there answers another text until the new answer comes: Enter then opens the page of results.
      typed() {
        this.at = -1;
        this.$refs.field.removeAttribute("aria-activedescendant");
        if (this.$refs.field.value.trim()) return;
        this.$refs.hits.replaceChildren();
        this.mark(-1);
        this.said = "";
      },
      filled() {
        this.mark(0);
        const found = Math.max(0, this.options().length - 1);
        this.said = `${this.$refs.said.dataset.some} ${found}`;
      },
      go(event) {
        const option = this.options()[this.at];
        if (!option) return;
        event.preventDefault();
        option.click();
      },
      hide() {
        this.$root.close();
      },
      outside(event) {
        if (event.target === this.$root) this.$root.close();
      },
    }));

    // Messages that answer a partial request: response header HX-Trigger: {"toast": {"text": "…", "tone": "success"}}
    Alpine.data("toasts", () => ({
      items: [],
      add(event) {
        const item = { id: Date.now() + Math.random(), text: event.detail.text, css: `notice ${event.detail.tone || "info"}` };
        this.items.push(item);
        setTimeout(() => {
          this.items = this.items.filter((each) => each.id !== item.id);
        }, 7000);
      },
    }));

    // Select-all of a list with bulk actions: checkboxes inside carry data-pick.
    Alpine.data("picks", () => ({
      count: 0,
      get none() {
        return this.count === 0;
      },
      all(event) {
        this.boxes().forEach((box) => (box.checked = event.target.checked));
        this.recount();
      },
      recount() {
        this.count = this.boxes().filter((box) => box.checked).length;
      },
      boxes() {
        return [...this.$root.querySelectorAll("[data-pick]")];
      },
    }));
  });

  // Ctrl-K (or "/"), a click on the field of the top bar and typing in it open the search dialog.
  function openFinder(text) {
    const dialog = document.getElementById("pencari");
    if (!dialog || document.querySelector("dialog[open]")) return false;
    const field = document.getElementById("pencari-q");
    dialog.showModal();
    if (text) {
      field.value = text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    field.focus();
    field.select();
    if (text) field.setSelectionRange(text.length, text.length);
    return true;
  }
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable;
    const combined = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k";
    if (combined || (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey)) {
      if (openFinder("") || combined) event.preventDefault();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.id === "cari") openFinder(event.target.value);
  });
  document.addEventListener("input", (event) => {
    if (event.target.id === "cari" && event.target.value) openFinder(event.target.value);
  });

  // The address of a list as it stands, with the day, for a colleague.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy-link]");
    if (!button) return;
    const link = new URL(location.href);
    link.searchParams.delete("hal");
    link.searchParams.set("as_of", button.dataset.day);
    navigator.clipboard.writeText(link.href).then(() => {
      window.dispatchEvent(new CustomEvent("toast", { detail: { text: button.dataset.copied, tone: "success" } }));
    });
  });
  // Only where the browser lets a page write to the clipboard (https or this machine).
  document.addEventListener(
    "toggle",
    (event) => {
      if (!navigator.clipboard || !event.target.matches("details.saved")) return;
      event.target.querySelectorAll("[data-copy-link]").forEach((button) => (button.hidden = false));
    },
    true
  );

  // A field marked data-auto sends its form when it changes (page without htmx: the button does it).
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-auto]")) event.target.form.requestSubmit();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });

  // A form that must not be sent twice.
  document.addEventListener("submit", (event) => {
    const button = event.target.querySelector("button[data-once]");
    if (button) setTimeout(() => (button.disabled = true));
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("button[data-once]").forEach((button) => (button.disabled = false));
  });

  // A session that ended or a fault during a partial request: say so instead of showing nothing.
  function tell(text) {
    window.dispatchEvent(new CustomEvent("toast", { detail: { text, tone: "error" } }));
  }
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 401) location.reload();
    else tell(document.body.dataset.faultText);
  });
  document.addEventListener("htmx:sendError", () => tell(document.body.dataset.offlineText));
  // A whole page came back for a part (the session ended, so this is the login page): show it as a page.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (/^\s*(<!--.*?-->\s*)?<!doctype html/i.test(event.detail.serverResponse || "")) {
      event.detail.shouldSwap = false;
      location.assign(event.detail.xhr.responseURL);
    }
  });
  // A row of tabs wider than the screen begins at its first; the one that is open is brought into sight. Not by
  // scrollIntoView, which would move the page, too.
  function centreTabs() {
    document.querySelectorAll(".tabs").forEach((row) => {
      const here = row.querySelector("[aria-current]");
      if (here) row.scrollLeft += here.getBoundingClientRect().left - row.getBoundingClientRect().left
        - (row.clientWidth - here.offsetWidth) / 2;
    });
  }
  window.addEventListener("resize", centreTabs);
  document.addEventListener("DOMContentLoaded", () => {
    const summary = document.querySelector(".error-summary");
    if (summary) summary.focus();
    centreTabs();
  });
})();
