/**
 * Which way a page's media take; put into a page before its scripts run.
 */
globalThis.ways = {
  /** @type {RTCPeerConnection[]} The page's connections, newest last. */
  connections: [],

  /** {protocol, address, port} of the server's end of a connection, the newest; null before it is up. */
  async taken(connection = this.connections.at(-1)) {
    const stats = await connection?.getStats();
    const transport = [...(stats?.values() ?? [])].find(({ type }) => type === "transport");
    const pair = stats?.get(transport?.selectedCandidatePairId);
    const remote = pair && stats.get(pair.remoteCandidateId);
    return remote ? { protocol: remote.protocol, address: remote.address, port: remote.port } : null;
  },

  /** [protocol, address, port] of all candidates of the server's newest answer. */
  offered() {
    const { sdp } = this.connections.at(-1).currentRemoteDescription;
    const lines = sdp.matchAll(/^a=candidate:\S+ 1 (\S+) \d+ (\S+) (\d+) /gm);
    return Array.from(lines, ([, protocol, address, port]) => [protocol, address, Number(port)]);
  },
  /** What is taken by so many players that come at once, each once it has shown some frames. */
  players(count) {
    return Promise.all(Array.from({ length: count }, () => this.player()));
  },

  /** A WHEP player that knows nothing but how to play. */
  async player() {
    const connection = new RTCPeerConnection();
    const { receiver } = connection.addTransceiver("video", { direction: "recvonly" });
    await connection.setLocalDescription();
    const response = await fetch("whep/main", {
      method: "POST",
      headers: { "Content-Type": "application/sdp" },
      body: connection.localDescription.sdp,
    });
    await connection.setRemoteDescription({ type: "answer", sdp: await response.text() });
    const frames = async () => {
      const all = [...(await receiver.getStats()).values()];
      return all.find(({ type }) => type === "inbound-rtp")?.framesDecoded ?? 0;
    };
    while ((await frames()) < 3) await new Promise((resolve) => setTimeout(resolve, 50));
    return this.taken(connection);
  },
};

globalThis.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...options) {
    super(...options);
    ways.connections.push(this);
  }
};
