// Reads each picture's number from the page's own pixels, once per animation frame, whatever shows them.
// The blocks are laid out as number_blocks.py says, in a picture of the scene's size; a picture that was encoded
// smaller is read scaled. Runs before the page's own scripts, so that its callback comes
// first in an animation frame: a picture the page sets in that same callback counts one frame later, for all alike.
(() => {
  const BITS = 16
  const BLOCK = 16
  const SCENE = { width: 1280, height: 720 }
  const SMALLEST = BITS * BLOCK
  const PATIENCE = 10000

  const blocks = drawingContext(BITS * BLOCK, 2 * BLOCK)
  let surface = null
  const luma = new Uint8Array(4 * SMALLEST * 2 * BLOCK)
  // true, false, 'luma': from a video's own planes, which takes a tenth of a millisecond, or, for good, 'decoded': so, too,
  // but of each frame as it comes out of the decoder, in a page that asks for no animation frames any more.
  let reading = true
  let lastNumber = null
  const sightings = [] // [number, seconds on performance.now's clock]
  let capture = null // resolves with the whole next picture
  let loads = 0
  let read = null // how many images had come when one was read last
  document.addEventListener('load', ({ target }) => { if (target === surface) loads++ }, true)

  window.glassObserver = {
    now: () => performance.now() / 1000,
    setReading: (on) => {
      reading = on
      if (on === 'decoded') readDecoded()
    },
    nextRefresh: () => new Promise((resolve) => requestAnimationFrame((now) => resolve(now / 1000))),
    lastNumber: () => lastNumber,
    takeSightings: () => sightings.splice(0),
    // Counted by the browser, so that it goes on while nothing is read.
    pictures: () => surface.getVideoPlaybackQuality?.().totalVideoFrames ?? loads,
    picture: () => readPicture(),
    nextPicture: () => new Promise((resolve, reject) => {
      capture = resolve
      setTimeout(() => reject(new Error(`No new picture came within ${PATIENCE} ms.`)), PATIENCE)
    }),
  }
  requestAnimationFrame(observe)

  function observe () {
    if (reading === 'decoded') return
    requestAnimationFrame(observe)
    if (!reading) return
    // Before the reading, which takes some milliseconds of its own: from here on the page can read the picture.
    const started = performance.now() / 1000
    // An image that is loading its next source has no size for a moment, and stays the surface.
    if (surface === null || !isShown(surface)) surface = findSurface(document) ?? surface
    if (surface === null) return
    if (reading === 'luma' && surface.videoWidth === SCENE.width) readLuma(new VideoFrame(surface), started)
    else if (!(reading === 'luma' && surface.localName === 'img' && loads === read)) {
      read = loads
      note(readNumber(), started)
    }
  }

  function note (number, started) {
    if (number === null || number === lastNumber) return
    lastNumber = number
    sightings.push([number, started])
    if (capture !== null) {
      capture(readPicture())
      capture = null
    }
  }

  function findSurface (root) {
    for (const element of root.querySelectorAll('*')) {
      if (element.matches('video, img, canvas') && isShown(element)) return element
      const found = element.shadowRoot && findSurface(element.shadowRoot)
      if (found) return found
    }
    return null
  }

  function isShown (element) {
    return width(element) >= SMALLEST && element.checkVisibility({ visibilityProperty: true })
  }

  function width (element) {
    return element.videoWidth ?? element.naturalWidth ?? element.width
  }

  function height (element) {
    return element.videoHeight ?? element.naturalHeight ?? element.height
  }

  function readNumber () {
    const { canvas } = blocks
    blocks.clearRect(0, 0, canvas.width, canvas.height)
    const part = [canvas.width / SCENE.width, canvas.height / SCENE.height]
    blocks.drawImage(surface, 0, 0, part[0] * width(surface), part[1] * height(surface), 0, 0, canvas.width, canvas.height)
    const { data } = blocks.getImageData(0, 0, canvas.width, canvas.height)
    return numberOf((x, y) => data[4 * (y * canvas.width + x) + 1])
  }

  async function readDecoded () {
    const [track] = surface.srcObject.getVideoTracks()
    const frames = new MediaStreamTrackProcessor({ track }).readable.getReader()
    for (;;) {
      const { value: frame } = await frames.read()
      await readLuma(frame, performance.now() / 1000)
    }
  }

  async function readLuma (frame, started) {
    const rect = { x: 0, y: 0, width: BITS * BLOCK, height: 2 * BLOCK }
    const planar = /^(I4|NV12)/.test(frame.format)
    await frame.copyTo(luma, { rect })
    frame.close()
    note(numberOf((x, y) => planar ? luma[y * rect.width + x] : luma[4 * (y * rect.width + x) + 1]), started)
  }

  function numberOf (levelAt) {
    const level = (column, row) => levelAt((column + 0.5) * BLOCK, (row + 0.5) * BLOCK)
    let number = 0
    for (let column = 0; column < BITS; column++) {
      const bit = level(column, 0)
      const complement = level(column, 1)
      if (Math.min(bit, complement) >= 96 || Math.max(bit, complement) <= 160) return null
      number = 2 * number + (bit > complement ? 1 : 0)
    }
    return number
  }

  async function readPicture () {
    const [w, h] = [width(surface), height(surface)]
    const context = drawingContext(w, h)
    context.drawImage(surface, 0, 0)
    const { data } = context.getImageData(0, 0, w, h)
    const reader = new FileReader()
    reader.readAsDataURL(new Blob([data]))
    await new Promise((resolve) => { reader.onload = resolve })
    return { width: w, height: h, rgba: reader.result.split(',')[1] }
  }

  function drawingContext (w, h) {
    const canvas = document.createElement('canvas')
    canvas.width = w
    canvas.height = h
    return canvas.getContext('2d', { willReadFrequently: true })
  }
})()
