// src/ into the two files that pages load. `npm run build`; tests/widget/test_built.py compares.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { minify } from "terser";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const out = process.argv[2] || here(".");
const SENDS = {
  "widget.js": `/* Tells the server this file came from, and nobody else: shown or closed, page, rating, comment, language,
a random number, who it is. No cookie. */`,
  "widget-after.js": `/*
 * feedback, after the first tap: what follows a rating. Tells the server this file came from, and nobody else, the
 * answer: rating, comment, choices, language, a random number. Keeps it here until the server has acknowledged it.
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

const shared = { bundle: true, minify: true, write: false, target: "es2022", charset: "utf8", plugins: [styles] };
// esbuild puts the files together; terser then finds another 100 bytes (compressed).
const one = async (entry, name, format) => {
  const { outputFiles: [built] } = await build({ ...shared, entryPoints: [here(`src/${entry}`)], format });
  const { code } = await minify(built.text, {
    ecma: 2020, module: format === "esm", compress: { passes: 3 }, format: { comments: false, preamble: SENDS[name] },
  });
  await writeFile(`${out}/${name}`, code + "\n");
};
await one("main.js", "widget.js", "iife");
await one("after.js", "widget-after.js", "esm");
