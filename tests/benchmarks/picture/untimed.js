// Keeps from the server which frames were shown and when, so that it cannot time its draws to the display.
(() => {
  const { send } = RTCDataChannel.prototype
  RTCDataChannel.prototype.send = function (data) {
    if (this.label !== 'frames') send.call(this, data)
  }
})()
