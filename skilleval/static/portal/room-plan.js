// A room's plan as a grid of buttons over its text: choose what a place is for, then press places. The text is what is
// sent; without this script it is what people type.
(function () {
  "use strict";

  var WORDS = { "座": "可用", "无": "无障碍", "停": "停用", "＿": "过道、空位" };
  var SHOWN = { "座": "座", "无": "无障碍", "停": "停用", "＿": "" };
  var AISLE = "＿";
  var MOST = 40;

  function read(text) {
    var lines = text.replace(/\r/g, "").replace(/^\n+|\s+$/g, "").split("\n");
    var width = Math.max.apply(null, lines.map(function (line) { return line.length; }).concat(1));
    return lines.map(function (line) {
      return Array.from({ length: width }, function (_, column) { return WORDS[line[column]] ? line[column] : AISLE; });
    });
  }

  function write(rows) {
    return rows.map(function (row) { return row.join(""); }).join("\n");
  }

  function element(tag, words, facts) {
    var made = document.createElement(tag);
    if (words) made.textContent = words;
    Object.keys(facts || {}).forEach(function (name) { made.setAttribute(name, facts[name]); });
    return made;
  }

  function edit(form) {
    var area = form.querySelector("textarea");
    var typed = form.querySelector(".room-typed");
    var rows = read(area.value);
    var letter = "停";
    var box = element("div", "", { "class": "room-edit" });
    var tools = element("fieldset", "", { "class": "room-tools" });
    var table = element("table", "", { "class": "room-grid", role: "grid", "aria-label": "座位图，第 1 排靠讲台" });
    var count = element("p", "", { "class": "room-count", role: "status" });

    function name(row, column) {
      return "第 " + (row + 1) + " 排第 " + (column + 1) + " 列：" + WORDS[rows[row][column]];
    }

    function dress(button, row, column) {
      button.dataset.letter = rows[row][column];
      button.textContent = SHOWN[rows[row][column]];
      button.setAttribute("aria-label", name(row, column));
    }

    function tell() {
      var all = write(rows);
      area.value = all;
      count.textContent = "可用 " + (all.match(/[座无]/g) || []).length + " 座，其中无障碍 " + (all.match(/无/g) || []).length + " 座";
    }

    function draw() {
      table.replaceChildren();
      rows.forEach(function (cells, row) {
        var line = table.insertRow();
        line.append(element("th", (row + 1) + " 排", { scope: "row" }));
        cells.forEach(function (_, column) {
          var button = element("button", "", { type: "button", "class": "room-spot", tabindex: row || column ? "-1" : "0" });
          button.dataset.row = row;
          button.dataset.column = column;
          dress(button, row, column);
          line.insertCell().append(button);
        });
      });
      tell();
    }

    function move(button, down, right) {
      var next = table.querySelector('[data-row="' + (+button.dataset.row + down) + '"][data-column="' + (+button.dataset.column + right) + '"]');
      if (!next) return;
      button.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    }

    table.addEventListener("click", function (event) {
      var button = event.target.closest(".room-spot");
      if (!button) return;
      var row = +button.dataset.row, column = +button.dataset.column;
      rows[row][column] = rows[row][column] === letter ? "座" : letter;
      dress(button, row, column);
      tell();
    });

    table.addEventListener("keydown", function (event) {
      var steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
      var button = event.target.closest(".room-spot");
      if (!button || !steps[event.key]) return;
      event.preventDefault();
      move(button, steps[event.key][0], steps[event.key][1]);
    });

    function tool(words, act) {
      var button = element("button", words, { type: "button", "class": "btn" });
      button.addEventListener("click", function () { act(); draw(); });
      tools.append(button);
    }

    tools.append(element("legend", "点座位改为"));
    Object.keys(WORDS).forEach(function (kind) {
      var label = element("label");
      var radio = element("input", "", { type: "radio", name: "room-letter", value: kind });
      radio.checked = kind === letter;
      radio.addEventListener("change", function () { letter = kind; });
      label.append(radio, " " + WORDS[kind]);
      tools.append(label);
    });
    tool("加一排", function () { if (rows.length < MOST) rows.push(rows[0].map(function () { return "座"; })); });
    tool("加一列", function () { if (rows[0].length < MOST) rows.forEach(function (row) { row.push("座"); }); });
    tool("减一排", function () { if (rows.length > 1) rows.pop(); });
    tool("减一列", function () { if (rows[0].length > 1) rows.forEach(function (row) { row.pop(); }); });

    var scroll = element("div", "", { "class": "room-scroll" });
    scroll.append(table);
    box.append(tools, scroll, count);
    var details = element("details");
    details.append(element("summary", "按文字修改"));
    typed.before(box, details);
    details.append(typed);
    if (form.querySelector(".errornote")) details.open = true;
    area.addEventListener("input", function () { var text = area.value; rows = read(text); draw(); area.value = text; });
    draw();
  }

  document.querySelectorAll("[data-room-plan]").forEach(edit);
})();
