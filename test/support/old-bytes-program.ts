import { setImmediate as nextTurn } from 'node:timers/promises'
import { getHeapSpaceStatistics } from 'node:v8'
import { TurnoverMap } from '../../src/lib/turnover-map.ts'
import { makeProxy } from '../unit/engine/proxy/proxy-bed.ts'

// Run by `oldBytesOf`: does one kind of work again and again, and prints by how many bytes the old objects have grown.

type Work = (n: number) => void | Promise<void>

/** As large as what a call keeps in memory. */
const someCall = () => Array.from({ length: 60 }, (_, i) => ({ i, text: `line ${i}`, list: [i, i + 1] }))

function comingAndGoing(map: Map<string, unknown>): Work {
  return (n) => {
    map.set(`call-${n}`, someCall())
    map.delete(`call-${n - 8}`)
  }
}

function proxiedCalls(): Work {
  const { receive, takeRequests, answer, transport, clock } = makeProxy()
  return async (n) => {
    await receive(inviteText(n))
    const [invite] = takeRequests('INVITE')
    if (!invite) throw new Error('the INVITE was not forwarded')
    await answer(invite, 180)
    await answer(invite, 200)
    transport.take()
    // Its transactions are over, too.
    clock.advance(70_000)
  }
}

function inviteText(n: number): string {
  return [
    'INVITE sip:box@192.0.2.1 SIP/2.0',
    `Via: SIP/2.0/UDP 203.0.113.9:5080;rport;branch=z9hG4bK${n}`,
    'Max-Forwards: 70',
    `From: <sip:carol@example.org>;tag=c${n}`,
    'To: <sip:box@192.0.2.1>',
    `Call-ID: call-${n}`,
    'CSeq: 7 INVITE',
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n')
}

const works: Record<string, () => Work> = {
  map: () => comingAndGoing(new Map()),
  'turnover-map': () => comingAndGoing(new TurnoverMap()),
  'proxied-calls': proxiedCalls,
}

const [name = '', times] = process.argv.slice(2)
const make = works[name]
const collect = globalThis.gc
if (!make || !collect)
  throw new Error(`usage: node --expose-gc old-bytes-program.ts ${Object.keys(works).join('|')} TIMES`)
const work = make()
// Warm, and then with something under way that has grown old, as after a quiet minute.
const warmUp = 500
for (let n = 0; n < warmUp; n++) await work(n)
collect()
collect()
const before = oldBytes()
for (let n = warmUp; n < warmUp + Number(times); n++) {
  await work(n)
  if (n % 5 === 0) await nextTurn()
}
console.log(oldBytes() - before)

function oldBytes(): number {
  const spaces = getHeapSpaceStatistics().filter(({ space_name }) => /^old_|^large_object/.test(space_name))
  return spaces.reduce((sum, { space_used_size }) => sum + space_used_size, 0)
}
