// The thanks: for how long, and with them the private link of the answer, as a code to scan: this screen is the next visitor's.
import { state } from "./queue.js";

const LEAST = 5; // seconds, more for a longer text
const READ = 15; // characters a second
const SCAN = 20; // seconds to take out a telephone, and again after each touch
const part = (id) => document.getElementById(id);

export const isOffered = () => !part("receipt").hidden;

export const thanksSeconds = () =>
  Math.max(isOffered() ? SCAN : LEAST, 2 + part("thanks").textContent.trim().length / READ);

// Whether it has come now: once the server has the answer, without a network never.
export function offer(answer) {
  const { id, path } = state.given;
  if (!path || id !== answer?.submission_id || isOffered()) return false;
  part("code").src = path + "/code.svg";
  part("receipt").hidden = false;
  return true;
}

export function withdraw() {
  state.given = {};
  part("receipt").hidden = true;
  part("code").removeAttribute("src");
}
