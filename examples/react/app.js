/**
 * A canvas in a React page, which comes from another server than the canvas.
 *
 *     rtc-canvas demo --allow-origin http://localhost:8000
 *     python -m http.server 8000 --directory examples/react
 *
 * Then open http://localhost:8000/# with the link that the first command printed behind the #.
 */

import { createElement as h, StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";

import { Viewer } from "./viewer.js";

const link = new URL(location.hash.slice(1) || "http://127.0.0.1:8080/");
const token = link.searchParams.get("token");
link.search = "";

// React sets properties where it finds them, so the element is defined before the first is rendered.
await import(new URL("static/rtc-canvas-element.js", link).href);
createRoot(document.querySelector("#app")).render(
  h(StrictMode, null, h(App, { src: link.href, token })),
);

function App({ src, token }) {
  const [open, setOpen] = useState(true);
  return h(
    "main",
    null,
    h("button", { onClick: () => setOpen(!open) }, open ? "Close" : "Open"),
    open && h(Viewer, { src, token }),
  );
}
