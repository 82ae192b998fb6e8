import { afterEach, expect, test } from 'vitest'
import { HepCapture } from '../../../src/engine/observation/hep-capture.ts'
import type { Flow } from '../../../src/engine/transport/flow.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { HepCollector } from '../../support/hep-collector.ts'
import { eventually } from '../../support/within.ts'

const flow: Flow = {
  id: 1,
  transport: 'tcp',
  localAddress: '192.0.2.1',
  localPort: 5060,
  remoteAddress: '192.0.2.7',
  remotePort: 40_000,
  isOpen: true,
}
const message = Buffer.from('OPTIONS sip:a SIP/2.0\r\nCall-ID: abc\r\nCSeq: 1 OPTIONS\r\n\r\n')

const open: { stop(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((part) => part.stop()))
})

async function captureTo(host: string, port: number, log = silentLog): Promise<HepCapture> {
  const capture = new HepCapture(
    { host, port, captureId: 1, password: undefined },
    { addressOf: ({ localAddress }) => localAddress, clock: systemClock, log },
  )
  open.push(capture)
  await capture.start()
  return capture
}

test('copies go to Homer; those before its name is known, and those too many at once, are dropped and counted', async () => {
  const homer = new HepCollector()
  open.push(homer)
  await homer.start()
  const capture = await captureTo('localhost', homer.port)
  capture.saw('out', message, flow)
  expect(capture.counts).toEqual({ sent: 0, dropped: 1 })
  await eventually(5_000, 'the first copy', () => {
    if (homer.messages.length === 0) capture.saw('out', message, flow)
    return homer.messages.length > 0
  })
  expect(homer.messages[0]).toMatchObject({
    source: '192.0.2.1 5060',
    destination: '192.0.2.7 40000',
    protocol: 6,
    callId: 'abc',
    payload: message.toString(),
  })
  const before = capture.counts
  for (let n = 0; n < 5_000; n++) capture.saw('in', message, flow)
  expect(capture.counts.dropped - before.dropped).toBeGreaterThan(4_000)
  await eventually(5_000, 'all to be sent or dropped', () => {
    const { sent, dropped } = capture.counts
    return sent + dropped === before.sent + before.dropped + 5_000
  })
})

test('without Homer nothing is thrown, and everything is counted', async () => {
  const warnings: string[] = []
  const log = { ...silentLog, warn: (_: object, sentence: string) => warnings.push(sentence) }
  const nameless = await captureTo('homer.invalid', 9_060, log)
  const portless = await captureTo('127.0.0.1', 1)
  await eventually(10_000, 'the look-up to fail', () => warnings.length > 0)
  nameless.saw('in', message, flow)
  expect(nameless.counts).toEqual({ sent: 0, dropped: 1 })
  for (let n = 0; n < 10; n++) portless.saw('in', message, flow)
  await eventually(5_000, 'all to be counted', () => {
    const { sent, dropped } = portless.counts
    return sent + dropped === 10
  })
  await portless.stop()
  portless.saw('in', message, flow)
  expect(portless.counts.dropped).toBeGreaterThan(0)
})
