import { expect, it } from 'vitest'
import { responseTo } from '../../../../src/engine/message/response.ts'
import { EngineWorld } from '../../../fuzz/engine-world.ts'

/** Answers the request that the engine has just sent. */
async function answerLast(world: EngineWorld, headers: Readonly<Record<string, string>>): Promise<void> {
  const sent = world.transport.takeOne()
  if (!sent.message.isRequest) throw new Error('the engine sent no request')
  const response = responseTo(sent.message, 200, undefined, { toTag: 'far' })
  for (const [name, value] of Object.entries(headers)) response.set(name, value)
  world.transport.receive(response.toText(), sent.flow)
  await world.settle()
}

it('a call outlives a subscription within it (RFC 5057 §4)', async () => {
  const world = new EngineWorld()
  world.join(0)
  const [application] = world.applications
  application?.send('sip|||\r\nINVITE sip:bob@198.51.100.7 SIP/2.0\r\n\r\n')
  await world.settle()
  await answerLast(world, { Contact: '<sip:bob@198.51.100.7>' })
  const [dialog] = application?.dialogs ?? []
  application?.send(`sip||${dialog}|\r\nACK sip:placeholder SIP/2.0\r\n\r\n`)
  await world.settle()
  world.transport.take()
  application?.send(`sip||${dialog}|\r\nSUBSCRIBE sip:placeholder SIP/2.0\r\nEvent: refer\r\n\r\n`)
  await world.settle()
  await answerLast(world, { Expires: '0' })
  await world.pass(4_000_000)
  expect(world.cores.counts().dialogs).toBe(1)
})
