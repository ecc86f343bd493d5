/**
 * <rtc-canvas> with a line below it that says what its events tell. It watches until its button is
 * pressed. React's mounting and unmounting is all that connects it and ends it.
 */

import { createElement as h, useRef, useState } from "react";

export function Viewer({ src, token }) {
  const element = useRef(null);
  const [{ state, reason }, setState] = useState({ state: "connecting", reason: "" });
  const [steering, setSteering] = useState(false);
  const [watching, setWatching] = useState(true);

  function takeControl() {
    setWatching(false);
    element.current.focus();
  }

  const canvas = h("rtc-canvas", {
    ref: element,
    src,
    token,
    viewOnly: watching,
    // React listens for what stands after "on", as it is written.
    onstate: ({ detail }) => setState(detail),
    oncontrol: ({ detail }) => setSteering(detail.steering),
  });
  const button = watching
    ? h("button", { onClick: takeControl }, "Take control")
    : h("button", { onClick: () => setWatching(true) }, "Only watch");
  return h(
    "figure",
    null,
    canvas,
    h("figcaption", null, h("output", null, describe(state, reason, steering, watching)), button),
  );
}

function describe(state, reason, steering, watching) {
  if (state !== "live") return reason ? `${state}: ${reason}` : state;
  if (watching) return "live, only watching";
  return steering ? "live, you steer" : "live, somebody else steers";
}
