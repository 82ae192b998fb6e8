import { once } from 'node:events'
import { connect } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { testCa, testCertificate } from '../../support/test-certificate.ts'
import { within } from '../../support/within.ts'
import { RawApplication } from './raw-application.ts'
import { onOurEngine } from './server-under-test.ts'
import { startApp } from './srf.ts'
import { stage } from './stage.ts'

const secure = { port: 0, credentials: testCertificate('box') }

/** The same server as applications with TLS see it. */
const byTls = <Server extends { control: object; controlTlsPort: number }>(server: Server, tls: object) => ({
  ...server,
  control: { ...server.control, port: server.controlTlsPort, tls },
})

describe.runIf(onOurEngine('settings of its own'))('the control port for TLS', () => {
  it('serves unmodified drachtio-srf, beside the plain one', async () => {
    const { server, app, phone } = await stage({}, secure)
    const far = await startApp(byTls(server, { ca: testCa }) as typeof server, (self) =>
      self.options((_, response) => response.send(200)),
    )
    onTestFinished(() => far.disconnect())
    await app((self) => self.message((_, response) => response.send(202)))
    const alice = await phone('alice')
    alice.send(alice.request('OPTIONS'))
    await alice.responseThat([200, 'OPTIONS'])
    alice.send(alice.request('MESSAGE'))
    await alice.responseThat([202, 'MESSAGE'])
  })

  it('is not trusted by an application that knows another authority', async () => {
    const { server } = await stage({}, secure)
    const socket = connect({ host: '127.0.0.1', port: server.controlTlsPort })
    const [error] = await within(2_000, 'a refusal', once(socket, 'error'))
    expect((error as NodeJS.ErrnoException).code).toMatch(/CERT|SIGNATURE/)
  })

  it('drops who does not speak TLS', async () => {
    const { server } = await stage({}, secure)
    const plain = await RawApplication.open({
      ...server,
      control: { ...server.control, port: server.controlTlsPort },
    })
    plain.send(`authenticate|${server.control.secret}|`)
    await plain.closed
  })

  it('stops while a handshake hangs', async () => {
    const { server } = await stage({}, secure)
    await RawApplication.open({ ...server, control: { ...server.control, port: server.controlTlsPort } })
    await within(5_000, 'the stop', server.stop())
  })
})
