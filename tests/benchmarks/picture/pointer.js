// Notes when the pointer was where: in the picture's own coordinates, as far as it fills the window.
(() => {
  const moves = [] // [x, seconds on performance.now's clock]
  addEventListener('pointermove', ({ clientX, timeStamp }) => moves.push([clientX, timeStamp / 1000]), true)
  window.pointerMoves = { take: () => moves.splice(0) }
})()
