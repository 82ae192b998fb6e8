import { printAor } from '../domain/aor.ts'
import type { Binding } from '../domain/binding.ts'
import { phoneParameter, phoneToken } from '../domain/phone-token.ts'
import type { CallQuestion } from '../domain/route.ts'
import { parseDialledUri } from '../domain/sip-uri.ts'
import { type Destination, insideOf } from './destination.ts'
import type { Knowledge } from './knowledge.ts'
import type { Site, TrunkCandidate } from './site.ts'

/** All that the box knows by itself about a question, without waiting; the overlay is still unasked. */
export function localKnowledge(question: CallQuestion, destination: Destination, site: Site): Knowledge {
  const inside = insideOf(destination)
  const pbxDomain =
    destination.kind === 'pbx'
      ? destination.domain
      : destination.kind === 'emergency'
        ? destination.pbxDomain
        : undefined
  return {
    bindings: inside.kind === 'user' ? bindingsFor(question, printAor(inside.aor), site) : [],
    homeBoxes: [],
    isKnownElsewhere: false,
    rights: question.caller && site.accounts.mayDial(question.caller),
    pbx: pbxDomain === undefined ? undefined : site.pbxs.stateOf(pbxDomain),
    trunks: trunksFor(inside, question.at, site),
    services: [],
    phoneContext: site.numbers.phoneContext,
  }
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

function trunksFor(inside: Destination, at: number, site: Site): readonly TrunkCandidate[] {
  if (inside.kind === 'emergency') return site.trunks.all()
  return inside.kind === 'number' ? site.trunks.candidates(inside.number, at) : []
}
