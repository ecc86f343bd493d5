// What the page's peer connection tells of itself. Runs before the page's own scripts.
(() => {
  const connections = []
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor (...options) {
      super(...options)
      connections.push(this)
    }
  }

  // The newest connection's received video, as RTCInboundRtpStreamStats names its fields (W3C webrtc-stats), its codec,
  // and the names of the payload types that were agreed on.
  window.connectionReport = async () => {
    const connection = connections.at(-1)
    const stats = await connection.getStats()
    const received = [...stats.values()].find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video')
    const { mimeType = '/', payloadType = -1 } = stats.get(received.codecId) ?? {}
    const lines = connection.currentRemoteDescription.sdp.matchAll(/^a=rtpmap:(\d+) ([^/]+)/gm)
    const payloadTypes = Array.from(lines, ([, number, name]) => [Number(number), name])
    return { received, codec: mimeType.split('/')[1], payloadType, payloadTypes }
  }
})()
