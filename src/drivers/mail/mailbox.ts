import { once } from 'node:events'
import { connect, isIP, type Socket } from 'node:net'
import type { NoticeEvent } from '../../domain/notice.ts'
import { NoticeRefused, type NoticeTarget, type QueuedNotice } from '../../notice/notice-target.ts'
import { noticeText } from './notice-text.ts'

export interface MailboxSettings {
  readonly server: string
  readonly port: number
  /** `starttls` and `tls` never go without an encrypted connection and a valid certificate. */
  readonly security: 'starttls' | 'tls' | 'none'
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly from: string
  readonly to: readonly string[]
  readonly events: readonly NoticeEvent[]
  readonly box: string
  /** The box's own look-ups: the system's would keep threads that the database needs. */
  readonly addressesOf: (host: string, signal: AbortSignal) => Promise<readonly string[]>
}

const silenceMs = 10_000

/** People who take notices by e-mail. */
export class Mailbox implements NoticeTarget {
  readonly name: string
  readonly events: ReadonlySet<NoticeEvent>
  readonly #settings: MailboxSettings

  constructor(settings: MailboxSettings) {
    this.#settings = settings
    this.name = `mail to ${settings.to.join(', ')}`
    this.events = new Set(settings.events)
  }

  async deliver({ id, notice }: QueuedNotice, signal: AbortSignal): Promise<void> {
    const { server, port, security, username: user, password: pass = '', from, to, box } = this.#settings
    // Most boxes send no mail: 8 MB.
    const { createTransport } = await import('nodemailer')
    const socket = await this.#connect(signal)
    const transport = createTransport({
      host: server,
      port,
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      ...(user !== undefined && { auth: { user, pass } }),
      tls: { minVersion: 'TLSv1.2', ...(isIP(server) === 0 && { servername: server }) },
      socketTimeout: silenceMs,
      greetingTimeout: silenceMs,
      getSocket: (_, callback) => callback(null, { connection: socket }),
    })
    try {
      await transport.sendMail({
        from,
        to: [...to],
        subject: `[${box}] ${notice.summary}`,
        text: noticeText(notice, box),
        date: new Date(notice.at),
        messageId: `<${id}@${from.split('@')[1]}>`,
        headers: { 'Auto-Submitted': 'auto-generated' }, // RFC 3834: no out-of-office replies
      })
    } catch (error) {
      throw isFinal(error) ? new NoticeRefused((error as Error).message, { cause: error }) : error
    } finally {
      transport.close()
      socket.destroy()
    }
  }

  /** Destroyed when the signal says so, whatever the mail server does. */
  async #connect(signal: AbortSignal): Promise<Socket> {
    const { server, port, addressesOf } = this.#settings
    const [host] = isIP(server) > 0 ? [server] : await addressesOf(server, signal)
    if (host === undefined) throw new Error(`${server} has no address`)
    const socket = connect({ host, port, signal })
    await once(socket, 'connect', { signal })
    return socket
  }
}

/** The server refuses this mail or its receivers (5xx); a refused login may be a setting that is mended soon. */
function isFinal(error: unknown): boolean {
  const { code, responseCode = 0 } = error as { code?: string; responseCode?: number }
  return (code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode >= 500
}
