import { describe, expect, test, vi } from 'vitest'
import { CallDialog } from '../../../src/drivers/drachtio/call-dialog.ts'
import { ClientTransactions } from '../../../src/drivers/drachtio/client-transactions.ts'
import { type ControlReply, readControlFrame } from '../../../src/drivers/drachtio/control-frame.ts'
import type { EngineUnavailable } from '../../../src/drivers/drachtio/link-trouble.ts'
import { settle } from '../../support/fake-network.ts'

const sdp = 'v=0\r\n'

describe('an offer of ours that waits for the ACK of theirs', () => {
  test('goes when an UPDATE comes in place of that ACK', async () => {
    const { dialog, comes, engine } = aDialog()
    comes('INVITE', 2, sdp)
    void dialog.offer('v=ours')
    comes('UPDATE', 3, sdp)
    await settle()
    expect(engine.sent.at(-1)).toContain('v=ours')
  })

  test('yields to a re-INVITE that comes in place of that ACK', async () => {
    const { dialog, comes } = aDialog(['answer', 'wait'])
    comes('INVITE', 2, sdp)
    const outcome = dialog.offer('v=ours').catch((error: unknown) => error)
    comes('INVITE', 3, sdp)
    const waiting = settle().then(() => 'still waiting')
    expect(await Promise.race([outcome, waiting])).toMatchObject({ sipStatus: 491 })
  })

  test('goes when the answer to theirs could not be sent', async () => {
    const { dialog, comes, engine } = aDialog()
    engine.takes = false
    comes('INVITE', 2, sdp)
    void dialog.offer('v=ours')
    engine.refuseAll()
    await settle()
    expect(engine.sent.at(-1)).toContain('v=ours')
    expect(engine.troubles).toHaveLength(1)
  })
})

test('a late ACK of one re-INVITE is not taken for that of the next', async () => {
  const { comes, acknowledged } = aDialog()
  comes('INVITE', 2, sdp)
  await settle()
  comes('INVITE', 3, sdp)
  comes('ACK', 2, 'v=late')
  await settle()
  expect(acknowledged).toEqual([''])
  comes('ACK', 3, 'v=own')
  await settle()
  expect(acknowledged).toEqual(['', 'v=own'])
})

// RFC 3311 §5.2
test.each(['INVITE', 'UPDATE'])('an %s is put off while our offer awaits its answer', async (method) => {
  const { comes, engine, acknowledged } = aDialog()
  comes('INVITE', 2)
  await settle()
  comes(method, 3, sdp)
  expect(engine.sent.at(-1)).toContain('SIP/2.0 491')
  comes('ACK', 2, 'v=answer')
  await settle()
  expect(acknowledged).toEqual(['v=answer'])
})

describe('a far end that does not answer a request', () => {
  test('is taken for gone', async () => {
    const { dialog, engine, timesOut } = aDialog()
    const ends = vi.fn()
    dialog.onEnd(ends)
    const answer = dialog.request('INFO')
    timesOut()
    expect(await answer).toMatchObject({ status: 408, isLocal: true })
    expect(ends).toHaveBeenCalledOnce()
    expect(engine.sent).toHaveLength(1)
  })

  test('keeps its call when it was only asked whether it is there', async () => {
    const { dialog, timesOut } = aDialog()
    const ends = vi.fn()
    dialog.onEnd(ends)
    const answer = dialog.request('OPTIONS', { onlyAsks: true })
    timesOut()
    expect(await answer).toMatchObject({ status: 408 })
    expect(ends).not.toHaveBeenCalled()
  })
})

/** A dialog whose far end we are; its owner answers offers with 200, or leaves them waiting. */
function aDialog(owner: ('answer' | 'wait')[] = []) {
  const engine = new Engine()
  const network = { transactions: new ClientTransactions(engine), control: engine, forget: () => undefined }
  const parts = {
    id: 'd',
    callId: 'c',
    localSdp: sdp,
    remoteSdp: sdp,
    contact: undefined,
    account: undefined,
  }
  const dialog = new CallDialog(parts, network)
  const acknowledged: string[] = []
  dialog.onOffer((offer) => {
    if (owner.shift() === 'wait') return
    offer.respond(200, { body: sdp }).catch((error: unknown) => engine.troubles.push(error))
    if (offer.method === 'INVITE') void offer.acknowledged().then((body) => acknowledged.push(body))
  })
  const comes = (method: string, cseq: number, body = '') => {
    const leader = `id|sip|network|1|udp|192.0.2.7|5060|t|T${cseq}|d|`
    const read = readControlFrame(
      `${leader}\r\n${method} sip:us SIP/2.0\r\nCSeq: ${cseq} ${method}\r\n\r\n${body}`,
    )
    if (read.kind === 'sip') dialog.receive(read.frame)
  }
  /** The engine has waited for an answer to our request in vain (Timer F). */
  const timesOut = () => {
    const read = readControlFrame('id|sip|application|1|||||T|d|\r\nSIP/2.0 408 Request Timeout\r\n\r\n')
    if (read.kind === 'sip') network.transactions.onResponse(read.frame)
  }
  return { dialog, engine, comes, acknowledged, timesOut }
}

/** Of its answer to a request: the transaction is the eleventh. */
const taken = [...Array.from({ length: 10 }, () => ''), 'T']

class Engine {
  readonly sent: string[] = []
  readonly troubles: unknown[] = []
  /** While false it leaves open whether it takes a message. */
  takes = true
  readonly #open: ((reply: ControlReply | EngineUnavailable) => boolean)[] = []

  exchange(frame: string, handler: (reply: ControlReply | EngineUnavailable) => boolean): void {
    this.sent.push(frame)
    if (this.takes) handler({ isOk: true, reason: '', tokens: taken, text: '' })
    else this.#open.push(handler)
  }

  post(frame: string): void {
    this.sent.push(frame)
  }

  refuseAll(): void {
    for (const handler of this.#open.splice(0)) {
      handler({ isOk: false, reason: 'unknown transaction', tokens: [], text: '' })
    }
  }
}
