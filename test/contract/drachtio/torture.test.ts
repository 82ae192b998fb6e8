import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { invalidMessages } from '../../fixtures/torture/rfc4475-invalid.ts'
import { meaningMessages } from '../../fixtures/torture/rfc4475-meaning.ts'
import { validMessages } from '../../fixtures/torture/rfc4475-valid.ts'
import { ipv6Messages } from '../../fixtures/torture/rfc5118.ts'
import type { TortureMessage, Verdict } from '../../fixtures/torture/torture-message.ts'
import { within } from '../../support/within.ts'
import { RawApplication } from './raw-application.ts'
import { type ServerUnderTest, startServer } from './server-under-test.ts'

// Without `rport` an answer goes to the port of the Via, or 5060: the sender listens there, at an address of its own.
const address = '127.44.75.1'
const sentByPorts = [5060, 6050, 19_823]
const verbs = ['invite', 'options', 'register', 'message', 'bye']

interface Outcome {
  readonly verdict: Verdict
  readonly reason: string
}

let server: ServerUnderTest
let application: RawApplication
let sockets: Socket[]
const answers: string[] = []
let wake = (): void => undefined

beforeAll(async () => {
  server = await startServer()
  application = await RawApplication.authenticated(server)
  for (const verb of verbs) await application.ask(`route|${verb}`)
  sockets = await Promise.all(sentByPorts.map(listen))
})

afterAll(async () => {
  for (const socket of sockets) socket.close()
  application.close()
  await server.stop()
})

async function listen(port: number): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.on('message', (data) => {
    answers.push(data.toString('latin1'))
    wake()
  })
  socket.bind(port, address)
  await once(socket, 'listening')
  return socket
}

let probes = 0

/**
 * Sends the message and then a sound request. The engine takes them in order, so that once the second has reached the
 * application and been answered, the fate of the first is known.
 */
async function fateOf({ data }: TortureMessage): Promise<Outcome> {
  const probe = `probe-${++probes}`
  answers.length = 0
  send(data)
  send(Buffer.from(probeText(probe)))
  let isAccepted = false
  for (;;) {
    const frame = await application.next()
    const text = frame.at(-1) ?? ''
    if (frame[1] !== 'sip' || /^(CANCEL|SIP\/2\.0) /.test(text)) continue
    const isProbe = text.includes(`Call-ID: ${probe}\r\n`)
    const status = text.startsWith('INVITE') ? '603 Decline' : '200 OK'
    application.send(`sip|${frame[8]}||\r\nSIP/2.0 ${status}\r\n\r\n`)
    if (isProbe) break
    isAccepted = true
  }
  await within(2_000, 'the answer to the sound request', answerTo(probe))
  if (isAccepted) return { verdict: 'accepted', reason: '' }
  const refusal = answers.find((text) => /^SIP\/2\.0 [45]/.test(text) && !isRepeated(text))
  const [, status, reason = ''] = /^SIP\/2\.0 (\d+) (.*)\r\n/.exec(refusal ?? '') ?? []
  return status === undefined ? { verdict: 'dropped', reason: '' } : { verdict: Number(status), reason }
}

const isRepeated = (text: string): boolean => text.startsWith('SIP/2.0 603')

function send(data: Buffer): void {
  sockets[0]?.send(data, server.sip.port, server.sip.host)
}

async function answerTo(callId: string): Promise<void> {
  while (!answers.some((text) => text.includes(callId))) {
    await new Promise<void>((resolve) => {
      wake = resolve
    })
  }
}

const probeText = (callId: string): string =>
  `OPTIONS sip:probe@example.net SIP/2.0\r\nVia: SIP/2.0/UDP ${address};rport;branch=z9hG4bK-${callId}\r\nFrom: <sip:p@a>;tag=p\r\nTo: <sip:p@b>\r\nCall-ID: ${callId}\r\nCSeq: 1 OPTIONS\r\n\r\n`

const groups = [
  ['RFC 4475', [...validMessages, ...invalidMessages, ...meaningMessages]],
  ['RFC 5118', ipv6Messages],
] as const

describe('torture on the wire', () => {
  it('is the whole of both documents', () => {
    expect(groups.map(([, messages]) => messages.length)).toEqual([49, 12])
  })

  it('is accepted, refused or dropped as docs/protocols/torture.md says, and the engine goes on', async () => {
    const lines: string[] = []
    const wrong: string[] = []
    for (const [rfc, messages] of groups) {
      lines.push('', `## ${rfc}`, '', '| section | message | what | outcome |', '| --- | --- | --- | --- |')
      for (const message of messages) {
        const { section, name, what, verdicts } = message
        const { verdict, reason } = await fateOf(message)
        if (!verdicts.includes(verdict)) wrong.push(`${rfc} §${section} ${name}: ${verdict} ${reason}`)
        lines.push(`| ${section} | ${name} | ${what} | ${verdict}${reason && ` ${reason}`} |`)
      }
    }
    expect(wrong).toEqual([])
    expect(server.errors).toEqual([])
    await expect(`${introduction}${lines.join('\n')}\n`).toMatchFileSnapshot(
      '../../../docs/protocols/torture.md',
    )
  })
})

const introduction = `# Torture

What a running engine makes of the messages of RFC 4475 and RFC 5118, sent by UDP. *Accepted*: an application was handed
the request, whose answer it is then; the engine alone knows no content types, credentials or extensions. *Dropped*:
nobody hears of it. Else the engine answers by itself. After each message a sound request is served.

Printed by \`test/contract/drachtio/torture.test.ts\` (\`npx vitest run --project contract torture -u\`), which fails when
an outcome changes, or is none that the RFC allows.
`
