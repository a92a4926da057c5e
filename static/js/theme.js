// Loaded in the head of pages whose <html> the server does not write (the admin): sets the chosen theme before the first paint.
(function () {
  "use strict";
  const found = /(?:^|;\s*)theme=(light|dark)/.exec(document.cookie);
  if (found) document.documentElement.dataset.theme = found[1];
})();
