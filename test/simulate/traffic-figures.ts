import { mean } from './percentiles.ts'
import type { SimulatedTown } from './simulated-town.ts'
import { sentBetween, total } from './traffic-meter.ts'

/** What boxes sent while something went on; of boxes that were up before and after. */
export interface TrafficFigures {
  readonly seconds: number
  /** Bytes a minute of the average box, and of the one that sent most. */
  readonly bytesPerBoxPerMinute: number
  readonly mostPerBoxPerMinute: number
  /** Bytes a minute of the average box by purpose, what weighs most first. */
  readonly byPurpose: Readonly<Record<string, number>>
}

export async function measuringTraffic<Outcome>(
  town: SimulatedTown,
  goOn: () => Promise<Outcome>,
): Promise<{ outcome: Outcome; traffic: TrafficFigures }> {
  const readings = town.boxesUp.map((box) => ({ box, before: box.host.traffic.reading() }))
  const start = town.time.now()
  const outcome = await goOn()
  const seconds = (town.time.now() - start) / 1_000
  const sent = readings
    .filter(({ box }) => box.isUp)
    .map(({ box, before }) => sentBetween(before, box.host.traffic.reading()))
  const perMinute = (bytes: number) => Math.round((bytes * 60) / seconds)
  const purposes = [...new Set(sent.flatMap((bytes) => [...bytes.keys()]))]
  const byPurpose = purposes
    .map((purpose) => [purpose, perMinute(mean(sent.map((bytes) => bytes.get(purpose) ?? 0)))] as const)
    .toSorted(([a, most], [b, least]) => least - most || a.localeCompare(b, 'en'))
  return {
    outcome,
    traffic: {
      seconds,
      bytesPerBoxPerMinute: perMinute(mean(sent.map(total))),
      mostPerBoxPerMinute: perMinute(Math.max(...sent.map(total))),
      byPurpose: Object.fromEntries(byPurpose),
    },
  }
}
