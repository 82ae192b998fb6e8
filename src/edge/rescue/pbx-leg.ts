import { type Aor, parseAor } from '../../domain/aor.ts'
import type { E164 } from '../../domain/phone-number.ts'
import { parseDialledUri } from '../../domain/sip-uri.ts'
import { otherSide } from '../bridge.ts'
import type { MediaSide } from '../neighbours.ts'
import type { CallUnderWay } from '../transfer/transferable-call.ts'
import { mediaAddress } from './media-address.ts'

/** One answered leg between the box and a PBX, as the call that it belongs to tells of it. */
export interface PbxLeg {
  /** `id` of the record of its call. */
  readonly call: string
  readonly pbx: string
  /** `to`: the box has called the PBX; `from`: the PBX has called somebody through the box. */
  readonly way: 'to' | 'from'
  /** Between the box and the PBX. */
  readonly callId: string
  /** RFC 7989 */
  readonly sessionId: string
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number
  readonly answeredAt: number
  /** Names and numbers that the caller goes by. */
  readonly callers: readonly string[]
  /** Names and numbers of who was called. */
  readonly called: readonly string[]
  /** Where the box has told the PBX to send its audio, and where the PBX has told the box; `host:port`. */
  readonly ours: string | undefined
  readonly theirs: string | undefined
}

/** By which end of a call it is connected to this PBX; undefined when by none, or by both. */
export function pbxSide(call: CallUnderWay, pbx: string): MediaSide | undefined {
  const isAt = (side: MediaSide) => call.party(side).path === 'pbx' && call.party(side).label === pbx
  const [asCaller, asCallee] = [isAt('caller'), isAt('callee')]
  if (asCaller === asCallee) return undefined
  return asCaller ? 'caller' : 'callee'
}

/** The leg of an answered call to this PBX, as it is now. */
export function pbxLeg(
  call: CallUnderWay,
  pbx: string,
  numberOf: (user: Aor) => E164 | undefined,
): PbxLeg | undefined {
  const { bridge, question, callLog } = call
  const side = pbxSide(call, pbx)
  if (!side || !bridge || bridge.isOver || callLog.answeredAt === undefined) return undefined
  const dialog = bridge.leg(side)
  const user = call.party('caller').user ?? question.caller
  const callee = call.party('callee')
  return {
    call: callLog.id,
    pbx,
    way: side === 'callee' ? 'to' : 'from',
    callId: dialog.callId,
    sessionId: callLog.sessionId,
    startedAt: callLog.startedAt,
    answeredAt: callLog.answeredAt,
    callers: names([
      nameIn(question.from),
      nameIn(question.assertedFrom),
      user?.user,
      user && numberOf(user),
    ]),
    called: names([nameIn(question.requestUri), callee.outsideNumber, parseAor(callee.label)?.user]),
    ours: mediaAddress(dialog.localSdp),
    theirs: mediaAddress(dialog.remoteSdp),
  }
}

/** Everybody but the PBX. */
export function farSide({ way }: PbxLeg): MediaSide {
  return otherSide(way === 'to' ? 'callee' : 'caller')
}

/** What callers are called who do not want to be known, by devices of all makers. */
const nobody = new Set(['', 'anonymous', 'unknown', 'unavailable', 'restricted', 'private'])

function names(found: readonly (string | undefined)[]): readonly string[] {
  const known = found.flatMap((name) => (name === undefined ? [] : [name.toLowerCase()]))
  return [...new Set(known)].filter((name) => !nobody.has(name))
}

function nameIn(uri: string | undefined): string | undefined {
  const parsed = parseDialledUri(uri ?? '')
  return parsed?.scheme === 'tel' ? parsed.number : parsed?.user
}
