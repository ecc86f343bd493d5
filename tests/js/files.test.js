import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { posix } from "node:path";
import { test } from "node:test";

const folder = new URL("../../static/", import.meta.url);
const modules = modulesIn("");
const page = readFileSync(new URL("index.html", folder), "utf8");

/** What stands in a folder may import what stands in it and in those after it. */
const LAYERS = [
  ["page.js", "renderview-client.js"],
  ["rtc-canvas-element.js"],
  ["rtc-canvas.js"],
  ["probe/"],
  ["controls/"],
  ["session/"],
  ["transport/"],
  ["input/"],
  ["picture/"],
  ["settings.js"],
  ["problem.js"],
];

/**
 * @param {string} inside a folder, with a slash at its end
 * @returns {string[]} the paths of the modules in it and below
 */
function modulesIn(inside) {
  return readdirSync(new URL(inside, folder)).flatMap((name) => {
    const path = inside + name;
    if (statSync(new URL(path, folder)).isDirectory()) return modulesIn(`${path}/`);
    return name.endsWith(".js") ? [path] : [];
  });
}

/**
 * @param {string} module
 */
function sourceOf(module) {
  return readFileSync(new URL(module, folder), "utf8");
}

/**
 * @param {string} module
 * @returns {string[]} the paths of the modules without which it does not run
 */
function importsOf(module) {
  const imports = sourceOf(module).matchAll(/^(?:import|\} from|import .* from) "(\.[^"]+)";$/gm);
  return Array.from(imports, ([, name]) => resolved(module, name));
}

/**
 * @param {string} module
 * @returns {string[]} the paths of the modules that it loads when they are needed
 */
function lazyImportsOf(module) {
  const code = sourceOf(module).replaceAll(/\/\*\*.*?\*\//gs, "");
  return Array.from(code.matchAll(/\bimport\("(\.[^"]+)"\)/g), ([, name]) => resolved(module, name));
}

/**
 * @param {string} module
 * @param {string | undefined} name as it stands in the module
 */
function resolved(module, name = "") {
  return posix.join(posix.dirname(module), name);
}

/**
 * @param {string} module
 * @returns {Set<string>} it, and all that it does not run without
 */
function neededBy(module) {
  const needed = new Set([module]);
  for (const name of needed) for (const imported of importsOf(name)) needed.add(imported);
  return needed;
}

/**
 * @param {string} module
 * @returns {number} its place in LAYERS, -1 for none
 */
function layerOf(module) {
  return LAYERS.findIndex((layer) => layer.some((name) => module.startsWith(name)));
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
  const connecting = neededBy("transport/connection.js");
  const first = preloads.slice(0, connecting.size);
  assert.deepEqual(new Set(first.map(({ name }) => name)), connecting);
  for (const { name, low } of preloads) assert.equal(low, !connecting.has(name), name);
});

test("the first picture needs few modules: six take a round trip, where it is to come within 3 s", () => {
  assert.ok(neededBy("page.js").size <= 39, String(neededBy("page.js").size));
});

test("what the first picture does not need is loaded when it is wanted", () => {
  const needed = neededBy("page.js");
  for (const module of [
    ...["panel", "readout", "choice", "title-bar", "save", "css-size"].map((name) => `controls/${name}.js`),
    ...["questions", "probe-view", "probe-readout", "beside"].map((name) => `probe/${name}.js`),
    ...["picture/exact.js", "picture/exact-image.js", "input/pinch.js"],
    ...["figures", "evidence", "diagnosis", "undecoded", "recovery", "outage", "stats"].map((name) => `session/${name}.js`),
  ]) {
    assert.ok(modules.includes(module) && !needed.has(module), module);
  }
});

test("exact pixels are loaded at once, not one module after the other", () => {
  const loader = "picture/exact-pixels.js";
  const missing = [...neededBy("picture/exact.js")].filter((name) => !neededBy(loader).has(name));
  assert.deepEqual(lazyImportsOf(loader).sort(), missing.sort());
});

test("modules import only each other, so that they work from any place", () => {
  for (const module of modules) {
    for (const name of [...importsOf(module), ...lazyImportsOf(module)]) {
      assert.ok(modules.includes(name), `${module} imports ${name}`);
    }
    const froms = sourceOf(module).match(/^(?:import|\} from|import .* from) ".*";$/gm) ?? [];
    assert.equal(froms.length, importsOf(module).length, `${module} imports from elsewhere`);
  }
});

test("imports go down, but for those of types", () => {
  for (const module of modules) {
    assert.ok(layerOf(module) >= 0, `${module} has no place among the layers`);
    for (const name of [...importsOf(module), ...lazyImportsOf(module)]) {
      assert.ok(layerOf(name) >= layerOf(module), `${module} imports ${name}`);
    }
  }
});
