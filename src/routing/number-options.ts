import type { E164 } from '../domain/phone-number.ts'
import type { CallQuestion } from '../domain/route.ts'
import type { FoundService, PstnService } from '../domain/service-record.ts'
import type { Knowledge, TollVerdict } from './knowledge.ts'
import { type Line, serviceLine, trunkLine } from './line.ts'
import { inOrder, orderText } from './line-order.ts'
import type { Note, Options } from './options.ts'
import type { Refusal } from './refusal.ts'
import type { TrunkCandidate } from './site.ts'

const mostServices = 5

/** A number outside: this box's trunks and other boxes', in order, with the reason for each that is passed over. */
export function numberOptions(number: E164, question: CallQuestion, knowledge: Knowledge): Options {
  const toll = tollNotes(number, knowledge.toll)
  const refused = knowledge.toll?.refusal
  if (refused) return { groups: [], notes: toll, otherwise: refused }
  const obstacles = knowledge.trunks.map((trunk) => obstacleOf(trunk, question.source === 'overlay'))
  const usable = knowledge.trunks.filter((_, index) => obstacles[index] === undefined)
  const services = servicesFor(number, knowledge)
  const lines = inOrder(
    [
      ...usable.map((trunk) => trunkLine(trunk, `tel:${number}`, number)),
      ...services.map((found) => serviceLine(found, number, knowledge.restingBoxes.has(found.peerName))),
    ],
    knowledge.ownLinesUpTo,
  )
  return {
    groups: lines.map(({ option }) => [option]),
    notes: [
      ...toll,
      ...knowledge.unfitTrunks.map((name) => passedOver(name, 'passed over', 'not for this number')),
      ...obstacles.filter((obstacle) => obstacle !== undefined),
      ...serviceNotes(knowledge, services),
      ...orderNote(number, lines),
    ],
    otherwise: withoutLine(number, obstacles),
  }
}

function obstacleOf(trunk: TrunkCandidate, isForPeer: boolean): Note | undefined {
  if (isForPeer && !trunk.offerToOverlay)
    return passedOver(trunk.name, 'passed over', 'not offered to other boxes')
  if (!trunk.isOpen) return passedOver(trunk.name, 'closed', 'outside the hours that it is meant for')
  if (trunk.free <= 0) return passedOver(trunk.name, 'full', 'it carries its most calls')
  return undefined
}

function passedOver(trunk: string, answer: string, why: string): Note {
  return { step: 'trunk', asked: trunk, answer, why }
}

function servicesFor(number: E164, { services }: Knowledge): readonly FoundService<PstnService>[] {
  if (services === 'no answer') return []
  return services
    .filter(({ service }) => service.channelsFree > 0 && service.prefixes.some((p) => number.startsWith(p)))
    .slice(0, mostServices)
}

function tollNotes(number: E164, toll: TollVerdict | undefined): Note[] {
  if (!toll) return []
  const { callClass, refusal } = toll
  return refusal
    ? [{ step: 'toll', asked: number, answer: `${refusal.status} ${refusal.reason}`, why: refusal.why }]
    : [{ step: 'class', asked: number, answer: callClass, why: 'no limit for calls stands in the way' }]
}

function serviceNotes({ services }: Knowledge, fitting: readonly unknown[]): Note[] {
  if (services === 'no answer') {
    return [{ step: 'overlay', asked: 'pstn', answer: 'passed over', why: 'no answer within its time box' }]
  }
  if (services.length === 0) return []
  const why = 'offers with this prefix and a free channel, at most five'
  return [{ step: 'overlay', asked: 'pstn', answer: `${fitting.length} of ${services.length} fit`, why }]
}

function orderNote(number: E164, lines: readonly Line[]): Note[] {
  if (lines.length < 2) return []
  const answer = lines.map(({ option }) => option.label).join(', ')
  return [{ step: 'order', asked: number, answer, why: orderText }]
}

function withoutLine(number: E164, obstacles: readonly (Note | undefined)[]): Refusal {
  const answers = obstacles.map((obstacle) => obstacle?.answer)
  if (answers.includes('full')) {
    const why = 'every trunk for this number carries its most calls'
    return { status: 503, reason: 'All Lines Busy', why }
  }
  if (answers.includes('closed')) {
    const why = 'no trunk for this number is meant for this hour'
    return { status: 503, reason: 'No Line At This Hour', why }
  }
  return { status: 404, reason: 'No Route', why: `no trunk here or in the overlay serves ${number}` }
}
