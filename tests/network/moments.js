// When a page's connections were up, and which one shows its picture. Runs before the page's own scripts.
(() => {
  const connections = []
  const now = () => performance.now() / 1000
  let webrtcAt = null
  let websocketAt = null

  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor (...options) {
      super(...options)
      connections.push(this)
      this.addEventListener('connectionstatechange', () => {
        if (this.connectionState === 'connected') webrtcAt ??= now()
      })
    }
  }

  window.WebSocket = class extends WebSocket {
    constructor (...options) {
      super(...options)
      this.addEventListener('open', () => { websocketAt ??= now() })
    }
  }

  window.moments = {
    // {way, connected}: 'websocket', or the protocol of the newest connection; a relay of the page's own before a
    // slash, one of the server's after it. When that kind was first up, in seconds since the navigation.
    async taken () {
      if (document.querySelector('rtc-canvas').canvas.surface.tagName !== 'VIDEO') {
        return { way: 'websocket', connected: websocketAt }
      }
      const stats = await connections.at(-1).getStats()
      const transport = [...stats.values()].find(({ type }) => type === 'transport')
      const pair = stats.get(transport.selectedCandidatePairId)
      const local = stats.get(pair.localCandidateId)
      const remote = stats.get(pair.remoteCandidateId)
      const own = local.candidateType === 'relay' ? `relay/${local.relayProtocol}` : local.protocol
      const way = remote.candidateType === 'relay' ? `${own} to relay` : own
      return { way, connected: webrtcAt }
    },
    // The server's port, to which the media go.
    async port () {
      const stats = await connections.at(-1).getStats()
      const transport = [...stats.values()].find(({ type }) => type === 'transport')
      return stats.get(stats.get(transport.selectedCandidatePairId).remoteCandidateId).port
    },
  }
})()
