import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import type { LineFaults } from '../../support/line-faults.ts'
import { UdpPipe } from '../../support/udp-pipe.ts'

async function end(): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  onTestFinished(() => void socket.close())
  return socket
}

async function line(faults: LineFaults) {
  const [phone, box] = [await end(), await end()]
  const pipe = await UdpPipe.open({ near: phone.address().port, far: box.address().port, faults })
  onTestFinished(() => pipe.close())
  return { phone, box, pipe }
}

/** The next `count` datagrams. */
async function heard(socket: Socket, count: number): Promise<string[]> {
  const texts: string[] = []
  const { promise, resolve } = Promise.withResolvers<string[]>()
  socket.on('message', (datagram) => {
    if (texts.push(datagram.toString()) === count) resolve(texts)
  })
  return promise
}

test('each side sees an end of the line in place of the other', async () => {
  const { phone, box, pipe } = await line(() => [0])
  const atBox = once(box, 'message')
  phone.send('INVITE', pipe.boxPort, '127.0.0.1')
  expect((await atBox)[1]).toMatchObject({ port: pipe.phonePort })
  const atPhone = once(phone, 'message')
  box.send('180', pipe.phonePort, '127.0.0.1')
  expect((await atPhone)[1]).toMatchObject({ port: pipe.boxPort })
})

test('what is lost does not come, what is doubled comes twice, what is held back comes late', async () => {
  const fates: Record<string, number[]> = { lost: [], late: [30], twice: [0, 0] }
  const { phone, box, pipe } = await line((datagram) => fates[datagram] ?? [0])
  const texts = heard(box, 3)
  for (const text of ['lost', 'late', 'twice']) phone.send(text, pipe.boxPort, '127.0.0.1')
  expect(await texts).toEqual(['twice', 'twice', 'late'])
  expect(pipe.figures).toEqual({ passed: 3, lost: 1, doubled: 1, late: 1 })
})
