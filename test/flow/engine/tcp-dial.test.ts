import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { isWithItself } from '../../../src/engine/transport/tcp-dial.ts'
import { freePort } from '../../support/free-port.ts'
import { closingAfterEach, connectTo, startTransport, tcp4 } from './running-transport.ts'

const cleanUp = closingAfterEach()

it('a connection that a port without a listener makes with itself is told from one with somebody', async () => {
  const port = await freePort()
  const alone = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.1', localPort: port })
  cleanUp.push(() => alone.destroy())
  await once(alone, 'connect')
  expect(isWithItself(alone)).toBe(true)
  const box = await startTransport([tcp4])
  expect(isWithItself(await connectTo(box.hopTo(0)))).toBe(false)
})
