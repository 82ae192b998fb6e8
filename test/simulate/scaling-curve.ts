import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { drawScaling } from './scaling-picture.ts'
import { simulateCalm } from './simulation.ts'
import type { SimulationPlan } from './simulation-plan.ts'

export interface ScalingPoint {
  readonly boxes: number
  /** Bytes a minute that a box sends. */
  readonly atRest: number
  readonly underLoad: number
  readonly lookUpP95Milliseconds: number
  /** Bytes that a box sent until all were connected; paid once. */
  readonly joining: number
}

const sizes = [10, 20, 50, 100, 200]
/** Of a box and a minute, in overlays of any size: a busy office. */
const lookUpsPerBoxPerMinute = 6
const picture = fileURLToPath(new URL('../../docs/overlay-scaling.svg', import.meta.url))

/** The same plan in overlays of growing size, every box with the same number of users and calls. */
export async function scalingCurve(
  plan: SimulationPlan,
  measured: (boxes: number) => void,
): Promise<readonly ScalingPoint[]> {
  const curve: ScalingPoint[] = []
  for (const boxes of sizes) {
    const lookUps = Math.round((boxes * lookUpsPerBoxPerMinute * plan.loadSeconds) / 60)
    const { rest, load, joining } = await simulateCalm({ ...plan, boxes, lookUps })
    curve.push({
      boxes,
      atRest: rest.bytesPerBoxPerMinute,
      underLoad: load.traffic.bytesPerBoxPerMinute,
      lookUpP95Milliseconds: load.cold.milliseconds.p95,
      joining: joining.bytesPerBox,
    })
    measured(boxes)
  }
  return curve
}

/** How many times the cost of the smallest overlay a cost is, and how many times it may be when it grows as log N. */
export function growth(point: ScalingPoint, first: ScalingPoint): { cost: number; allowed: number } {
  return { cost: point.atRest / first.atRest, allowed: Math.log(point.boxes) / Math.log(first.boxes) }
}

export function printCurve(curve: readonly ScalingPoint[]): string {
  const [first] = curve
  if (!first) return ''
  const rows = curve.map((point) => {
    const { cost, allowed } = growth(point, first)
    return [
      point.boxes,
      kilobytes(point.atRest),
      cost.toFixed(2),
      allowed.toFixed(2),
      kilobytes(point.underLoad),
      point.lookUpP95Milliseconds,
      kilobytes(point.joining),
    ]
  })
  const heads = ['boxes', 'at rest, kB/min', 'times', 'log N', 'under load, kB/min', 'p95, ms', 'joining, kB']
  return [heads, ...rows]
    .map(
      (cells) =>
        `| ${cells.map((cell, column) => String(cell).padStart(heads[column]?.length ?? 0)).join(' | ')} |`,
    )
    .toSpliced(1, 0, `| ${heads.map((head) => `${'-'.repeat(head.length - 1)}:`).join(' | ')} |`)
    .join('\n')
}

export function drawCurve(curve: readonly ScalingPoint[]): void {
  writeFileSync(picture, drawScaling(curve))
}

function kilobytes(bytes: number): string {
  return (bytes / 1_000).toFixed(1)
}
