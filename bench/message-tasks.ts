import { newBranch } from '../src/engine/message/identifiers.ts'
import { parseMessage } from '../src/engine/message/parse.ts'
import { responseTo } from '../src/engine/message/response.ts'
import { parseUri } from '../src/engine/message/uri.ts'
import type { BenchTask } from './support/bench-task.ts'

const sdp = `v=0\r\no=- 3724394400 3724394400 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\nm=audio 40000 RTP/AVP 9 8 0 101\r\na=rtpmap:9 G722/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n`

/** The task that the others are compared with. */
export const baseline = 'baseline: INVITE to a Map of header lines'

/** An INVITE as a desk phone sends it. */
const invite = Buffer.from(
  `INVITE sip:+4930123456@box.example.net;user=phone SIP/2.0\r
Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK74bf9c1e;rport\r
Max-Forwards: 70\r
From: "Alice Liddell" <sip:12@box.example.net>;tag=9fxced76sl\r
To: <sip:+4930123456@box.example.net;user=phone>\r
Call-ID: 3848276298220188511@192.0.2.10\r
CSeq: 20 INVITE\r
Contact: <sip:12@192.0.2.10:5060;transport=udp>;+sip.instance="<urn:uuid:0C67446E-F1A1-11D9-94D3-000A95A0E128>"\r
Allow: INVITE, ACK, CANCEL, BYE, NOTIFY, REFER, MESSAGE, OPTIONS, INFO, SUBSCRIBE, UPDATE, PRACK\r
Supported: replaces, 100rel, timer, outbound\r
User-Agent: Deskphone T46/66.86.0.15\r
Session-Expires: 1800;refresher=uac\r
Content-Type: application/sdp\r
Content-Length: ${Buffer.byteLength(sdp)}\r
\r
${sdp}`,
)

const ringing = Buffer.from(
  `SIP/2.0 180 Ringing\r
Via: SIP/2.0/UDP 192.0.2.1:5060;rport=5060;branch=z9hG4bKq3k5x2ha7c2e\r
From: "Alice Liddell" <sip:12@box.example.net>;tag=9fxced76sl\r
To: <sip:13@box.example.net>;tag=314159\r
Call-ID: 3848276298220188511@192.0.2.10\r
CSeq: 20 INVITE\r
Contact: <sip:13@192.0.2.11:5060>\r
Content-Length: 0\r
\r
`,
)

const wide = Buffer.from(invite.toString().replace('Alice', 'Ålice'))
const parsedInvite = parseMessage(invite)

/** The work of the message layer: each task handles one message. */
export const messageTasks: readonly BenchTask[] = [
  task(baseline, () => splitLines(invite)),
  task('parse INVITE', () => parseMessage(invite)),
  task('parse INVITE, UTF-8', () => parseMessage(wide)),
  task('parse 180', () => parseMessage(ringing)),
  task('parse + print INVITE, untouched', () => parseMessage(invite).toBuffer()),
  task('parse + push Via + print INVITE', () => {
    const message = parseMessage(invite)
    message.prepend('via', `SIP/2.0/UDP 192.0.2.1:5060;rport;branch=${newBranch()}`)
    message.set('max-forwards', '69')
    return message.toBuffer()
  }),
  task('parse + pop Via + print 180', () => {
    const message = parseMessage(ringing)
    message.removeFirstValue('via')
    message.prepend('via', 'SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK74bf9c1e')
    return message.toBuffer()
  }),
  task('respond 180 to INVITE + print', () => {
    if (!parsedInvite.isRequest) throw new Error('the INVITE is a request')
    const response = responseTo(parsedInvite, 180, 'Ringing', { toTag: '314159' })
    response.append('contact', '<sip:13@192.0.2.11:5060>')
    return response.toBuffer()
  }),
  task('parse Request-URI', () => parseUri('sip:+4930123456@box.example.net;user=phone')),
]

function task(name: string, run: () => unknown): BenchTask {
  return { name, messages: 1, run }
}

/** What a stack without care does first: text, lines, a Map of headers. It understands nothing of them yet. */
function splitLines(data: Buffer): ReadonlyMap<string, string[]> {
  const [head = ''] = data.toString('utf8').split('\r\n\r\n', 1)
  const headers = new Map<string, string[]>()
  for (const line of head.split('\r\n').slice(1)) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    const others = headers.get(name)
    if (others) others.push(value)
    else headers.set(name, [value])
  }
  return headers
}
