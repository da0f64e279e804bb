// Large text: the choice is kept on this device and applied before the first paint.
(function () {
  "use strict";
  try {
    if (localStorage.getItem("text-size") === "large") {
      document.documentElement.dataset.textSize = "large";
    }
  } catch (refused) {
    // Storage is off: the switch then lasts for one page.
  }
})();
