import { type Aor, printAor } from '../domain/aor.ts'
import type { Binding } from '../domain/binding.ts'
import { phoneParameter, phoneToken } from '../domain/phone-token.ts'
import type { CallQuestion } from '../domain/route.ts'
import { parseDialledUri } from '../domain/sip-uri.ts'
import { type Destination, insideOf } from './destination.ts'
import type { AbsentVoicemail, Knowledge, Member, TollVerdict } from './knowledge.ts'
import { isAsked } from './pbx-option.ts'
import type { PbxView, Site } from './site.ts'
import { forwardOf } from './voicemail.ts'

type Inside = ReturnType<typeof insideOf>

/** All that the box knows by itself about a question, without waiting; the overlay is still unasked. */
export function localKnowledge(question: CallQuestion, destination: Destination, site: Site): Knowledge {
  const inside = insideOf(destination)
  const pbxDomain =
    destination.kind === 'pbx'
      ? destination.domain
      : destination.kind === 'emergency'
        ? destination.pbxDomain
        : undefined
  const pbx = pbxDomain === undefined ? undefined : site.pbxs.stateOf(pbxDomain, partiesOf(question, inside))
  return {
    bindings: inside.kind === 'user' ? bindingsFor(question, printAor(inside.aor), site) : [],
    isAway: inside.kind === 'user' ? site.bindings.isAway?.(printAor(inside.aor)) : undefined,
    homeBoxes: [],
    isKnownElsewhere: false,
    members: inside.kind === 'group' ? membersOf(inside.group, question, site) : [],
    rights: question.caller && site.accounts.mayDial(question.caller),
    isOnGrace: isOnGrace(question, site),
    callerHasPassword: question.caller !== undefined && site.standIn.hasPassword(question.caller),
    pbx,
    voicemail:
      destination.kind === 'pbx' && pbx && !isAsked(pbx) ? voicemailOf(pbx, question, site) : undefined,
    toll: tollOf(inside, question, site),
    ...trunksFor(inside, question.at, site),
    services: [],
    restingBoxes: new Set(),
    ownLinesUpTo: site.ownLinesUpTo,
    phoneContext: site.numbers.phoneContext,
  }
}

/** What is asked in the name of such a user is his, whoever asks: a call that his phone has sent on, or transfers. */
function isOnGrace({ source, grace, caller }: CallQuestion, site: Site): boolean {
  if (source !== 'phone') return false
  return grace === true || (caller !== undefined && site.standIn.isOnGrace(caller))
}

function voicemailOf(pbx: PbxView, question: CallQuestion, site: Site): AbsentVoicemail | undefined {
  const voicemail = site.standIn.voicemailOf(pbx.domain)
  if (!voicemail) return undefined
  const destination = forwardOf(voicemail, question, site)
  const knowledge = destination && localKnowledge(question, destination, site)
  return { numbers: voicemail.numbers, forward: knowledge && { destination, knowledge } }
}

function partiesOf({ caller }: CallQuestion, inside: Inside): readonly Aor[] {
  const called = inside.kind === 'user' ? inside.aor : inside.kind === 'group' ? inside.group.aor : undefined
  return [caller, called].filter((party) => party !== undefined)
}

/** A PBX may call one certain phone of a user: the one whose token its Request-URI carries. */
function bindingsFor(question: CallQuestion, name: string, site: Site): readonly Binding[] {
  const bindings = site.bindings.lookup(name)
  if (question.source !== 'pbx') return bindings
  const uri = parseDialledUri(question.requestUri)
  const token = uri?.parameters.get(phoneParameter)
  const called = bindings.filter(({ contact }) => phoneToken(contact) === token)
  return called.length > 0 ? called : bindings
}

/** Who calls his own group does not ring himself. */
function membersOf(
  { members }: Extract<Inside, { kind: 'group' }>['group'],
  { source, caller, from }: CallQuestion,
  site: Site,
): readonly Member[] {
  const self = source === 'overlay' ? from : caller && printAor(caller)
  return members.flatMap((name) => {
    const member = site.accounts.resolve(name) ?? name
    const text = printAor(member)
    return text === self ? [] : [{ aor: member, bindings: site.bindings.lookup(text), homeBoxes: [] }]
  })
}

function tollOf(inside: Inside, question: CallQuestion, site: Site): TollVerdict | undefined {
  if (inside.kind !== 'number') return undefined
  const callClass = site.numbers.classOf(inside.number)
  return { callClass, refusal: site.toll.refusal(question, inside.number, callClass) }
}

function trunksFor(inside: Inside, at: number, site: Site): Pick<Knowledge, 'trunks' | 'unfitTrunks'> {
  if (inside.kind === 'emergency') return { trunks: site.trunks.all(), unfitTrunks: [] }
  if (inside.kind !== 'number') return { trunks: [], unfitTrunks: [] }
  const trunks = site.trunks.candidates(inside.number, at)
  const fitting = new Set(trunks.map(({ name }) => name))
  const unfit = site.trunks.all().filter(({ name }) => !fitting.has(name))
  return { trunks, unfitTrunks: unfit.map(({ name }) => name) }
}
