/* The browser knows where it is: its time zone is proposed. Another can still be chosen. */
"use strict";

(function () {
  const zones = document.getElementById("time_zone");
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zones && Array.from(zones.options).some((option) => option.value === here)) zones.value = here;
})();
