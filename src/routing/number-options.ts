import type { E164 } from '../domain/phone-number.ts'
import type { CallQuestion } from '../domain/route.ts'
import type { FoundService, PstnService } from '../domain/service-record.ts'
import { parseHostPort } from '../domain/sip-uri.ts'
import type { Knowledge } from './knowledge.ts'
import type { Note, Option, Options } from './options.ts'
import type { Refusal } from './permission.ts'
import type { PbxView, TrunkCandidate } from './site.ts'

const mostServices = 5

/** A number outside: trunks by health, cost and config order, then other boxes' trunks. */
export function numberOptions(number: E164, question: CallQuestion, knowledge: Knowledge): Options {
  const fromPeer = question.source === 'overlay'
  const passedOver = knowledge.trunks.flatMap((trunk) => whyNot(trunk, fromPeer) ?? [])
  const usable = inOrder(knowledge.trunks.filter((trunk) => whyNot(trunk, fromPeer) === undefined))
  const services = servicesFor(number, knowledge)
  const full = passedOver.some(({ answer }) => answer === 'full')
  return {
    groups: [
      ...usable.map((trunk) => [trunkOption(trunk, `tel:${number}`)]),
      ...services.map((found) => [serviceOption(found, number)]),
    ],
    notes: [...passedOver, ...serviceNotes(knowledge, services)],
    otherwise: full
      ? { status: 503, reason: 'All Lines Busy', why: 'every trunk for this number carries its most calls' }
      : noLine(`no trunk here or in the overlay serves ${number}`),
  }
}

/** An emergency number: any trunk, the PBX, another box; in this order, whatever their prefixes and limits. */
export function emergencyOptions(number: string, question: CallQuestion, knowledge: Knowledge): Options {
  const uri = `tel:${number};phone-context=${knowledge.phoneContext}`
  const trunks = inOrder(knowledge.trunks).map((trunk) => [trunkOption(trunk, uri)])
  const services = question.source === 'overlay' ? [] : offered(knowledge.services).slice(0, mostServices * 4)
  return {
    groups: [
      ...trunks,
      ...(knowledge.pbx ? [[pbxOption(knowledge.pbx, question.requestUri)]] : []),
      ...services.map((found) => [serviceOption(found, number)]),
    ],
    notes: [],
    otherwise: { status: 503, reason: 'Service Unavailable', why: 'there is no line for emergency calls' },
  }
}

/** The PBX, asked as the phone asked: it checks the phone's digest over this very Request-URI. */
export function pbxOption(pbx: PbxView, requestUri: string): Option {
  const { host, port } = parseHostPort(pbx.server)
  return {
    path: 'pbx',
    uri: requestUri,
    proxy: `sip:${host}${port === undefined ? '' : `:${port}`};transport=${pbx.transport}`,
    label: pbx.name,
    why: `the PBX is ${pbx.state}`,
  }
}

function whyNot(trunk: TrunkCandidate, fromPeer: boolean): Note | undefined {
  const passedOver = (answer: string, why: string) => ({ step: 'trunk', asked: trunk.name, answer, why })
  if (fromPeer && !trunk.offerToOverlay) return passedOver('passed over', 'not offered to other boxes')
  if (trunk.free <= 0) return passedOver('full', 'it carries its most calls')
  return undefined
}

function inOrder(trunks: readonly TrunkCandidate[]): TrunkCandidate[] {
  return [...trunks].sort(
    (a, b) =>
      Number(b.healthy) - Number(a.healthy) ||
      Number(b.free > 0) - Number(a.free > 0) ||
      a.rate.perMinute - b.rate.perMinute,
  )
}

function trunkOption(trunk: TrunkCandidate, uri: string): Option {
  const health = trunk.healthy ? 'healthy' : 'resting after failures, tried last'
  return {
    path: 'trunk',
    uri,
    proxy: undefined,
    label: trunk.name,
    why: `${health}, costs ${trunk.rate.perMinute} a minute, ${trunk.free} channels free`,
  }
}

function servicesFor(number: E164, knowledge: Knowledge): FoundService<PstnService>[] {
  return offered(knowledge.services)
    .filter(({ service }) => service.channelsFree > 0 && service.prefixes.some((p) => number.startsWith(p)))
    .slice(0, mostServices)
}

function offered(services: Knowledge['services']): readonly FoundService<PstnService>[] {
  return services === 'no answer' ? [] : services
}

function serviceOption({ peerName, service }: FoundService<PstnService>, number: string): Option {
  return {
    path: 'overlay',
    uri: `sip:${number}@${peerName};user=phone`,
    proxy: undefined,
    label: peerName,
    why: `another box offers a line at ${service.costPerMinute} a minute, ${service.channelsFree} channels free`,
  }
}

function serviceNotes({ services }: Knowledge, fitting: readonly unknown[]): Note[] {
  if (services === 'no answer') {
    return [{ step: 'overlay', asked: 'pstn', answer: 'passed over', why: 'no answer within its time box' }]
  }
  if (services.length === 0) return []
  return [
    {
      step: 'overlay',
      asked: 'pstn',
      answer: `${fitting.length} of ${services.length} fit`,
      why: 'lines of other boxes come after our own, in the order that the overlay gives them',
    },
  ]
}

function noLine(why: string): Refusal {
  return { status: 404, reason: 'No Route', why }
}
