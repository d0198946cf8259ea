// Seen is seen: it stands where it can be tapped, or waits. Over the page in the top layer, where the browser has one.
const REST = 500;

// Calls `seen` once. What is called by the page (`isCalled`) is an answer to its visitor, who may be in a dialog or a field.
export const stand = (ask, root, isLaid, isAside, isCalled, seen) => {
  const { host, panel } = ask;
  const box = root.firstChild; // with a side tab around the panel
  let timer;

  // Not what lies under something else: a dialog makes all around it inert, a filter moves what is fixed out of sight.
  const isHit = () => {
    const at = panel.getBoundingClientRect();
    return panel.contains(root.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2));
  };
  const look = () => {
    clearTimeout(timer);
    if (isLaid || !host.isConnected) return;
    // A dialog, or what is in full screen. An old browser knows no :modal.
    const modal = [...document.querySelectorAll(":is(:modal):not(:root)")].pop();
    const into = isCalled && modal || document.body;
    host.parentNode === into || into.append(host);
    let field = document.activeElement;
    while (field?.shadowRoot && field !== host) field = field.shadowRoot.activeElement;
    box.popover = "manual";
    box.hidden = false;
    box.togglePopover?.(true);
    box.hidden = !isCalled && (modal || !isAside && field !== host
      && (!isHit() || field?.matches(":read-write,select") && !panel.matches(":hover")));
    if (box.hidden || into === modal) timer = setTimeout(look, REST);
  };
  addEventListener("focus", ask.look = look, true);
  const watch = new IntersectionObserver(([entry]) => {
    if (!entry.isIntersecting) return;
    watch.unobserve(panel);
    if (isHit()) seen();
    else setTimeout(() => watch.observe(panel), REST);
  });
  watch.observe(panel);
};
