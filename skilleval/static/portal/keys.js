// Single keys for what a page offers: a link or button says its key in data-key. Off with one press, and it stays off.
(function () {
  "use strict";
  var STORE = "portal-keys-off";
  var switcher = document.querySelector("[data-keys-switch]");

  function isOff() {
    try { return localStorage.getItem(STORE) === "1"; } catch (error) { return false; }
  }

  function show() {
    if (!switcher) return;
    switcher.hidden = false;
    switcher.textContent = isOff() ? "开启快捷键" : "关闭快捷键";
    document.querySelectorAll("[data-keys-help]").forEach(function (help) { help.hidden = isOff(); });
  }

  function isTyping(target) {
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  }

  document.addEventListener("keydown", function (event) {
    if (isOff() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
    if (!/^[a-z]$/.test(event.key)) return;
    var found = document.querySelector('[data-key="' + event.key + '"]');
    if (!found) return;
    event.preventDefault();
    found.click();
  });

  if (switcher) {
    switcher.addEventListener("click", function () {
      try { localStorage.setItem(STORE, isOff() ? "0" : "1"); } catch (error) { return; }
      show();
    });
  }
  show();
})();
