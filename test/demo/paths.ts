import type { CallRecord } from '../../src/domain/call-record.ts'
import type { TestBox } from '../support/test-box.ts'
import { eventually } from '../support/within.ts'
import { numberOfAnna } from './box-configs.ts'
import { domains } from './places.ts'
import { talk } from './talk.ts'
import type { World } from './world.ts'

/** One thing that the demo shows. Resolves with what was seen; rejects with what went wrong. */
export interface Path {
  readonly title: string
  walk(world: World): Promise<string>
}

export const paths: readonly Path[] = [
  {
    title: 'phone to phone on one box',
    async walk({ anna, bert, boxA }) {
      const ms = await talk(anna, 'bert', bert)
      await recordOf(boxA, 'anna', 'bert', 'phone')
      return `Anna called Bert: answered in ${round(ms)} ms`
    },
  },
  {
    title: 'phone at A to phone at B over the overlay',
    async walk({ anna, clara, boxA }) {
      const ms = await talk(anna, 'clara', clara)
      await recordOf(boxA, 'anna', 'clara', 'overlay')
      return `Anna called Clara at the other box: answered in ${round(ms)} ms`
    },
  },
  {
    title: 'A to a public domain by NAPTR and SRV, its first server dead',
    async walk({ anna, dora, boxA }) {
      const ms = await talk(anna, dora.aor, dora)
      await recordOf(boxA, 'anna', 'dora', 'domain')
      return `Anna called ${dora.aor}: its second server answered in ${round(ms)} ms`
    },
  },
  {
    title: 'public domain to a user of the overlay by RFC 3263',
    async walk({ dora, clara, boxA }) {
      const ms = await talk(dora, `sip:clara@${domains.village}`, clara)
      await recordOf(boxA, 'dora', 'clara', 'overlay')
      return `Dora found box A by DNS, and Clara at box B through it: answered in ${round(ms)} ms`
    },
  },
  {
    title: 'A to the telephone network',
    async walk({ anna, carrier, boxA }) {
      const ms = await talk(anna, '030555123', carrier.phone, `sip:${numberOfAnna}@`)
      wasDialled(carrier.dialled, '+4930555123')
      await recordOf(boxA, 'anna', '030555123', 'trunk')
      return `Anna dialled 030555123, the carrier saw +4930555123: answered in ${round(ms)} ms`
    },
  },
  {
    title: 'telephone network to A by DID',
    async walk({ carrier, anna, boxA }) {
      const call = await carrier.callIn(numberOfAnna, '+491701234567', boxA.hostPort)
      await call.answered(10_000)
      const arrived = await anna.nextCall(2_000)
      await call.hangUp()
      await arrived.ended(5_000)
      return `the carrier called ${numberOfAnna}: Anna's phone rang and answered`
    },
  },
  {
    title: "B to the telephone network through A's trunk, found as a service record",
    async walk({ clara, carrier, boxA, boxB }) {
      const ms = await talk(clara, '+4989555456', carrier.phone, 'sip:+49301000000@')
      wasDialled(carrier.dialled, '+4989555456')
      await recordOf(boxB, 'clara', '+4989555456', 'overlay')
      await recordOf(boxA, 'clara', '+4989555456', 'trunk')
      return `Clara dialled +4989555456 at box B: the carrier of box A answered in ${round(ms)} ms`
    },
  },
  {
    title: 'PBX up: extension to extension through the PBX',
    async walk(world) {
      const ms = await throughPbx(world)
      return `201 called 202, the PBX passed it on: answered in ${round(ms)} ms`
    },
  },
  {
    title: 'PBX killed: the same call succeeds again within 10 s',
    async walk({ extension201, extension202, pbx, boxA }) {
      const passed = pbx.callsPassed.length
      await pbx.stop()
      const killedAt = performance.now()
      let tries = 0
      await eventually(10_000, 'a call without the PBX', async () => {
        tries++
        return talk(extension201, '202', extension202).catch(() => false)
      })
      const seconds = (performance.now() - killedAt) / 1000
      if (pbx.callsPassed.length !== passed) throw new Error('a PBX that is gone has passed on a call')
      await recordOf(boxA, '201', '202', 'phone')
      return `first success ${seconds.toFixed(1)} s after the kill, at try ${tries}`
    },
  },
  {
    title: 'PBX back: calls use it again',
    async walk(world) {
      await world.pbx.start()
      const began = performance.now()
      await eventually(20_000, 'box A to return to the PBX', async () => {
        const { pbxs } = await world.boxA.ask<{ pbxs: { state: string }[] }>('/api/status')
        return pbxs[0]?.state === 'normal'
      })
      const seconds = (performance.now() - began) / 1000
      await throughPbx(world)
      return `box A returned after ${seconds.toFixed(1)} s, and 201 reached 202 through the PBX`
    },
  },
  {
    title: 'box A killed with SIGKILL and started again: its phones are callable without registering',
    async walk({ boxA, anna, bert, clara }) {
      await boxA.kill()
      await boxA.start()
      await talk(anna, 'bert', bert)
      const ms = await eventually(10_000, 'box B to reach a phone of box A', () =>
        talk(clara, 'bert', bert).catch(() => false as const),
      )
      return `Anna called Bert, and Clara called him from box B: answered in ${round(ms)} ms`
    },
  },
]

async function throughPbx({ extension201, extension202, pbx }: World): Promise<number> {
  const passed = pbx.callsPassed.length
  const ms = await talk(extension201, '202', extension202)
  if (pbx.callsPassed.length !== passed + 1) throw new Error('the PBX did not see the call')
  return ms
}

function wasDialled(dialled: readonly string[], number: string): void {
  if (dialled.at(-1) !== number) throw new Error(`the carrier saw ${dialled.at(-1)} instead of ${number}`)
}

/** The call as the box wrote it down: who, whom, and by which way it was answered. */
function recordOf(box: TestBox, from: string, to: string, path: CallRecord['path']): Promise<CallRecord> {
  return eventually(5_000, `a record of ${from} → ${to} by way of ${path}`, async () => {
    const { recent } = await box.ask<{ recent: CallRecord[] }>('/api/calls?most=20')
    return recent.find(
      (call) => call.from.includes(from) && call.to.includes(to) && call.path === path && call.status === 200,
    )
  })
}

function round(ms: number): string {
  return ms.toFixed(0)
}
