import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import type { Part } from '../../../src/lib/part.ts'
import { PhoneSightings } from '../../../src/survival/knowledge/phone-sightings.ts'
import { MirroredPhones } from '../../../src/survival/phones/mirrored-phones.ts'
import { Grace } from '../../../src/survival/standing-in/grace.ts'
import { PbxRealms } from '../../../src/survival/standing-in/pbx-realms.ts'
import { CollectedLog } from '../../support/collected-log.ts'

const office = { name: 'main', domain: 'pbx.example' }
const nothing = () => undefined
const names = { resolve: nothing }
const bindings = { all: () => [], lookup: () => [], toldOf: () => [], onExpiry: nothing }
const clock = new FakeClock(1_000)

type Keeping = Pick<ConstructorParameters<typeof PbxRealms>[0], 'settings' | 'log'>

const parts: Readonly<Record<string, (keeping: Keeping) => Part>> = {
  grace: (keeping) =>
    new Grace({
      ...keeping,
      ...{ minutes: 60, pbxs: [office], names, clock },
      health: { isInCharge: () => true, onStateChange: nothing },
      bindings,
      hasPassword: () => false,
    }),
  'realms of the PBXs': (keeping) => new PbxRealms({ ...keeping, pbxs: [office] }),
  'mirrored phones': (keeping) =>
    new MirroredPhones({
      ...keeping,
      ...{ names, clock },
      pbxs: [{ ...office, phones: { state: nothing, onChange: nothing } }],
      health: { isInCharge: () => true },
      isOwnHost: () => false,
    }),
  'phones seen': (keeping) =>
    new PhoneSightings({
      ...keeping,
      clock,
      isWatched: () => true,
      location: { aors: () => [], lookup: () => [], onChange: () => nothing },
    }),
}

describe.each(Object.entries(parts))('%s', (_, make) => {
  it.each(['', '[[', '\xff', 'null', '[null]', '[["a",null]]'])(
    'that were kept as %j do not keep the box from starting, and the log says so',
    async (text) => {
      const log = new CollectedLog()
      const settings = { get: async () => Buffer.from(text, 'latin1'), set: async () => undefined }
      const part = make({ settings, log })
      await part.start()
      await part.stop()
      expect(log.lines.map(({ level, sentence }) => [level, sentence])).toContainEqual([
        'warn',
        'what was kept cannot be read',
      ])
    },
  )
})
