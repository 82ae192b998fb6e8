import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectSecurely, createServer } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Flood } from '../support/flood.ts'
import { freePort } from '../support/free-port.ts'
import { GoodTraffic } from '../support/good-traffic.ts'
import { siteConfig } from '../support/site.ts'
import { TestBox } from '../support/test-box.ts'
import { certificateFile, keyFile, testCa, testCertificate } from '../support/test-certificate.ts'
import { eventually, within } from '../support/within.ts'

// The real box, attacked from 127.66.0.0/16 and 127.0.0.66 while an honest site goes on. Nobody is exempt.
const attacker = '127.0.0.66'
const sipPort = await freePort()
const tlsPort = await freePort()
const wsPort = await freePort()
const base = siteConfig('201', '202', '203', '204')

/** TLS servers with certificates that must not be trusted; trunks lead there. */
const impostors = await Promise.all((['expired', 'other', 'foreign', 'self-signed'] as const).map(anImpostor))
const box = new TestBox({
  sipPort,
  config: {
    ...base,
    sip: {
      ...base.sip,
      listen: [
        `sip:127.0.0.1:${sipPort};transport=udp,tcp`,
        `sips:127.0.0.1:${tlsPort}`,
        `sip:127.0.0.1:${wsPort};transport=ws`,
      ],
      tls: {
        certFile: certificateFile('box'),
        keyFile: keyFile('box'),
        caFile: certificateFile('ca'),
        requestClientCertificate: true,
      },
    },
    guard: { neverBan: [] },
    trunks: impostors.map(({ name, port }) => ({
      name,
      server: `127.0.0.1:${port}`,
      transport: 'tls' as const,
      optionsIntervalSeconds: 1,
    })),
  },
})
const good = new GoodTraffic(box.server)

beforeAll(async () => {
  await box.start()
  await good.start()
})
afterAll(async () => {
  await good.stop()
  await box.stop()
  for (const { server } of impostors) server.close()
})

async function anImpostor(name: 'expired' | 'other' | 'foreign' | 'self-signed') {
  const { cert, key } = testCertificate(name)
  const seen = { connections: 0, bytes: 0 }
  const server = createServer({ cert, key }, (socket) => {
    socket.on('data', (data) => {
      seen.bytes += data.length
    })
    // The box hangs up in its own way.
    socket.on('error', () => socket.destroy())
  })
  server.on('connection', () => {
    seen.connections++
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return { name, server, seen, port: typeof address === 'object' && address ? address.port : 0 }
}

/** Resident memory of the box, in MiB. */
function memory(): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${box.pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) / 1_024
}

/** The figures of one metric by what its labels say. */
async function metric(name: string): Promise<Record<string, number>> {
  const response = await fetch(`${box.adminUrl}/metrics`, { signal: AbortSignal.timeout(10_000) })
  const lines = (await response.text()).matchAll(new RegExp(`^\\w*${name}(?:\\{(.*)\\})? (\\d+)$`, 'gm'))
  return Object.fromEntries([...lines].map(([, labels = '', value]) => [labels, Number(value)]))
}

const dropped = async (reason: string): Promise<number> =>
  (await metric('sip_dropped_total'))[`reason="${reason}"`] ?? 0

/** Connections from the attacker, and how many of them the box has ended. */
class Connections {
  readonly sockets: Socket[] = []
  ended = 0

  async open(count: number, port: number): Promise<void> {
    const opened: Promise<unknown>[] = []
    for (let n = 0; n < count; n++) {
      const socket = connect({ port, host: '127.0.0.1', localAddress: attacker })
      socket.on('error', () => socket.destroy())
      socket.on('close', () => this.ended++)
      socket.resume()
      this.sockets.push(socket)
      opened.push(once(socket, 'connect'))
    }
    await within(20_000, 'the connections', Promise.all(opened))
  }

  add(socket: Socket): void {
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.ended++)
    socket.resume()
    this.sockets.push(socket)
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy()
  }
}

test('a thousand TLS connections that never speak are closed; nobody else notices', async () => {
  const silent = new Connections()
  try {
    await silent.open(1_000, tlsPort)
    await good.during(4)
    await expectTlsToServe()
    await eventually(15_000, 'the box to close them', () => silent.ended === 1_000)
  } finally {
    silent.close()
  }
}, 120_000)

test('streams that drip are closed, whatever is spoken over them', async () => {
  const slow = new Connections()
  const drips: NodeJS.Timeout[] = []
  try {
    await slow.open(200, sipPort)
    await slow.open(200, wsPort)
    await slow.open(100, tlsPort)
    const [tcp, ws, tls] = [slow.sockets.slice(0, 200), slow.sockets.slice(200, 400), slow.sockets.slice(400)]
    for (const socket of tcp) socket.write('REGISTER sip:site-a.test SIP/2.0\r\nX: ')
    for (const socket of ws) socket.write('GET / HTTP/1.1\r\nUpgrade: websocket\r\nX: ')
    for (const socket of tls) socket.write(Buffer.from([22, 3, 1, 2, 0, 1]))
    // And some that shake hands well, to drip a request inside.
    for (let n = 0; n < 50; n++) {
      const socket = await secureConnection()
      slow.add(socket)
      socket.write('REGISTER sip:site-a.test SIP/2.0\r\nX: ')
    }
    drips.push(setInterval(() => slow.sockets.map((socket) => socket.writable && socket.write('x')), 1_000))
    await good.during(8)
    await eventually(45_000, 'the box to close them', () => slow.ended === 550, 250)
  } finally {
    drips.forEach(clearInterval)
    slow.close()
  }
}, 180_000)

test('headers of 64 KiB cost their sender the request, and nobody else anything', async () => {
  const padding = 'X-Padding: '.padEnd(1_000, 'x')
  const request = (lines: number, number: number): Buffer =>
    Buffer.from(
      [
        'OPTIONS sip:site-a.test SIP/2.0',
        `Via: SIP/2.0/UDP ${attacker};branch=z9hG4bKbig${number};rport`,
        'From: <sip:eve@elsewhere.test>;tag=1',
        'To: <sip:site-a.test>',
        `Call-ID: big-${number}`,
        'CSeq: 1 OPTIONS',
        ...Array<string>(lines).fill(padding),
        'Content-Length: 0\r\n\r\n',
      ].join('\r\n'),
    )
  const socket = createSocket('udp4')
  let answers = 0
  let answerBytes = 0
  socket.on('message', (data) => {
    answers++
    answerBytes = Math.max(answerBytes, data.length)
  })
  socket.bind(0, attacker)
  await once(socket, 'listening')
  const streams = new Connections()
  try {
    const going = good.during(5)
    const largest = request(64, 0).length
    expect(largest).toBeGreaterThan(64_000)
    for (let n = 0; n < 1_000; n++) {
      socket.send(request(64, n), sipPort, '127.0.0.1')
      if (n % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await streams.open(100, sipPort)
    for (const stream of streams.sockets) stream.write(request(80, 0))
    await going
    await eventually(10_000, 'the streams to be closed', () => streams.ended === 100)
    expect(answers).toBeLessThanOrEqual(1_000)
    expect(answerBytes).toBeLessThan(1_000)
  } finally {
    socket.close()
    streams.close()
  }
}, 120_000)

test('bad certificates lead nowhere, in either direction', async () => {
  for (const holder of ['expired', 'foreign', 'self-signed'] as const) {
    for (let n = 0; n < 20; n++) expect(await isServedWith(testCertificate(holder)), holder).toBe(false)
  }
  await good.during(4)
  // Without a certificate, and with a good one.
  await expectTlsToServe()
  expect(await isServedWith(testCertificate('other'))).toBe(true)
  await eventually(20_000, 'every trunk to be tried', () =>
    impostors.every(({ seen }) => seen.connections > 0),
  )
  expect(impostors.map(({ name, seen }) => [name, seen.bytes])).toEqual(
    impostors.map(({ name }) => [name, 0]),
  )
}, 120_000)

test('a million distinct Call-IDs, of one source and of many, leave calls and memory alone', async () => {
  const warmUp = new Flood({
    port: sipPort,
    count: 40_000,
    perSecond: 20_000,
    withinMs: 10_000,
    addresses: 4_000,
  })
  try {
    await warmUp.start()
    await warmUp.finished()
  } finally {
    await warmUp.stop()
  }
  const before = memory()
  const figures = []
  for (const addresses of [1, 50_000]) {
    const flood = new Flood({ port: sipPort, count: 500_000, perSecond: 22_000, withinMs: 26_000, addresses })
    await flood.start()
    try {
      while (!flood.isOver) await good.during(5)
      figures.push({ addresses, ...(await flood.finished()), memory: memory() })
    } finally {
      await flood.stop()
    }
  }
  const counted = { one: await dropped('source-limit'), many: await dropped('stranger-limit') }
  process.stdout.write(`${JSON.stringify({ before, figures, counted })}\n`)
  expect(figures.map(({ sent }) => sent > 100_000)).toEqual([true, true])
  // Far more came than was let in, and less went back than came.
  expect(counted.one).toBeGreaterThan(40_000)
  expect(counted.many).toBeGreaterThan(40_000)
  for (const { sent, heard } of figures) expect(heard).toBeLessThan(sent / 4)
  expect(box.log.filter((line) => line.includes('source sends too much')).length).toBeLessThan(60)
  // Timers J and H end what was let in 32 s after the last of it.
  await eventually(60_000, 'the transactions to end', async () => (await openTransactions()) < 50, 1_000)
  // V8 takes room for its garbage and keeps it; what is really held is a matter of bytes for each Call-ID.
  expect(Math.max(memory(), ...figures.map((half) => half.memory))).toBeLessThan(before + 450)
  expect(await heapInUse()).toBeLessThan(350)
  await good.during(3)
}, 300_000)

/** Of both threads, with garbage that nobody has collected yet, in MiB. */
async function heapInUse(): Promise<number> {
  const threads = Object.values(await metric('heap_used_bytes'))
  expect(threads).toHaveLength(2)
  return threads.reduce((sum, bytes) => sum + bytes, 0) / 2 ** 20
}

async function openTransactions(): Promise<number> {
  const all = Object.values(await metric('sip_transactions'))
  expect(all.length).toBeGreaterThan(0)
  return all.reduce((sum, value) => sum + value, 0)
}

function secureConnection(options: ConnectionOptions = {}): Promise<Socket> {
  const socket = connectSecurely({ port: tlsPort, host: '127.0.0.1', ca: testCa, ...options })
  return within(
    10_000,
    'the handshake',
    once(socket, 'secureConnect').then(() => socket),
  )
}

/** Whether a client with this certificate, or with none, is answered over TLS. */
async function isServedWith(certificate: { cert?: string; key?: string } = {}): Promise<boolean> {
  const { cert, key } = certificate
  let socket: Socket
  try {
    socket = await secureConnection(cert !== undefined && key !== undefined ? { cert, key } : {})
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
    return false
  }
  const { promise, resolve } = Promise.withResolvers<boolean>()
  // With TLS 1.3 the client hears of a refusal only after its own handshake is done.
  socket.on('error', () => resolve(false))
  socket.on('close', () => resolve(false))
  socket.on('data', (data) => resolve(data.toString().startsWith('SIP/2.0 200')))
  socket.write(
    [
      'OPTIONS sip:site-a.test SIP/2.0',
      `Via: SIP/2.0/TLS 127.0.0.1;branch=z9hG4bK${Math.random().toString(36).slice(2)};rport`,
      'From: <sip:a@elsewhere.test>;tag=1',
      'To: <sip:site-a.test>',
      `Call-ID: ${Math.random().toString(36).slice(2)}`,
      'CSeq: 1 OPTIONS',
      'Max-Forwards: 70',
      'Content-Length: 0\r\n\r\n',
    ].join('\r\n'),
  )
  try {
    return await within(10_000, 'an answer or a refusal', promise)
  } finally {
    socket.destroy()
  }
}

async function expectTlsToServe(): Promise<void> {
  expect(await isServedWith()).toBe(true)
}
