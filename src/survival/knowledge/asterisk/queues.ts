import type { GroupRinging } from '../../../domain/route.ts'
import type { ConfSection } from './conf-section.ts'
import { lastValue } from './conf-section.ts'
import { type DialledDevice, readDialledDevice } from './dialled-device.ts'

/** A queue with its members that are always there. */
export interface ToldQueue {
  readonly name: string
  readonly members: readonly DialledDevice[]
  readonly ring: GroupRinging
  readonly ringSeconds: number | undefined
}

/** From `queues.conf`. Who logs in by himself is not written there, and nobody knows of him when the PBX is gone. */
export function readQueues(sections: readonly ConfSection[]): {
  readonly queues: readonly ToldQueue[]
  readonly unread: readonly string[]
} {
  const unread: string[] = []
  const queues = sections
    .filter(({ name, isTemplate }) => !isTemplate && name !== 'general')
    .map((section): ToldQueue => {
      const members = section.lines
        .filter(([key]) => key.toLowerCase() === 'member')
        .flatMap(([, value]) => {
          const device = readDialledDevice(value.split(',')[0] ?? '')
          if (!device) unread.push(`queue ${section.name}: the member "${value}" is no phone of this PBX`)
          return device ? [device] : []
        })
      if (members.length === 0)
        unread.push(`queue ${section.name} has no member in the config: agents who log in are not known`)
      const seconds = Number(lastValue(section, 'timeout') ?? Number.NaN)
      return {
        name: section.name,
        members,
        ring: (lastValue(section, 'strategy') ?? 'ringall') === 'ringall' ? 'all' : 'in-turn',
        ringSeconds: Number.isInteger(seconds) && seconds > 0 ? seconds : undefined,
      }
    })
  return { queues, unread }
}
