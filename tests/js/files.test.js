import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("../../static/", import.meta.url);
const modules = readdirSync(folder).filter((name) => name.endsWith(".js"));
const page = readFileSync(new URL("index.html", folder), "utf8");

test("the page loads every module at once", () => {
  const loaded = [...page.matchAll(/(?:href|src)="static\/([^"]+\.js)"/g)].map(([, name]) => name);
  assert.deepEqual(loaded.sort(), modules.sort());
});

test("modules import only each other, so that they work from any place", () => {
  for (const module of modules) {
    const source = readFileSync(new URL(module, folder), "utf8");
    for (const [, name] of source.matchAll(/^(?:import|\} from|import .* from) "([^"]+)";$/gm)) {
      assert.ok(modules.includes(name?.replace("./", "") ?? ""), `${module} imports ${name}`);
    }
  }
});
