// Reads the canvas that a page lays over its video, whole, as soon as it shows another picture.
(() => {
  const CORNER = { width: 256, height: 32 } // where pictures have their number
  const corner = drawingContext(CORNER.width, CORNER.height)
  const sights = [] // {at: seconds on performance.now's clock, image}
  let before = null // what the corner was
  requestAnimationFrame(watch)

  window.exactPixels = {
    async takeSights () {
      return Promise.all(sights.splice(0).map(async ({ at, image: { width, height, data } }) => {
        const reader = new FileReader()
        reader.readAsDataURL(new Blob([data]))
        await new Promise((resolve) => { reader.onload = resolve })
        return { at, width, height, rgba: reader.result.split(',')[1] }
      }))
    },
  }

  function watch () {
    requestAnimationFrame(watch)
    const at = performance.now() / 1000
    const canvas = find(document)
    if (canvas === null) {
      before = null
      return
    }
    corner.drawImage(canvas, 0, 0)
    const now = corner.getImageData(0, 0, CORNER.width, CORNER.height).data
    if (before !== null && now.every((level, index) => level === before[index])) return
    before = now
    const { width, height } = canvas
    const whole = drawingContext(width, height)
    whole.drawImage(canvas, 0, 0)
    sights.push({ at, image: whole.getImageData(0, 0, width, height) })
  }

  function find (root) {
    for (const element of root.querySelectorAll('*')) {
      if (element.matches('canvas') && isShown(element)) return element
      const found = element.shadowRoot && find(element.shadowRoot)
      if (found) return found
    }
    return null
  }

  function isShown (canvas) {
    return canvas.width >= CORNER.width && canvas.checkVisibility({ visibilityProperty: true, opacityProperty: true })
  }

  function drawingContext (width, height) {
    const canvas = new OffscreenCanvas(width, height)
    return canvas.getContext('2d', { willReadFrequently: true })
  }
})()
