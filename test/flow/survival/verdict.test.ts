import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { PbxView } from '../../../src/survival/health/pbx-view.ts'
import { CollectedLog } from '../../support/collected-log.ts'
import { runBox } from '../../support/running-box.ts'
import { StartedParts } from '../../support/started-parts.ts'
import { TestBox } from '../../support/test-box.ts'
import { TinyPbx } from '../../support/tiny-pbx.ts'
import { eventually } from '../../support/within.ts'

const domain = 'pbx.example'
const users = { '101': 'pw-101' }
const running = new StartedParts()

afterEach(() => running.stop())

function pbxsOf(box: TestBox): Promise<{ pbxs: readonly PbxView[]; faults: readonly { text: string }[] }> {
  return box.ask('/api/survival/pbxs')
}

async function stateOf(box: TestBox): Promise<string | undefined> {
  return (await pbxsOf(box)).pbxs[0]?.state
}

/** Answers OPTIONS over TCP until it is told to reset every connection that brings one. */
class TcpPbx {
  isResetting = false
  readonly #server: Server = createServer((socket) => this.#took(socket))
  readonly #sockets = new Set<Socket>()

  get hostPort(): string {
    const address = this.#server.address()
    return `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #took(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.on('data', (data) => {
      if (!data.toString().startsWith('OPTIONS ')) return
      if (this.isResetting) socket.resetAndDestroy()
      else socket.write(okTo(data.toString()))
    })
  }
}

function okTo(request: string): string {
  const echoed = request.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line))
  const lines = echoed.map((line) => (/^To:/i.test(line) ? `${line};tag=pbx` : line))
  return ['SIP/2.0 200 OK', ...lines, 'Content-Length: 0', '', ''].join('\r\n')
}

describe('the verdict over a PBX', () => {
  it('is given in seconds when one of two is killed, with default settings and no calls, and names the fault', async () => {
    const [office, school] = [
      await running.begin(new TinyPbx({ domain, users })),
      await running.begin(new TinyPbx({ domain: 'school.example', users })),
    ]
    const log = new CollectedLog()
    const box = await runBox(
      {
        pbxs: [
          { name: 'office', server: office.hostPort, domain },
          { name: 'school', server: school.hostPort, domain: 'school.example' },
        ],
      },
      log,
    )
    running.add(box)
    const changes = () => log.lines.filter(({ sentence }) => sentence === 'PBX state changed')
    await eventually(10_000, 'both PBXs to be known', () => changes().length === 2)
    await office.stop()
    const verdict = await eventually(10_000, 'the verdict', () =>
      changes().find(({ fields }) => fields.to === 'survival'),
    )
    expect(verdict.fields).toMatchObject({ pbx: 'office', from: 'suspect', cause: 'refused' })
    // How long it was in doubt: no less than its patience, so that a PBX may reload.
    expect(Number(verdict.fields.lastedMs)).toBeGreaterThanOrEqual(2_500)
    expect(changes().filter(({ fields }) => fields.pbx === 'school')).toHaveLength(1)
  })

  it('calls a PBX that resets its TCP connections gone, and not silent', async () => {
    const pbx = await running.begin(new TcpPbx())
    const log = new CollectedLog()
    const entry = { name: 'main', server: pbx.hostPort, domain, transport: 'tcp', optionsIntervalMs: 200 }
    running.add(await runBox({ pbxs: [{ ...entry, patienceMs: 500 }] }, log))
    const changeTo = (state: string) =>
      log.lines.find(({ sentence, fields }) => sentence === 'PBX state changed' && fields.to === state)
    await eventually(10_000, 'the PBX to be known', () => changeTo('normal'))
    pbx.isResetting = true
    const verdict = await eventually(10_000, 'the verdict', () => changeTo('survival'))
    expect(verdict.fields).toMatchObject({ cause: 'refused', why: 'OPTIONS did not get through' })
  })

  it('outlives kill -9 of the box, and so does a lock', async () => {
    const pbx = await running.begin(new TinyPbx({ domain, users }))
    const box = await running.begin(
      new TestBox({
        config: { pbxs: [{ name: 'main', server: pbx.hostPort, domain, holdDownMs: 500 }] },
        overNamedEngine: true,
      }),
    )
    await eventually(10_000, 'the PBX to be known', async () => (await stateOf(box)) === 'normal')
    await pbx.stop()
    await eventually(10_000, 'the verdict', async () => (await stateOf(box)) === 'survival')
    const { pbxs, faults } = await pbxsOf(box)
    expect(faults.map(({ text }) => text)).toEqual([
      'the PBX main refuses: nothing takes calls at its address',
    ])

    await box.kill()
    await box.start()
    // Before any new verdict could have been given.
    expect(box.log.join('\n')).toContain('the box goes on standing in for the PBX')
    const after = (await pbxsOf(box)).pbxs
    expect(after[0]).toMatchObject({ state: 'survival', outage: { detectedAt: pbxs[0]?.outage?.detectedAt } })

    expect(await box.command('survival', 'lock', 'main', 'survival', '--for', '1h')).toContain(
      'lock     to survival by ',
    )
    await pbx.start()
    await box.kill()
    await box.start()
    expect((await pbxsOf(box)).pbxs[0]).toMatchObject({ state: 'survival', lock: { to: 'survival' } })
    await box.command('survival', 'unlock', 'main')
    await eventually(10_000, 'the return', async () => (await stateOf(box)) === 'normal')
    expect((await pbxsOf(box)).faults).toEqual([])
  }, 60_000)
})
