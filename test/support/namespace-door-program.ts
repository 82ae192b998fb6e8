import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { DoorAnswer, DoorQuestion } from './namespace-door.ts'

// Runs in a namespace for a test outside, and does there what the test asks for over the channel to its parent.

const fetchWithinMs = 15_000

process.on('message', (question: DoorQuestion) => {
  const { id } = question
  const work =
    question.type === 'fetch'
      ? answerFetch(id, question.url)
      : question.type === 'udp'
        ? openUdp(id, question)
        : connectTcp(id, question)
  work.catch((error: Error) => say({ id, type: 'failed', reason: error.message }))
})
process.on('disconnect', () => process.exit())

async function answerFetch(id: number, url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(fetchWithinMs) })
  say({ id, type: 'fetched', status: response.status, body: await response.text() })
}

async function openUdp(id: number, { address, port }: { address: string; port: number }): Promise<void> {
  const socket = createSocket('udp4')
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.once('error', reject)
  socket.bind(port, address, resolve)
  await promise
  // The parent has its own copy once it is sent; what arrives must not be read here.
  process.send?.({ id, type: 'opened' } satisfies DoorAnswer, socket, {}, () => socket.close())
}

async function connectTcp(id: number, { address, port }: { address: string; port: number }): Promise<void> {
  const socket = connect({ host: address, port, timeout: fetchWithinMs })
  await once(socket, 'connect')
  process.send?.({ id, type: 'opened' } satisfies DoorAnswer, socket)
}

function say(answer: DoorAnswer): void {
  process.send?.(answer)
}
