import { describe, expect, it } from 'vitest'
import { ReliableProvisionals } from '../../../../src/engine/dialog/reliable-provisionals.ts'
import { SipResponse } from '../../../../src/engine/message/message.ts'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'

function sending() {
  const clock = new FakeClock()
  const sent: string[] = []
  let failures = 0
  const times = { firstMs: 500, longestMs: 32_000, giveUpMs: 32_000 }
  const reliable = new ReliableProvisionals(clock, times, 7, {
    send: (response) => sent.push(`${response.status} ${response.get('rseq')}`),
    onUnacknowledged: () => failures++,
  })
  return { clock, sent, reliable, failures: () => failures }
}

const response = (status: number): SipResponse => new SipResponse(status, '')
const sequenceOf = (line: string | undefined): number => Number(line?.split(' ')[1])

it('numbers in order, one at a time, each until its PRACK (RFC 3262 §3)', () => {
  const { clock, sent, reliable } = sending()
  reliable.send(response(180))
  reliable.send(response(183))
  clock.advance(1_600)
  const first = sequenceOf(sent[0])
  expect(sent).toEqual([`180 ${first}`, `180 ${first}`, `180 ${first}`])
  expect(reliable.acknowledge(`${first} 7 INVITE`)).toBe(true)
  expect(sent.at(-1)).toBe(`183 ${first + 1}`)
  expect(reliable.acknowledge(`${first + 1}  7 INVITE`)).toBe(true)
  clock.advance(60_000)
  expect(sent).toHaveLength(4)
})

it('takes no acknowledgement of anything else', () => {
  const { sent, reliable } = sending()
  reliable.send(response(180))
  const first = sequenceOf(sent[0])
  for (const rack of [undefined, '', `${first} 8 INVITE`, `${first + 1} 7 INVITE`, `${first} 7 UPDATE`])
    expect(reliable.acknowledge(rack)).toBe(false)
  expect(reliable.acknowledge(`${first} 7 INVITE`)).toBe(true)
  expect(reliable.acknowledge(`${first} 7 INVITE`)).toBe(false)
})

it('gives up after 64·T1', () => {
  const { clock, reliable, failures } = sending()
  reliable.send(response(180))
  clock.advance(31_999)
  expect(failures()).toBe(0)
  clock.advance(1)
  expect(failures()).toBe(1)
})

it('stops with the final response', () => {
  const { clock, sent, reliable, failures } = sending()
  reliable.send(response(180))
  reliable.send(response(183))
  reliable.stop()
  clock.advance(60_000)
  expect(sent).toHaveLength(1)
  expect(failures()).toBe(0)
})

it('knows when a session description of its own was acknowledged', () => {
  const { sent, reliable } = sending()
  reliable.send(response(180))
  reliable.send(new SipResponse(183, '', [], Buffer.from('v=0')))
  const first = sequenceOf(sent[0])
  reliable.acknowledge(`${first} 7 INVITE`)
  expect(reliable.hasAgreedSession).toBe(false)
  reliable.acknowledge(`${first + 1} 7 INVITE`)
  expect(reliable.hasAgreedSession).toBe(true)
})

it('takes the acknowledgement that comes after the final response', () => {
  const { sent, reliable } = sending()
  reliable.send(response(180))
  reliable.stop()
  expect(reliable.acknowledge(`${sequenceOf(sent[0])} 7 INVITE`)).toBe(true)
})

describe('an acceptance', () => {
  const withSession = (): SipResponse => new SipResponse(183, '', [], Buffer.from('v=0'))

  it('may overtake the PRACK of a response without session description', () => {
    const { reliable } = sending()
    expect(reliable.mayAccept).toBe(true)
    reliable.send(response(180))
    expect(reliable.mayAccept).toBe(true)
  })

  it('waits for the PRACK of one with (RFC 3262 §3)', () => {
    const { sent, reliable } = sending()
    let accepted = 0
    reliable.send(withSession())
    expect(reliable.mayAccept).toBe(false)
    reliable.whenOpen(() => accepted++)
    expect(accepted).toBe(0)
    reliable.acknowledge(`${sequenceOf(sent[0])} 7 INVITE`)
    expect(accepted).toBe(1)
    expect(reliable.mayAccept).toBe(true)
  })

  it('waits no longer when the INVITE has ended otherwise', () => {
    const { reliable } = sending()
    let told = 0
    reliable.send(withSession())
    reliable.whenOpen(() => told++)
    reliable.stop()
    reliable.stop()
    expect(told).toBe(1)
    expect(reliable.mayAccept).toBe(true)
  })
})
