import { describe, expect, it } from 'vitest'
import { aor } from '../../../src/domain/aor.ts'
import type { Notice } from '../../../src/domain/notice.ts'
import type { CallQuestion } from '../../../src/domain/route.ts'
import { CallShelf } from '../../../src/emergency/call-shelf.ts'
import { type CallEnd, EmergencyCalls } from '../../../src/emergency/emergency-calls.ts'
import { printLocation } from '../../../src/emergency/location-document.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'

const real = { number: '112', isTest: false }

class ABox {
  readonly clock = new FakeClock(1_000_000)
  readonly notices: Notice[] = []
  readonly shown: string[] = []
  readonly disk = new Map<string, Uint8Array>()
  calls = this.#started()

  question(more: Partial<CallQuestion> = {}): CallQuestion {
    return {
      callId: 'call-1',
      source: 'phone',
      sourceLabel: '201@site-a.example',
      caller: aor('201', 'site-a.example'),
      callerIsAuthenticated: false,
      from: 'sip:201@site-a.example',
      requestUri: 'sip:112@site-a.example',
      at: this.clock.now(),
      ...more,
    }
  }

  end(more: Partial<CallEnd> = {}): CallEnd {
    const end = { callId: 'call-1', path: 'trunk', target: 'carrier', answeredAt: undefined } as const
    return { ...end, status: 200, cause: 'hung up', ...more }
  }

  /** As after `kill -9`. */
  async restarted(): Promise<EmergencyCalls> {
    await this.calls.stop()
    this.calls = this.#started()
    await this.calls.start()
    return this.calls
  }

  get phases(): unknown[] {
    return this.notices.map(({ facts }) => facts.phase)
  }

  #started(): EmergencyCalls {
    const values = {
      get: async (key: string) => this.disk.get(key),
      set: async (key: string, value: Uint8Array) => void this.disk.set(key, value),
    }
    return new EmergencyCalls({
      placeOf: ({ source }) =>
        source === 'overlay' ? undefined : { location: 'Hauptstr. 5', civic: undefined },
      callbackNumberOf: () => '+49301234501',
      displayNameOf: () => 'Anna',
      notices: { send: (notice) => this.notices.push(notice) },
      desk: { show: (text) => this.shown.push(text) },
      shelf: new CallShelf(values, silentLog),
      clock: this.clock,
      log: silentLog,
    })
  }
}

describe('a call for help', () => {
  it('is told at its begin, at its answer and at its end, with who, where and how to call back', () => {
    const box = new ABox()
    box.calls.began(box.question(), real)
    const alarm =
      'EMERGENCY CALL to 112 from Anna (sip:201@site-a.example), Hauptstr. 5, call back +49301234501'
    expect(box.shown).toEqual([alarm])
    expect(box.notices[0]).toMatchObject({
      event: 'emergency',
      summary: alarm,
      facts: { phase: 'begin', number: '112', isTest: false, location: 'Hauptstr. 5' },
    })
    box.clock.advance(900)
    box.calls.answered(box.end({ answeredAt: box.clock.now() }))
    box.calls.ended(box.end({ answeredAt: 1_000_900 }))
    expect(box.phases).toEqual(['begin', 'answer', 'end'])
    expect(box.notices[2]?.summary).toContain('over, was answered by trunk carrier after 900 ms (hung up)')
    expect(box.shown).toHaveLength(1)
  })

  it('that nobody answered says so', () => {
    const box = new ABox()
    box.calls.began(box.question(), real)
    box.calls.ended(box.end({ path: undefined, target: undefined, status: 503, cause: 'no line' }))
    expect(box.calls.view()).toMatchObject([{ text: 'NOT ANSWERED: 503 no line' }])
    expect(box.calls.counts).toEqual({ answered: 0, unanswered: 1, tests: 0 })
  })

  it('that is routed again, or sent again with a digest, is the same call', () => {
    const box = new ABox()
    box.calls.began(box.question(), real)
    box.calls.began(box.question(), real)
    expect(box.phases).toEqual(['begin'])
    box.calls.ended(box.end())
    box.calls.began(box.question(), real)
    expect(box.phases).toEqual(['begin', 'end', 'begin'])
  })

  it('of another site is where its box says, not here', () => {
    const box = new ABox()
    const place = { location: 'Camp 3', civic: undefined }
    const locationDocument = printLocation(place, { entity: 'sip:x@y', country: 'DE', at: 0 }) ?? ''
    const peer = { source: 'overlay', sourceLabel: 'b.peer.o.example', caller: undefined } as const
    box.calls.began(box.question({ ...peer, callId: 'one', locationDocument }), real)
    box.calls.began(box.question({ ...peer, callId: 'two' }), real)
    expect(box.calls.view().map(({ location }) => location)).toEqual(['', 'Camp 3'])
    expect(box.calls.view()[0]?.caller).toContain('by overlay b.peer.o.example')
  })

  it('is told to who waits for one, and is under way until it is over; a test is not', () => {
    const box = new ABox()
    const heard: boolean[] = []
    box.calls.onBegan(({ isTest }) => heard.push(isTest))
    box.calls.began(box.question({ callId: 'call-2' }), { number: '119', isTest: true })
    expect(box.calls.underWay).toBe(0)
    box.calls.began(box.question(), real)
    box.calls.began(box.question(), real)
    expect(heard).toEqual([true, false])
    expect(box.calls.underWay).toBe(1)
    box.calls.ended(box.end())
    expect(box.calls.underWay).toBe(0)
  })

  it('to the test number is marked as one', () => {
    const box = new ABox()
    box.calls.began(box.question(), { number: '933', isTest: true })
    expect(box.shown[0]).toMatch(/^TEST of the emergency number 933/)
    expect(box.notices[0]?.facts).toMatchObject({ isTest: true })
  })
})

describe('the list of calls for help', () => {
  it('keeps each until somebody has acknowledged it, over a restart too', async () => {
    const box = new ABox()
    box.calls.began(box.question(), real)
    let calls = await box.restarted()
    const [call] = calls.view()
    expect(call).toMatchObject({ text: 'NOT ANSWERED: the box was restarted', isAcknowledged: false })
    expect(calls.acknowledge(call?.id ?? '')).toBe(true)
    expect(calls.acknowledge('nobody')).toBe(false)
    calls = await box.restarted()
    expect(calls.view()).toMatchObject([{ isAcknowledged: true }])
  })

  it('does not grow for ever, and forgets first what somebody has seen', () => {
    const box = new ABox()
    for (let number = 0; number < 210; number++) {
      box.calls.began(box.question({ callId: `call-${number}` }), real)
      const [latest] = box.calls.view()
      if (number >= 100 && latest) box.calls.acknowledge(latest.id)
    }
    expect(box.calls.view()).toHaveLength(200)
    expect(box.calls.view().filter(({ isAcknowledged }) => !isAcknowledged)).toHaveLength(100)
  })

  it('that cannot be read is begun anew', async () => {
    const box = new ABox()
    box.disk.set('emergency-calls', Buffer.from('{'))
    expect((await box.restarted()).view()).toEqual([])
  })
})
