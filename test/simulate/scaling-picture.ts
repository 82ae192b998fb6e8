import type { ScalingPoint } from './scaling-curve.ts'

const title = 'What a box sends, in kB a minute, in overlays of 10 to 200 boxes'
const width = 720
const height = 420
const left = 64
const right = 168
const top = 48
const bottom = 56
const plotWidth = width - left - right
const plotHeight = height - top - bottom

interface Line {
  readonly label: string
  readonly colour: string
  readonly dashes: string
  readonly values: readonly number[]
}

/** Bytes a minute over the number of boxes, as SVG: measured, and what growth by log N would allow. */
export function drawScaling(curve: readonly ScalingPoint[]): string {
  const [first] = curve
  if (!first) throw new RangeError('a curve has points')
  const sizes = curve.map(({ boxes }) => boxes)
  const allowed = (boxes: number) => (first.atRest * Math.log(boxes)) / Math.log(first.boxes)
  const lines: Line[] = [
    { label: 'under load', colour: '#b5540b', dashes: '', values: curve.map(({ underLoad }) => underLoad) },
    { label: 'at rest', colour: '#0b63b5', dashes: '', values: curve.map(({ atRest }) => atRest) },
    { label: 'at rest, if log N', colour: '#777777', dashes: '5 4', values: sizes.map(allowed) },
  ]
  const most = niceTop(Math.max(...lines.flatMap(({ values }) => values)))
  const x = (boxes: number) => left + (plotWidth * boxes) / (sizes.at(-1) ?? 1)
  const y = (bytes: number) => top + plotHeight * (1 - bytes / most)
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13" fill="#222222">`,
    `<title>${title}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(left, 26, title, 'start', 15),
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((share) => gridLine(y(most * share), most * share)),
    ...sizes.map((boxes) => text(x(boxes), height - bottom + 22, String(boxes), 'middle')),
    text(left + plotWidth / 2, height - 12, 'boxes', 'middle'),
    ...lines.flatMap((line) => drawLine(line, sizes.map(x), y)),
    '</svg>',
  ].join('\n')}\n`
}

function drawLine({ label, colour, dashes, values }: Line, xs: readonly number[], y: (v: number) => number) {
  const points = values.map((value, place) => ({ x: xs[place] ?? 0, y: y(value) }))
  const last = points.at(-1)
  return [
    `<polyline fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dashes}" points="${points.map((at) => `${round(at.x)},${round(at.y)}`).join(' ')}"/>`,
    ...(dashes === ''
      ? points.map((at) => `<circle cx="${round(at.x)}" cy="${round(at.y)}" r="3.5" fill="${colour}"/>`)
      : []),
    last ? `<text x="${round(last.x + 10)}" y="${round(last.y + 4)}" fill="${colour}">${label}</text>` : '',
  ]
}

function gridLine(at: number, bytes: number): string[] {
  return [
    `<line x1="${left}" x2="${left + plotWidth}" y1="${round(at)}" y2="${round(at)}" stroke="#dddddd"/>`,
    text(left - 8, at + 4, (bytes / 1_000).toFixed(0), 'end'),
  ]
}

function text(x: number, y: number, words: string, anchor: string, size = 13): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-size="${size}">${words}</text>`
}

/** The next of 1, 2, 4, 8 times a power of ten. */
function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 4, 8, 10].map((step) => step * power).find((step) => step >= value) ?? value
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
