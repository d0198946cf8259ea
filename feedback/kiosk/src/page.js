// What the server has told this page.
export const kiosk = JSON.parse(document.body.dataset.kiosk);

// An address of the server, whatever path it lies under.
const { src } = document.currentScript;
export const at = (path) => new URL("../" + path, src);
export const isOpen = kiosk.state === "live";

// The one line a developer reads in the console.
export const say = (reason) => console.info("feedback: " + reason);
