import { parseArgs } from 'node:util'
import type { Departure } from './simulated-box.ts'

/** What is simulated. Seconds are simulated ones. */
export interface SimulationPlan {
  readonly seed: string
  readonly boxes: number
  readonly usersPerBox: number
  readonly copies: number
  readonly latencyMilliseconds: number
  readonly jitter: number
  readonly loss: number
  readonly restSeconds: number
  readonly loadSeconds: number
  readonly lookUps: number
  readonly recordLifetimeSeconds: number
  readonly churn: Churn | undefined
  readonly leave: Departure | 'mixed'
  readonly partition: { readonly share: number; readonly seconds: number } | undefined
}

/** Boxes that leave for good, or boxes that come and go. */
export type Churn =
  | { readonly kind: 'exodus'; readonly share: number; readonly seconds: number }
  | { readonly kind: 'turnover'; readonly departuresPerMinute: number }

export interface SimulationOrder {
  readonly isHelp: boolean
  readonly plan: SimulationPlan
  readonly isCurve: boolean
  readonly isJson: boolean
}

/** An option that cannot be understood; the message says which. */
export class BadOption extends Error {
  override readonly name = 'BadOption'
}

export const usage = `npm run simulate -- [options]
  --boxes 50            how many boxes
  --seed 7              the same seed gives the same output
  --users 10            users of each box
  --copies 3            boxes that hold a record
  --latency 50          milliseconds from any box to any other, one way
  --jitter 20           a packet takes up to so many per cent longer
  --loss 0              per cent of the packets that are lost, and sent again as TCP does
  --rest 120            seconds of rest that are measured
  --load 60             seconds of look-ups that are measured
  --lookups 1000        look-ups in that time, each repeated by the same box a second later
  --lifetime 3600       seconds that a record lives
  --churn 50%/60s       half of the boxes leave within a minute, for good
  --churn 6/min         or: so many boxes go each minute, and come back half a minute later
  --leave mixed         how they go: stopped, killed, vanished (no power), or mixed
  --partition 50%/120s  half of the boxes are cut off for two minutes
  --json                all figures as JSON
  --curve               what a box costs in overlays of 10 to 200 boxes; draws docs/overlay-scaling.svg`

/** Reads the command line. Throws `BadOption`. */
export function readOrder(args: readonly string[]): SimulationOrder {
  const values = parse(args)
  const number = (name: keyof typeof values, least: number, most: number): number => {
    const value = Number(values[name])
    if (!Number.isFinite(value) || value < least || value > most)
      throw new BadOption(`--${name} is a number from ${least} to ${most}, not "${values[name]}"`)
    return value
  }
  const plan = {
    seed: values.seed,
    boxes: number('boxes', 2, 500),
    usersPerBox: number('users', 1, 900),
    copies: number('copies', 1, 20),
    latencyMilliseconds: number('latency', 0, 2_000),
    jitter: number('jitter', 0, 100) / 100,
    loss: number('loss', 0, 50) / 100,
    restSeconds: number('rest', 1, 86_400),
    loadSeconds: number('load', 1, 86_400),
    lookUps: number('lookups', 0, 1_000_000),
    recordLifetimeSeconds: number('lifetime', 60, 86_400),
    churn: values.churn === undefined ? undefined : readChurn(values.churn),
    leave: readLeave(values.leave),
    partition: values.partition === undefined ? undefined : readShare('partition', values.partition),
  }
  return { isHelp: values.help, plan, isCurve: values.curve, isJson: values.json }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string', default: '7' },
        boxes: { type: 'string', default: '50' },
        users: { type: 'string', default: '10' },
        copies: { type: 'string', default: '3' },
        latency: { type: 'string', default: '50' },
        jitter: { type: 'string', default: '20' },
        loss: { type: 'string', default: '0' },
        rest: { type: 'string', default: '120' },
        load: { type: 'string', default: '60' },
        lookups: { type: 'string', default: '1000' },
        lifetime: { type: 'string', default: '3600' },
        churn: { type: 'string' },
        leave: { type: 'string', default: 'mixed' },
        partition: { type: 'string' },
        json: { type: 'boolean', default: false },
        curve: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (cause) {
    throw new BadOption((cause as Error).message, { cause })
  }
}

function readChurn(text: string): Churn {
  const perMinute = /^(\d+)\/min$/.exec(text)?.[1]
  if (perMinute) return { kind: 'turnover', departuresPerMinute: Number(perMinute) }
  return { kind: 'exodus', ...readShare('churn', text) }
}

function readShare(option: string, text: string): { share: number; seconds: number } {
  const [, percent, seconds] = /^(\d+)%\/(\d+)s$/.exec(text) ?? []
  if (!percent || !seconds || Number(percent) > 99)
    throw new BadOption(`--${option} is written like 50%/60s, not "${text}"`)
  return { share: Number(percent) / 100, seconds: Number(seconds) }
}

function readLeave(text: string): SimulationPlan['leave'] {
  if (text === 'stopped' || text === 'killed' || text === 'vanished' || text === 'mixed') return text
  throw new BadOption(`--leave is stopped, killed, vanished or mixed, not "${text}"`)
}
