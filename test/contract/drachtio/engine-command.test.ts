import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ChildProgram } from '../../support/child-program.ts'
import { nicenessByThread } from '../../support/niceness.ts'
import { certificateFile, keyFile, testCa } from '../../support/test-certificate.ts'
import { listeningApp } from './listening-app.ts'
import { startApp } from './srf.ts'
import { WirePhone } from './wire-phone.ts'

const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))
const host = '127.0.0.1'

async function run(args: readonly string[], ready?: RegExp): Promise<ChildProgram> {
  const program = await ChildProgram.start({
    command: process.execPath,
    args: [main, 'engine', ...args],
    ...(ready ? { ready } : {}),
  })
  onTestFinished(async () => {
    await program.stop()
  })
  return program
}

/** A field of the log line with that sentence. */
function logged(program: ChildProgram, sentence: string, field: string): unknown {
  const line = program.lines.find((text) => text.includes(`"msg":"${sentence}"`))
  return line && JSON.parse(line)[field]
}

describe('causeway engine', () => {
  it('serves an application until it is told to stop', async () => {
    const options = ['--control', `${host}:0`, '--secret', 'S', '--contact', `sip:${host}:0;transport=udp`]
    const engine = await run(options, /"msg":"listening"/)
    const control = { host, port: Number(logged(engine, 'control port open', 'port')), secret: 'S' }
    const port = Number(logged(engine, 'listening', 'port'))
    const server = {
      control,
      controlTlsPort: 0,
      sip: { host, port, tcpPort: port },
      errors: [],
      stop: async () => undefined,
    }
    const app = await startApp(server, (self) => self.options((_, response) => response.send(200)))
    const phone = await WirePhone.open('alice', { host, port })
    phone.send(phone.request('OPTIONS'))
    await phone.responseThat(200)
    const niceness = nicenessByThread(engine.pid)
    expect(new Set(niceness.get('V8Worker'))).toEqual(new Set([10])) // they stand back for messages
    expect(niceness.get('MainThread')).toEqual([0])
    app.disconnect()
    phone.close()
    engine.kill('SIGTERM')
    expect(await engine.exited(10_000)).toBe(0)
  })

  it('does not start on a port that is taken, and says so', async () => {
    const taken = await WirePhone.open('holder', { host, port: 0 })
    onTestFinished(() => taken.close())
    const engine = await run([
      '--control',
      `${host}:0`,
      '--contact',
      `sip:${host}:${taken.port};transport=udp`,
    ])
    expect(await engine.exited(10_000)).toBe(1)
    expect(engine.lastWords).toContain(`cannot listen on udp ${host}:${taken.port}: the port is in use`)
  })

  it('takes applications by TLS, and new calls to those that listen', async () => {
    const listening = await listeningApp('S', (app) => app.message((_, response) => response.send(202)))
    const files = ['--cert-file', certificateFile('box'), '--key-file', keyFile('box'), '--tls-port', '0']
    const handler = ['--http-handler', `message=tcp://${host}:${listening.port}`]
    const engine = await run(
      [
        ...['--control', `${host}:0`, '--secret', 'S', '--contact', `sip:${host}:0;transport=udp`],
        ...[...files, ...handler],
      ],
      /"msg":"listening"/,
    )
    const tlsPort = Number(logged(engine, 'control port for TLS open', 'port'))
    const port = Number(logged(engine, 'listening', 'port'))
    const control = { host, port: tlsPort, secret: 'S', tls: { ca: testCa } }
    const server = {
      control,
      controlTlsPort: tlsPort,
      sip: { host, port, tcpPort: port },
      errors: [],
      stop: async () => undefined,
    }
    const app = await startApp(server, (self) => self.options((_, response) => response.send(200)))
    const phone = await WirePhone.open('alice', { host, port })
    phone.send(phone.request('OPTIONS'))
    await phone.responseThat(200)
    phone.send(phone.request('MESSAGE'))
    await phone.responseThat(202)
    app.disconnect()
    phone.close()
  })

  it('tells its options', async () => {
    const engine = await run(['--help'])
    expect(await engine.exited(10_000)).toBe(0)
    expect(engine.lines.join('\n')).toContain('--http-handler URL')
  })

  it.each([
    [['--contact', 'box.example'], 'expected sip:<address>'],
    [['--control', 'nowhere'], '--control nowhere is not host:port'],
    [['--tls-port', '9023'], '--tls-port needs --cert-file and --key-file'],
    [['--http-handler', 'box.example'], '--http-handler box.example is not tcp://'],
    [['--colour', 'blue'], "Unknown option '--colour'"],
  ])('%j is a wrong call', async (args, words) => {
    const engine = await run(args)
    expect(await engine.exited(10_000)).toBe(2)
    expect(engine.lastWords).toContain(words)
  })
})
