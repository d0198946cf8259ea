// src/ into the two files that pages load, and the kiosk's into the one of its page; what they share is in ../client/.
// `npm run build`, which may name another folder for all three; tests/widget/test_built.py compares.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { minify } from "terser";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const placed = (name, usual) => (process.argv[2] ? `${process.argv[2]}/${name}` : here(`${usual}/${name}`));
const SENDS = {
  "widget.js": "/* Tells the server this file came from, nobody else: rating, comment, page, who. No cookie unasked. */",
  "widget-after.js": `/*
 * feedback, after the first tap: what follows a rating. Tells the server this file came from, and nobody else, the
 * answer: rating, comment, choices, language, a random number. Keeps it here until the server has acknowledged it.
 */`,
  "kiosk.js": `/*
 * feedback, the kiosk. Tells the server this page came from, and nobody else, each visitor's answer: rating, comment,
 * choices, language, a random number. Keeps it on this device until the server has acknowledged it.
 */`,
};

// Style sheets come in as text, as short as they get.
const styles = {
  name: "styles",
  setup: ({ onLoad }) => onLoad({ filter: /\.css$/ }, async ({ path }) => {
    const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true });
    return { contents: code.trim(), loader: "text" };
  }),
};

const bundle = async (entry, options) => {
  const shared = { bundle: true, write: false, charset: "utf8", plugins: [styles] };
  const { outputFiles: [built] } = await build({ ...shared, entryPoints: [here(entry)], ...options });
  return built.text;
};
// The names in widget.js, in the order that packs best.
const LETTERS = "etaniorslfumhcpyIEAbqNvTdFOkMwgjGRUPCLSzxHJBDVQWKXYZ_$";
const named = (n) => LETTERS[n % LETTERS.length] + (n < LETTERS.length ? "" : named(Math.floor(n / LETTERS.length) - 1));
// esbuild puts the files together; terser then finds another 100 bytes (compressed).
const small = async (entry, name, format, booleans_as_integers) => {
  const { code } = await minify(await bundle(entry, { minify: true, format, target: "es2022" }), {
    ecma: 2020, module: format === "esm", compress: { passes: 3, pure_getters: true, booleans_as_integers }, format: { comments: false, preamble: SENDS[name] },
    mangle: name !== "widget.js" || { nth_identifier: { get: named } },
  });
  await writeFile(placed(name, "."), code + "\n");
};
await small("src/main.js", "widget.js", "iife", true); // it sends no `true` of its own; the other does
await small("src/after.js", "widget-after.js", "esm");
// Loaded once by a device of one's own, so it stays readable; tablets are older than telephones.
const kiosk = await bundle("../kiosk/src/main.js", { format: "iife", target: "es2020", banner: { js: SENDS["kiosk.js"] } });
await writeFile(placed("kiosk.js", "../static"), kiosk);
