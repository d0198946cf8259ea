// What the server has told this page.
export const kiosk = JSON.parse(document.body.dataset.kiosk);
export const isOpen = kiosk.state === "live";

// The one line a developer reads in the console.
export const say = (reason) => console.info("feedback: " + reason);
