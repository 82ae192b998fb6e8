import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect, isIPv6 } from 'node:net'
import { Packet } from 'dns2'
import type { Clock } from '../../lib/clock.ts'
import { type DnsReply, decodeReply, encodeQuery, responseCode } from './dns-message.ts'
import type { DnsQuestion } from './dns-record.ts'
import type { NameServer } from './name-server.ts'

export interface ExchangeOptions {
  /** For everything that is tried with this server. */
  readonly timeoutMs: number
  readonly clock: Clock
}

/** Runs `work` against a deadline. `fail` may be called at any time; what was opened is closed by `release`. */
type Exchange = (finish: (reply: DnsReply) => void, fail: (cause: Error) => void) => () => void

/** Asks one server one question: UDP, and TCP when the reply does not fit. Rejects on silence and refusal. */
export async function exchange(
  server: NameServer,
  question: DnsQuestion,
  { timeoutMs, clock }: ExchangeOptions,
): Promise<DnsReply> {
  const deadline = clock.now() + timeoutMs
  const bounded = (work: Exchange) => within(deadline, server, clock, work)
  let reply = await bounded(overUdp(server, question, true, timeoutMs / 3, clock))
  // RFC 6891 §7: a server that does not know EDNS says FORMERR.
  if (reply.rcode === responseCode.formatError) {
    reply = await bounded(overUdp(server, question, false, timeoutMs / 3, clock))
  }
  return reply.isTruncated ? bounded(overTcp(server, question)) : reply
}

function within(deadline: number, server: NameServer, clock: Clock, work: Exchange): Promise<DnsReply> {
  return new Promise((resolve, reject) => {
    let release: (() => void) | undefined
    let isOver = false
    const end = () => {
      isOver = true
      timer.cancel()
      release?.()
    }
    const fail = (cause: Error) => {
      if (isOver) return
      end()
      reject(cause)
    }
    const finish = (reply: DnsReply) => {
      if (isOver) return
      end()
      resolve(reply)
    }
    const timer = clock.after(Math.max(0, deadline - clock.now()), () =>
      fail(new Error(`name server ${server.address}:${server.port} does not answer`)),
    )
    release = work(finish, fail)
    if (isOver) release()
  })
}

// A connected socket hears ICMP errors, and the kernel drops what comes from elsewhere.
function overUdp(
  server: NameServer,
  question: DnsQuestion,
  useEdns: boolean,
  resendMs: number,
  clock: Clock,
): Exchange {
  const id = randomInt(0x10000)
  const query = encodeQuery(question, id, useEdns)
  return (finish, fail) => {
    const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4')
    let resend = clock.after(resendMs, () => undefined)
    socket.on('error', fail)
    socket.on('message', (data) => {
      const reply = decodeReply(data, question, id)
      if (reply) finish(reply)
    })
    // Called with an error when there is no route to the server; an unconnected socket would throw at `send`.
    socket.connect(server.port, server.address, (error?: Error) => {
      if (error) return fail(error)
      socket.send(query)
      resend = clock.after(resendMs, () => socket.send(query))
    })
    return () => {
      resend.cancel()
      socket.close()
    }
  }
}

function overTcp(server: NameServer, question: DnsQuestion): Exchange {
  const id = randomInt(0x10000)
  const query = encodeQuery(question, id, true)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(query.length)
  return (finish, fail) => {
    const socket = connect(server.port, server.address)
    socket.on('error', fail)
    socket.write(Buffer.concat([length, query]))
    Packet.readStream(socket).then((data) => {
      const reply = decodeReply(data, question, id)
      if (reply) finish(reply)
      else fail(new Error(`name server ${server.address}:${server.port} sent something else over TCP`))
    }, fail)
    return () => socket.destroy()
  }
}
