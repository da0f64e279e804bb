// Small conveniences. Every page works without them; each is asked for by a data attribute.
(function () {
  "use strict";

  function each(root, selector, act) {
    if (root.matches && root.matches(selector)) act(root);
    root.querySelectorAll(selector).forEach(act);
  }

  // Filter forms answer at once; their button is then not needed. Typing waits until it pauses.
  function autoSubmit(form) {
    each(form, "[data-no-js]", function (button) { button.hidden = true; });
    var timer = 0;
    form.addEventListener("change", function (event) {
      if (event.target.type !== "search" && event.target.type !== "text") form.requestSubmit();
    });
    form.addEventListener("input", function (event) {
      if (event.target.type !== "search" || !form.hasAttribute("hx-get")) return;
      clearTimeout(timer);
      timer = setTimeout(function () { form.requestSubmit(); }, 400);
    });
  }

  function size(bytes) {
    return bytes < 1048576 ? Math.max(1, Math.round(bytes / 1024)) + " KB" : (bytes / 1048576).toFixed(1) + " MB";
  }

  // A chosen file: its name and size, and a picture of it where it is one.
  function fileName(input) {
    var note = document.createElement("div");
    note.className = "file-chosen";
    note.setAttribute("role", "status");
    input.after(note);
    input.addEventListener("change", function () {
      note.replaceChildren();
      Array.from(input.files).forEach(function (file) {
        var line = document.createElement("p");
        line.textContent = "已选择：" + file.name + "（" + size(file.size) + "）";
        note.append(line);
        if (/^image\/(jpeg|png)$/.test(file.type)) preview(file, note);
      });
    });
  }

  function preview(file, note) {
    var reader = new FileReader(); // a data: address, which the page's policy allows
    reader.addEventListener("load", function () {
      var picture = document.createElement("img");
      picture.alt = "所选图片预览";
      picture.src = reader.result;
      note.append(picture);
    });
    reader.readAsDataURL(file);
  }

  function copyButton(button) {
    if (!navigator.clipboard) return;
    var label = button.querySelector("span") || button;
    var word = label.textContent;
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(button.dataset.copy).then(function () {
        label.textContent = "已复制";
        setTimeout(function () { label.textContent = word; }, 2000);
      });
    });
  }

  function textSize(button) {
    var root = document.documentElement;
    function show() {
      button.setAttribute("aria-pressed", root.dataset.textSize === "large" ? "true" : "false");
    }
    button.hidden = false;
    show();
    button.addEventListener("click", function () {
      var large = root.dataset.textSize !== "large";
      if (large) root.dataset.textSize = "large"; else delete root.dataset.textSize;
      try { localStorage.setItem("text-size", large ? "large" : "normal"); } catch (refused) { /* lasts for this page */ }
      show();
    });
  }

  function printButton(button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  }

  // What was typed isn't lost by a slip: ask before leaving a changed form.
  function confirmLeave(form) {
    var changed = false;
    form.addEventListener("input", function () { changed = true; });
    form.addEventListener("submit", function () { changed = false; });
    window.addEventListener("beforeunload", function (event) { if (changed) event.preventDefault(); });
  }

  // A second click on a slow line sends nothing twice.
  function submitOnce(form) {
    form.addEventListener("submit", function (event) {
      if (form.dataset.sent) { event.preventDefault(); return; }
      if (event.defaultPrevented || form.method !== "post") return;
      form.dataset.sent = "yes";
      setTimeout(function () { delete form.dataset.sent; }, 8000);
    });
  }

  // On a mark sheet Enter leads to the next line's mark, as in a spreadsheet; on the last one to the button.
  function enterGoesDown(form) {
    form.addEventListener("keydown", function (event) {
      if (event.key !== "Enter" || !event.target.matches("[data-mark]")) return;
      event.preventDefault();
      var marks = Array.from(form.querySelectorAll("[data-mark]"));
      var next = marks[marks.indexOf(event.target) + (event.shiftKey ? -1 : 1)];
      (next || form.querySelector("button")).focus();
      if (next) next.select();
    });
  }

  // A file dragged over the page may be dropped on the field: show where.
  function dropHere(input) {
    ["dragenter", "dragover"].forEach(function (name) {
      input.addEventListener(name, function () { input.classList.add("drop-over"); });
    });
    ["dragleave", "drop"].forEach(function (name) {
      input.addEventListener(name, function () { input.classList.remove("drop-over"); });
    });
  }

  // A cell of the roster's report: Escape closes it, and what could not be sent says so and stays.
  function cellForm(form) {
    form.addEventListener("keydown", function (event) {
      if (event.key === "Escape") form.querySelector("[data-cancel]").click();
    });
    function notSent(event) {
      var note = form.querySelector("[data-not-sent]");
      if (event.type === "htmx:beforeRequest") note.hidden = true;
      else { note.hidden = false; delete form.dataset.sent; }
    }
    ["htmx:beforeRequest", "htmx:sendError", "htmx:responseError", "htmx:timeout"].forEach(function (name) {
      form.addEventListener(name, notSent);
    });
  }

  // Whoever is mended gives the keyboard to the next person who isn't, or keeps it where nobody is left.
  function mended(card) {
    var faulty = Array.from(document.querySelectorAll("[data-faulty]"));
    var later = faulty.filter(function (other) {
      return card.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;
    });
    var next = (later[0] || faulty[0] || card);
    (next.querySelector(".fault-act") || next).focus();
  }

  // One box ticks all boxes of a name in its form, and says whether they are all ticked.
  function checkAll(box) {
    var others = box.form.querySelectorAll("input[name='" + box.dataset.checkAll + "']");
    box.hidden = false;
    box.addEventListener("change", function () {
      others.forEach(function (other) { other.checked = box.checked; });
    });
    box.form.addEventListener("change", function () {
      var ticked = Array.from(others).filter(function (other) { return other.checked; }).length;
      box.checked = ticked === others.length;
      box.indeterminate = ticked > 0 && ticked < others.length;
    });
  }

  var wants = {
    "form[data-auto-submit]": autoSubmit,
    "input[type=file][data-file-name]": fileName,
    "[data-copy]": copyButton,
    "[data-text-size]": textSize,
    "[data-print]": printButton,
    "form[data-confirm-leave]": confirmLeave,
    "form[data-marks]": enterGoesDown,
    "input[data-drop]": dropHere,
    "form[data-cell]": cellForm,
    "[data-mended]": mended,
    "[data-check-all]": checkAll,
    "form[method=post]": submitOnce
  };

  function start(root) {
    Object.keys(wants).forEach(function (selector) {
      each(root, selector, function (element) {
        var done = element.portalDone || (element.portalDone = {});
        if (done[selector]) return;
        done[selector] = true;
        wants[selector](element);
      });
    });
    each(root, "[data-focus]", function (element) { element.focus(); });
  }

  // Menus close by Escape and by a click elsewhere.
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  // Links of an error summary go to the field itself, with its label in view.
  document.addEventListener("click", function (event) {
    var link = event.target.closest(".error-summary a[href^='#']");
    var field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    (field.closest(".mb-3") || field).scrollIntoView({ block: "start" });
    field.focus({ preventScroll: true });
  });

  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });
  document.addEventListener("htmx:load", function (event) { start(event.detail.elt); });
  start(document);
})();
