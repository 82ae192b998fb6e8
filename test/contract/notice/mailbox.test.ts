import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Mailbox, type MailboxSettings } from '../../../src/drivers/mail/mailbox.ts'
import { NoticeRefused } from '../../../src/notice/notice-target.ts'
import { TinySmtpServer } from '../../support/tiny-smtp-server.ts'

let server: TinySmtpServer

beforeEach(async () => {
  server = new TinySmtpServer()
  await server.start()
})
afterEach(() => server.stop())

const queued = {
  number: 1,
  target: 'mail',
  id: '0192-1',
  notice: {
    event: 'emergency',
    at: Date.UTC(2026, 10, 21, 20),
    summary: '201 calls 112\r\nBcc: eve@x.example',
    facts: { location: 'room 12', number: '112', place: { floor: 2 } },
  },
} as const

function mailbox(more: Partial<MailboxSettings> = {}): Mailbox {
  return new Mailbox({
    server: 'mail.test',
    port: server.port,
    security: 'none',
    from: 'box@site-a.example',
    to: ['desk@site-a.example', 'guard@site-a.example'],
    events: ['emergency'],
    box: 'box-a',
    addressesOf: async () => ['127.0.0.1'],
    ...more,
  })
}

const deliver = (box: Mailbox, mostMs = 5_000) => box.deliver(queued, AbortSignal.timeout(mostMs))

describe('notices by e-mail', () => {
  it('arrive with the sentence as subject and the facts as text', async () => {
    await deliver(mailbox())
    const [mail] = server.mails
    expect(mail).toMatchObject({
      from: 'box@site-a.example',
      to: ['desk@site-a.example', 'guard@site-a.example'],
    })
    expect(mail?.text).toMatch(/^Subject: \[box-a\] 201 calls 112/m)
    expect(mail?.text).toContain('Message-ID: <0192-1@site-a.example>')
    expect(mail?.text).toContain('location: room 12')
    expect(mail?.text).toContain('place: {"floor":2}')
    expect(mail?.text).toContain('at: 2026-11-21T20:00:00.000Z')
    // What somebody else chose never becomes a header of its own.
    expect(mail?.text.split('\n\n')[0]).not.toMatch(/^Bcc:/m)
  })

  it('never go in the clear where encryption is asked for', async () => {
    await expect(
      deliver(mailbox({ security: 'starttls', username: 'box', password: 'secret' })),
    ).rejects.toThrow()
    expect(server.mails).toEqual([])
    expect(server.commands.join()).not.toMatch(/AUTH|MAIL/)
  })

  it('are given up when the server will never take them, else tried again', async () => {
    server.rcptAnswer = '550 no such user'
    await expect(deliver(mailbox())).rejects.toThrow(NoticeRefused)
    server.rcptAnswer = '451 later'
    await expect(deliver(mailbox())).rejects.not.toThrow(NoticeRefused)
  })

  it('fail in time when no server is there', async () => {
    const { port } = server
    await server.stop()
    await expect(deliver(mailbox({ port }))).rejects.toThrow('ECONNREFUSED')
    await expect(deliver(mailbox({ addressesOf: async () => [] }))).rejects.toThrow('has no address')
    await server.start()
  })
})
