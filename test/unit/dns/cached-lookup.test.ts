import { expect, test } from 'vitest'
import { CachedLookup, type Finding } from '../../../src/drivers/dns/cached-lookup.ts'
import { DnsUnavailable } from '../../../src/drivers/dns/dns-client.ts'
import type { DnsAnswer, DnsQuestion } from '../../../src/drivers/dns/dns-record.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'

const question: DnsQuestion = { name: 'one.example.org', type: 'A' }
const answer: DnsAnswer = { records: [{ type: 'A', address: '192.0.2.1' }], ttlSeconds: 60 }

function setUp(maxEntries = 10) {
  const clock = new FakeClock()
  const asked: string[] = []
  const server = { answer: answer as DnsAnswer | undefined }
  const lookup = new CachedLookup(
    async (wanted) => {
      asked.push(wanted.name)
      if (!server.answer) throw new DnsUnavailable(wanted, new Error('silence'))
      return server.answer
    },
    { serveStaleSeconds: 3_600, clock, maxEntries },
  )
  return { clock, asked, server, lookup }
}

test('a known answer comes at once, until its TTL is over', async () => {
  const { clock, asked, lookup } = setUp()
  await lookup.find(question)
  clock.advance(59_999)
  expect(lookup.find({ ...question, name: 'ONE.example.org' })).toEqual({ records: answer.records })
  clock.advance(1)
  expect(lookup.find(question)).toBeInstanceOf(Promise)
  expect(asked).toHaveLength(2)
})

test('the same question is on its way only once', async () => {
  const { asked, lookup } = setUp()
  await Promise.all([
    lookup.find(question),
    lookup.find(question),
    lookup.find({ ...question, type: 'AAAA' }),
  ])
  expect(asked).toHaveLength(2)
})

test('absence is remembered for its TTL, and not at all without one', async () => {
  const { asked, server, lookup } = setUp()
  server.answer = { records: [], ttlSeconds: 30 }
  await lookup.find(question)
  expect(lookup.find(question)).toEqual({ records: [] })
  server.answer = { records: [], ttlSeconds: 0 }
  await lookup.find({ ...question, name: 'no-soa.example.org' })
  await lookup.find({ ...question, name: 'no-soa.example.org' })
  expect(asked).toHaveLength(3)
})

test('an expired answer serves while no server answers, and is asked again after a rest', async () => {
  const { clock, asked, server, lookup } = setUp()
  await lookup.find(question)
  server.answer = undefined
  clock.advance(61_000)
  expect(await lookup.find(question)).toEqual({ records: answer.records })
  expect(lookup.find(question)).toEqual({ records: answer.records })
  expect(asked).toHaveLength(2)
  clock.advance(30_000)
  await lookup.find(question)
  expect(asked).toHaveLength(3)
  clock.advance(3_600_000)
  expect((await lookup.find(question)).failure).toBeInstanceOf(DnsUnavailable)
})

test('a failure is remembered for a few seconds, then tried again', async () => {
  const { clock, server, lookup } = setUp()
  server.answer = undefined
  await lookup.find(question)
  expect((lookup.find(question) as Finding).failure).toBeInstanceOf(DnsUnavailable)
  server.answer = answer
  clock.advance(5_000)
  expect(await lookup.find(question)).toEqual({ records: answer.records })
})

test('the least recently used answer is forgotten first', async () => {
  const { lookup } = setUp(2)
  await lookup.find({ ...question, name: 'a' })
  await lookup.find({ ...question, name: 'b' })
  lookup.find({ ...question, name: 'a' })
  await lookup.find({ ...question, name: 'c' })
  expect(lookup.find({ ...question, name: 'a' })).not.toBeInstanceOf(Promise)
  expect(lookup.find({ ...question, name: 'b' })).toBeInstanceOf(Promise)
})

test('asked afresh, it answers from the server and not from memory, and remembers that', async () => {
  const { asked, server, lookup } = setUp()
  await lookup.find(question)
  const moved: DnsAnswer = { records: [{ type: 'A', address: '192.0.2.2' }], ttlSeconds: 60 }
  server.answer = moved
  expect(await lookup.findAfresh(question)).toEqual({ records: moved.records })
  expect(lookup.find(question)).toEqual({ records: moved.records })
  expect(asked).toHaveLength(2)
})

test('asked afresh without an answer, it says so, and memory stays as it is', async () => {
  const { server, lookup } = setUp()
  await lookup.find(question)
  server.answer = undefined
  expect(await lookup.findAfresh(question)).toMatchObject({
    records: [],
    failure: expect.any(DnsUnavailable),
  })
  expect(lookup.find(question)).toEqual({ records: answer.records })
})
