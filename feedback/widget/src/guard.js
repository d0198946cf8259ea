// What is typed and tapped in here after the rating is nobody else's: no shortcut of the page takes a letter, no focus trap
// the field, no uploader what is pasted. Heard at the window before the page's own listeners, and told no further.
const TOLD = [
  "keypress", "keyup", "cut", "copy", "paste", "pointerdown", "mousedown", "touchstart", "click", "focus", "focusin", "blur", "focusout",
];
const DIALOG = "dialog,[role*=dialog],[aria-modal]";

// `tapped` hears of each click in it, with the elements from the innermost outwards.
export const guard = (ask, tapped) => {
  const { host, panel } = ask;
  const listen = (event) => {
    const path = event.composedPath();
    const isInside = path.includes(panel);
    // A dialog that holds its focus would take it back. A plain field hears that it is left: it may check what it was given.
    const isHeld = host.contains(event.relatedTarget) && /out|blur/.test(event.type) && event.target.closest?.(DIALOG);
    if (isInside || isHeld) event.stopImmediatePropagation();
    if (isInside && event.type === "click") tapped(path, event.detail);
  };
  for (const name of TOLD) addEventListener(name, listen, true);
  // Escape ends a composition, and never takes a typed comment with it. Safari ends the composition before it tells of the key.
  ask.keeps = (event) => {
    const area = panel.querySelector("textarea");
    const isComposing = event.isComposing || event.keyCode === 229;
    if (event.defaultPrevented && !isComposing && event.composedPath()[0] === area) write(area, event);
    if (event.key !== "Escape" || !isComposing && !area?.value) return false;
    event.stopImmediatePropagation();
    if (!isComposing) event.preventDefault(); // which would close the page's dialog around it
    return true;
  };
};

// A listener of the page that was at the window before us has taken the letter: it is written all the same.
const write = (area, event) => {
  const letter = event.key === "Enter" ? "\n" : event.key;
  const isCommand = (event.ctrlKey || event.metaKey) && !event.getModifierState("AltGraph");
  if (letter.length > 1 || isCommand || area.value.length >= area.maxLength) return;
  area.setRangeText(letter, area.selectionStart, area.selectionEnd, "end");
};
