import { once } from 'node:events'
import Srf, { type Dialog } from 'drachtio-srf'
import { DrachtioStack } from '../../src/drivers/drachtio/drachtio-stack.ts'
import { EngineWorker } from '../../src/drivers/engine-worker/engine-worker.ts'
import { createLog } from '../../src/drivers/pino-log.ts'

// node bench/support/engine-program.ts MODE ADDRESS:PORT CALLEE: the engine in its thread, and the least program that
// passes every call on to one callee.

const [mode = '', listen = '', callee = ''] = process.argv.slice(2)
const [address = '', port] = listen.split(':')
const target = `sip:callee@${callee}`
const log = createLog('warn')
const control = { host: '127.0.0.1', secret: 'bench' }
const engine = new EngineWorker({
  listen: [{ transport: 'udp', address, port: Number(port) }],
  control: { ...control, port: 0 },
  dns: { servers: [], timeoutMs: 1_000, serveStaleSeconds: 0 },
  log,
})

await engine.start()
if (mode.startsWith('stack')) await serveWithStack()
else await serveWithSrf()
console.log('ready')
await once(process, 'SIGTERM')
await engine.stop()
process.exit()

async function serveWithStack(): Promise<void> {
  const stack = new DrachtioStack({ ...control, port: engine.controlPort }, log)
  stack.onInvite(async (invite) => {
    if (mode === 'stack-proxy') {
      await stack.proxy(invite, [target], { recordRoute: true })
      return
    }
    const far = await stack.invite(target, {
      from: '<sip:bench@localhost>',
      body: invite.body,
      signal: invite.cancelled,
      onProgress: ({ status, body }) => void invite.respond(status, { body }),
    })
    const near = await invite.answer(far.remoteSdp)
    near.onEnd(() => void far.hangUp())
    far.onEnd(() => void near.hangUp())
  })
  await stack.start()
}

async function serveWithSrf(): Promise<void> {
  const srf = new Srf()
  srf.on('error', (error: Error) => log.error({ error }, 'connection failed'))
  srf.invite(async (request, response) => {
    if (mode === 'srf-proxy') {
      await srf.proxyRequest(request, [target], { recordRoute: true })
      return
    }
    const { uas, uac } = await srf.createB2BUA(request, response, target, {})
    pair(uas, uac)
    pair(uac, uas)
  })
  srf.connect({ ...control, port: engine.controlPort })
  await once(srf, 'connect')
}

function pair(one: Dialog, other: Dialog): void {
  one.on('destroy', () => void other.destroy())
}
