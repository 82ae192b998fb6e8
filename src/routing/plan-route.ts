import type { CallQuestion, RoutePlan, RouteTarget } from '../domain/route.ts'
import { isAstray, mayBeUnknownThere } from './astray.ts'
import { type Destination, insideOf } from './destination.ts'
import { emergencyOptions } from './emergency-options.ts'
import { onGrace } from './grace-options.ts'
import { groupOptions } from './group-options.ts'
import type { Knowledge } from './knowledge.ts'
import { numberOptions } from './number-options.ts'
import type { Note, Option, Options } from './options.ts'
import { isAsked, pbxOption } from './pbx-option.ts'
import { refusal } from './permission.ts'
import { overlayUserOptions, userOptions } from './user-options.ts'
import { withoutPbx } from './without-pbx.ts'

export interface PlannedRoute {
  readonly plan: RoutePlan
  readonly notes: readonly Note[]
}

const mostTargets = 40

/** Who should ring, in what order, and why: a function of its arguments alone. */
export function planRoute(
  question: CallQuestion,
  destination: Destination,
  knowledge: Knowledge,
): PlannedRoute {
  const asked = optionsFor(question, destination, knowledge)
  const options = knowledge.isOnGrace && destination.kind !== 'emergency' ? onGrace(asked) : asked
  const targets = inGroups(options, question, destination)
  const [first] = targets
  if (!first) {
    const { status, reason, why, warning } = options.otherwise
    const note: Note = { step: 'target', asked: question.requestUri, answer: `${status} ${reason}`, why }
    const emergency = status === 503 ? emergencyOf(destination) : {}
    const plan: RoutePlan = {
      kind: 'refuse',
      status,
      reason,
      ...emergency,
      why,
      ...(warning !== undefined && { warning }),
    }
    return { plan, notes: [...options.notes, note] }
  }
  return {
    plan: { kind: 'targets', targets, ...emergencyOf(destination), why: destination.why },
    notes: [...options.notes, ...leftOutNotes(options, targets), ...targets.map(targetNote)],
  }
}

function optionsFor(question: CallQuestion, destination: Destination, knowledge: Knowledge): Options {
  const refused = refusal(question, destination, {
    rights: knowledge.rights,
    calledIsKnown: isKnown(destination, knowledge),
    callClass: knowledge.toll?.callClass,
    isOnGrace: knowledge.isOnGrace,
  })
  if (refused) {
    const answer = `${refused.status} ${refused.reason}`
    const note: Note = { step: 'rights', asked: question.requestUri, answer, why: refused.why }
    return { groups: [], notes: [note], otherwise: refused }
  }
  switch (destination.kind) {
    case 'emergency':
      return emergencyOptions(destination.number, question, knowledge)
    case 'pbx':
      return pbxOptions(question, destination, knowledge)
    case 'user':
      return userOptions(destination, knowledge)
    case 'group':
      return groupOptions(destination.group, knowledge.members)
    case 'number':
      return numberOptions(destination.number, question, knowledge)
    case 'overlay-user':
      return overlayUserOptions(destination.aor, knowledge)
    case 'foreign':
      return foreignOptions(destination)
    case 'nowhere':
      return { groups: [], notes: [], otherwise: destination }
  }
}

/** The PBX while it lives, then what the box can do without it; a PBX that is gone is not asked. */
function pbxOptions(
  question: CallQuestion,
  destination: Extract<Destination, { kind: 'pbx' }>,
  knowledge: Knowledge,
): Options {
  const inside = optionsFor(question, destination.inside, knowledge)
  const { pbx } = knowledge
  if (!pbx) return inside
  if (!isAsked(pbx))
    return withoutPbx(pbx, destination, inside, forwardOptions(question, knowledge), knowledge)
  const astray = isAstray(destination.inside, question, knowledge)
  const note: Note = {
    step: 'pbx',
    asked: pbx.name,
    answer: pbx.state,
    why: astray
      ? 'the called phone registered while the PBX was gone, so the PBX may not know it yet'
      : 'the PBX serves this domain',
  }
  const asked = [pbxOption(pbx, destination.requestUri, mayBeUnknownThere(knowledge))]
  const groups = astray ? [...inside.groups, asked] : [asked, ...inside.groups]
  return { ...inside, groups, notes: [note, ...inside.notes] }
}

function forwardOptions(question: CallQuestion, { voicemail }: Knowledge): Options | undefined {
  const forward = voicemail?.forward
  return forward && optionsFor(question, forward.destination, forward.knowledge)
}

function foreignOptions({ uri, host, why }: Extract<Destination, { kind: 'foreign' }>): Options {
  return {
    groups: [[{ path: 'domain', uri, proxy: undefined, label: host, why }]],
    notes: [],
    otherwise: { status: 404, reason: 'Not Found', why },
  }
}

function isKnown(destination: Destination, knowledge: Knowledge): boolean {
  const inside = insideOf(destination)
  if (inside.kind === 'group') return true
  if (inside.kind !== 'user') return false
  return inside.hasAccount || knowledge.bindings.length > 0 || knowledge.isKnownElsewhere
}

function inGroups(options: Options, question: CallQuestion, destination: Destination): RouteTarget[] {
  // A PBX checks its phones itself, in an emergency nobody is asked for a password, and on grace nobody has one.
  const isChecked = (option: Option) =>
    question.source === 'phone' &&
    option.path !== 'pbx' &&
    destination.kind !== 'emergency' &&
    question.grace === undefined
  return options.groups
    .flatMap((group, index) =>
      group.map((option) => ({
        ...option,
        ...emergencyOf(destination),
        group: index,
        callerMustBeAuthenticated: isChecked(option),
      })),
    )
    .slice(0, mostTargets)
}

function emergencyOf(destination: Destination): Pick<RouteTarget, 'emergency'> {
  if (destination.kind !== 'emergency') return {}
  const { number, isTest } = destination
  return { emergency: { number, isTest } }
}

function leftOutNotes({ groups }: Options, targets: readonly RouteTarget[]): Note[] {
  const leftOut = groups.flat().length - targets.length
  if (leftOut === 0) return []
  const why = `a route has at most ${mostTargets} targets`
  return [{ step: 'target', asked: 'the rest', answer: `${leftOut} left out`, why }]
}

function targetNote(target: RouteTarget): Note {
  const { path, label, uri, group, why } = target
  return { step: 'target', asked: `${path} ${label}`, answer: `${uri} in group ${group + 1}`, why }
}
