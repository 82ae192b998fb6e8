import { once } from 'node:events'
import { connect, type TLSSocket } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import {
  EngineStartFailed,
  EngineWorker,
  type EngineWorkerOptions,
} from '../../../src/drivers/engine-worker/engine-worker.ts'
import type { HopQuery } from '../../../src/engine/transport/hop.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { testCa, testCertificate } from '../../support/test-certificate.ts'
import { within } from '../../support/within.ts'
import { sdp, startApp } from './srf.ts'
import { WirePhone } from './wire-phone.ts'

const host = '127.0.0.1'
const secret = 'open sesame'
const workers: EngineWorker[] = []

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()))
})

async function startWorker(changes: Partial<EngineWorkerOptions> = {}): Promise<EngineWorker> {
  const worker = new EngineWorker({
    listen: [{ transport: 'udp', address: host, port: 0 }],
    control: { host, port: 0, secret },
    dns: { servers: [], timeoutMs: 500, serveStaleSeconds: 0 },
    log: silentLog,
    ...changes,
  })
  workers.push(worker)
  await worker.start()
  return worker
}

const serverOf = (worker: EngineWorker) => {
  const port = worker.listeningPoints[0]?.port ?? 0
  return {
    control: { host, port: worker.controlPort, secret },
    controlTlsPort: 0,
    sip: { host, port, tcpPort: port },
    errors: [],
    stop: () => worker.stop(),
  }
}

async function connectSecurely(worker: EngineWorker): Promise<TLSSocket> {
  const socket = connect({ host, port: worker.listeningPoints[0]?.port ?? 0, ca: testCa })
  await within(2_000, 'a handshake', once(socket, 'secureConnect'))
  return socket
}

describe('the engine in its thread', () => {
  it('serves applications and counts what it does', async () => {
    const worker = await startWorker()
    const app = await startApp(serverOf(worker), (self) => self.options((_, response) => response.send(200)))
    const phone = await WirePhone.open('alice', { host, port: worker.listeningPoints[0]?.port ?? 0 })
    phone.send(phone.request('OPTIONS'))
    await phone.responseThat(200)
    const { wire, applications } = await worker.counts()
    expect(wire.map(({ direction, messages }) => [direction, messages])).toEqual([
      ['in', { OPTIONS: 1 }],
      ['out', { '2xx': 1 }],
    ])
    expect(applications).toBe(1)
    app.disconnect()
    phone.close()
  })

  it('tells which port is taken when it cannot start', async () => {
    const first = await startWorker()
    const port = first.listeningPoints[0]?.port ?? 0
    const second = startWorker({ listen: [{ transport: 'udp', address: host, port }] })
    await expect(second).rejects.toThrow(EngineStartFailed)
    await expect(second).rejects.toThrow(`udp ${host}:${port}`)
  })

  it('takes requests over TLS, and another certificate while it runs', async () => {
    const listen = [{ transport: 'tls', address: host, port: 0, tls: testCertificate('box') }] as const
    const worker = await startWorker({ listen })
    const app = await startApp(serverOf(worker), (self) => self.options((_, response) => response.send(200)))
    const phone = await connectSecurely(worker)
    phone.write(
      [
        'OPTIONS sips:box.example.org SIP/2.0',
        'Via: SIP/2.0/TLS phone.invalid;branch=z9hG4bK1;rport',
        'From: <sip:a@example.org>;tag=1',
        'To: <sip:b@example.org>',
        'Call-ID: over-tls',
        'CSeq: 1 OPTIONS',
        'Content-Length: 0',
        '\r\n',
      ].join('\r\n'),
    )
    const [answer] = await within(2_000, 'an answer', once(phone, 'data'))
    expect(String(answer)).toMatch(
      /^SIP\/2.0 200 OK\r\nVia: SIP\/2.0\/TLS phone.invalid;.*received=127.0.0.1/,
    )
    expect(() => worker.replaceCredentials({ ...testCertificate('renewed'), key: 'none' })).toThrow()
    worker.replaceCredentials(testCertificate('renewed'))
    // The thread answers in order: once it has counted it has the certificate.
    await worker.counts()
    const other = await connectSecurely(worker)
    expect(other.getPeerCertificate().serialNumber).not.toBe(phone.getPeerCertificate().serialNumber)
    expect(phone.destroyed).toBe(false)
    phone.destroy()
    other.destroy()
    app.disconnect()
  })

  it('asks the main thread where a peer is, and nobody else', async () => {
    const phone = await WirePhone.open('bob', { host, port: 0 })
    const asked: HopQuery[] = []
    const worker = await startWorker({
      peerSuffixes: ['peer.example.org'],
      resolvePeer: (query) => {
        asked.push(query)
        if (query.host.startsWith('gone.')) throw new Error('no such peer')
        return [{ transport: 'udp', address: host, port: phone.port, host: query.host }]
      },
    })
    const app = await startApp(serverOf(worker))
    const call = app.createUAC('sip:200@abc.peer.example.org', { localSdp: sdp() })
    phone.answer(await phone.requestThat('INVITE'), 200, {}, sdp())
    await call
    expect(asked).toMatchObject([{ host: 'abc.peer.example.org' }])
    await expect(app.createUAC('sip:200@gone.peer.example.org', { localSdp: sdp() })).rejects.toMatchObject({
      status: 503,
    })
    app.disconnect()
    phone.close()
  })

  it('reports its death', async () => {
    const crashed = Promise.withResolvers<Error>()
    const ready = `{ type: 'ready', controlPort: 1, listeningPoints: [] }`
    const doomed = `import { parentPort } from 'node:worker_threads'
      parentPort.postMessage(${ready})
      parentPort.once('message', () => { throw new Error('out of luck') })`
    const entry = new URL(`data:text/javascript,${encodeURIComponent(doomed)}`)
    const worker = await startWorker({ onCrash: crashed.resolve, entry })
    worker.setPeerSuffixes([])
    expect((await within(3_000, 'the report', crashed.promise)).message).toBe('out of luck')
  })

  it('stops twice, and without having started', async () => {
    const worker = await startWorker()
    await worker.stop()
    await worker.stop()
    await new EngineWorker({
      listen: [],
      control: { host, port: 0, secret },
      dns: { servers: [], timeoutMs: 500, serveStaleSeconds: 0 },
      log: silentLog,
    }).stop()
  })
})
