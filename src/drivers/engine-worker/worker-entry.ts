import { isIPv6 } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import { Engine } from '../../engine/engine.ts'
import type { ListeningPoint } from '../../engine/transport/flow.ts'
import type { Hop, HopQuery } from '../../engine/transport/hop.ts'
import { transportsOf } from '../../engine/transport/transport-name.ts'
import { systemClock } from '../../lib/clock.ts'
import { QuietCollector } from '../../lib/quiet-collector.ts'
import { V8Thread } from '../../lib/v8-thread.ts'
import { DnsHopResolver } from '../dns/dns-hop-resolver.ts'
import { PeerHopResolver } from './peer-hop-resolver.ts'
import { PortLog } from './port-log.ts'
import type { EngineAnswer, EngineQuestion, FromWorker, ToWorker, WorkerTask } from './worker-messages.ts'

// The entry of the engine's thread: builds the engine, reports how its start went, and serves the main thread.

const port = parentPort
if (!port) throw new Error('this file is the entry of a worker thread')
const post = (message: FromWorker): void => port.postMessage(message)

const task = workerData as WorkerTask
const log = new PortLog(post, task.isDebugging)
const asked = new Map<number, PromiseWithResolvers<readonly Hop[]>>()
let lastId = 0

async function askForPeer(query: HopQuery, signal: AbortSignal): Promise<readonly Hop[]> {
  const id = ++lastId
  const answer = Promise.withResolvers<readonly Hop[]>()
  asked.set(id, answer)
  const giveUp = (): void => answer.reject(signal.reason)
  signal.addEventListener('abort', giveUp, { once: true })
  post({ type: 'resolve', id, query })
  try {
    return await answer.promise
  } finally {
    asked.delete(id)
    signal.removeEventListener('abort', giveUp)
  }
}

const transports = transportsOf(task.listen)
// Addresses of a family that nothing listens on would only be tried in vain.
const families = (['AAAA', 'A'] as const).filter((family) =>
  task.listen.some(({ address }) => isIPv6(address) === (family === 'AAAA')),
)
const resolver = new PeerHopResolver(
  task.peerSuffixes,
  askForPeer,
  new DnsHopResolver({ ...task.dns, transports, families, log }),
)
/** Points change with the machine's addresses: the main thread gets them as they are now. */
function pointsNow(): readonly ListeningPoint[] {
  return engine.listeningPoints.map((point) => ({ ...point, advertisedHost: point.advertisedHost }))
}

const engine = new Engine({
  listen: task.listen,
  control: task.control,
  resolver,
  log,
  settings: task.settings,
  onMoved: () => post({ type: 'moved', listeningPoints: pointsNow() }),
})
const collector = new QuietCollector(new V8Thread(), systemClock, log)

function answerTo(question: EngineQuestion): EngineAnswer {
  switch (question.about) {
    case 'presence':
      return { about: 'presence' }
    case 'counts':
      return { about: 'counts', value: engine.counts }
    case 'penalties':
      return { about: 'penalties', value: engine.penalties }
    case 'call':
      return { about: 'call', value: engine.messagesOf(question.callId, question.legPrefix) }
  }
}

port.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'ask':
      post({ type: 'answer', id: message.id, answer: answerTo(message.question) })
      break
    case 'standing':
      engine.setStanding(message.source, message.standing)
      break
    case 'neighbours':
      engine.setNeighbours(message.addresses)
      break
    case 'suffixes':
      resolver.suffixes = message.suffixes
      break
    case 'hops':
      if (message.error === undefined) asked.get(message.id)?.resolve(message.hops)
      else asked.get(message.id)?.reject(new Error(message.error))
      break
    case 'credentials':
      engine.replaceCredentials(message.credentials)
      break
    case 'stop':
      Promise.all([collector.stop(), engine.stop()]).finally(() => port.close())
  }
})

try {
  await engine.start()
  await collector.start()
  post({ type: 'ready', controlPort: engine.controlPort, listeningPoints: pointsNow() })
} catch (error) {
  const { message, code } = error as NodeJS.ErrnoException
  post({ type: 'failed', message, code })
  port.close()
}
