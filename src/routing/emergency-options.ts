import type { CallQuestion } from '../domain/route.ts'
import type { FoundService, PstnService } from '../domain/service-record.ts'
import type { Knowledge } from './knowledge.ts'
import { type Line, serviceLine, trunkLine } from './line.ts'
import type { Option, Options } from './options.ts'
import { isAsked, pbxOption } from './pbx-option.ts'
import type { TrunkCandidate } from './site.ts'

const mostServices = 20

/**
 * A call for help: every way there is. Rights, hours, prefixes, limits and prices say nothing here. A way that failed a
 * moment ago comes after all others: if it is dead, nobody should have to wait for it first.
 */
export function emergencyOptions(number: string, question: CallQuestion, knowledge: Knowledge): Options {
  const uri = `tel:${number};phone-context=${knowledge.phoneContext}`
  const trunks = [...knowledge.trunks].sort(byRoom).map((trunk) => trunkLine(trunk, uri, number))
  const boxes = servicesFor(question, knowledge).map((found) =>
    serviceLine(found, number, knowledge.restingBoxes.has(found.peerName)),
  )
  const { pbx } = knowledge
  // What the PBX sent here is not sent back to it.
  const viaPbx = pbx && question.source !== 'pbx' ? [pbxOption(pbx, question.requestUri)] : []
  const isPbxAlive = pbx !== undefined && isAsked(pbx)
  const ways: Option[] = [
    ...optionsOf(trunks, false),
    ...(isPbxAlive ? viaPbx : []),
    ...optionsOf(boxes, false),
    ...optionsOf(trunks, true),
    ...optionsOf(boxes, true),
    ...(isPbxAlive ? [] : viaPbx),
  ]
  return {
    groups: ways.map((way) => [way]),
    notes: [],
    otherwise: { status: 503, reason: 'Service Unavailable', why: 'there is no line for emergency calls' },
  }
}

function optionsOf(lines: readonly Line[], resting: boolean): Option[] {
  return lines.filter(({ isResting }) => isResting === resting).map(({ option }) => option)
}

/** A full trunk is tried too: room can be made on it. */
function byRoom(a: TrunkCandidate, b: TrunkCandidate): number {
  return Number(b.free > 0) - Number(a.free > 0)
}

/** Boxes that say they take such calls, then those that say nothing, then the rest. */
function servicesFor(
  { source }: CallQuestion,
  { services }: Knowledge,
): readonly FoundService<PstnService>[] {
  if (source === 'overlay' || services === 'no answer') return []
  const rank = ({ service }: FoundService<PstnService>) =>
    service.takesEmergencies === undefined ? 1 : service.takesEmergencies ? 0 : 2
  return [...services].sort((a, b) => rank(a) - rank(b)).slice(0, mostServices)
}
