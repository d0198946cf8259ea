import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["tests/*.test.js"], environment: "happy-dom", setupFiles: ["tests/tag.js"], pool: "threads" },
});
