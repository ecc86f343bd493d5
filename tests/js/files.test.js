import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("../../static/", import.meta.url);
const modules = readdirSync(folder).filter((name) => name.endsWith(".js"));
const page = readFileSync(new URL("index.html", folder), "utf8");

/**
 * @param {string} module
 */
function sourceOf(module) {
  return readFileSync(new URL(module, folder), "utf8");
}

/**
 * @param {string} source
 * @returns {string[]} the names of the modules without which it does not run
 */
function importsOf(source) {
  const imports = source.matchAll(/^(?:import|\} from|import .* from) "\.\/([^"]+)";$/gm);
  return Array.from(imports, ([, name]) => name ?? "");
}

/**
 * @param {string} source
 * @returns {string[]} the names of the modules that it loads when they are needed
 */
function lazyImportsOf(source) {
  const code = source.replaceAll(/\/\*\*.*?\*\//gs, "");
  return Array.from(code.matchAll(/\bimport\("\.\/([^"]+)"\)/g), ([, name]) => name ?? "");
}

/**
 * @param {string} module
 * @returns {Set<string>} it, and all that it does not run without
 */
function neededBy(module) {
  const needed = new Set([module]);
  for (const name of needed) for (const imported of importsOf(sourceOf(name))) needed.add(imported);
  return needed;
}

const preloads = Array.from(
  page.matchAll(/<link rel="modulepreload" href="static\/([^"]+)"( fetchpriority="low")? \/>/g),
  ([, name, low]) => ({ name: name ?? "", low: low !== undefined }),
);

test("the page loads all that it needs at once, each found only by its importer otherwise", () => {
  const named = preloads.map(({ name }) => name);
  assert.deepEqual(named.sort(), [...neededBy("page.js")].sort());
});

test("what makes the connection comes before everything else", () => {
  const connecting = neededBy("connection.js");
  const first = preloads.slice(0, connecting.size);
  assert.deepEqual(new Set(first.map(({ name }) => name)), connecting);
  for (const { name, low } of preloads) assert.equal(low, !connecting.has(name), name);
});

test("what few look at is loaded when somebody does", () => {
  const needed = neededBy("page.js");
  for (const module of [
    ...["panel.js", "readout.js", "figures.js", "choice.js", "title-bar.js"],
    ...["questions.js", "probe-readout.js", "beside.js"],
    ...["exact.js", "exact-image.js", "save.js"],
    ...["evidence.js", "diagnosis.js"],
  ]) {
    assert.ok(!needed.has(module), module);
  }
});

test("exact pixels are loaded at once, not one module after the other", () => {
  const missing = [...neededBy("exact.js")].filter((name) => !neededBy("exact-pixels.js").has(name));
  assert.deepEqual(lazyImportsOf(sourceOf("exact-pixels.js")).sort(), missing.sort());
});

test("modules import only each other, so that they work from any place", () => {
  for (const module of modules) {
    const source = sourceOf(module);
    for (const name of [...importsOf(source), ...lazyImportsOf(source)]) {
      assert.ok(modules.includes(name), `${module} imports ${name}`);
    }
    const froms = source.match(/^(?:import|\} from|import .* from) ".*";$/gm) ?? [];
    assert.equal(froms.length, importsOf(source).length, `${module} imports from elsewhere`);
  }
});
