/**
 * Which way a page's media take; put into a page before its scripts run.
 */
globalThis.ways = {
  /** @type {RTCPeerConnection[]} The page's connections, newest last. */
  connections: [],

  /** {protocol, address, port} of the server's end of the newest connection; null before it is up. */
  async taken() {
    const connection = this.connections.at(-1);
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
};

globalThis.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...options) {
    super(...options);
    ways.connections.push(this);
  }
};
