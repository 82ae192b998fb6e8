import { type Aor, printAor } from '../domain/aor.ts'
import type { Binding } from '../domain/binding.ts'
import type { SipSource } from '../domain/sip.ts'
import { parseDialledUri } from '../domain/sip-uri.ts'
import type { Whereabouts } from './knowledge.ts'
import type { Option } from './options.ts'

/** How somebody can be rung: phones of this box by descending q; other boxes where he has some ring with the best. */
export function waysTo(user: Aor, { bindings, homeBoxes }: Whereabouts): Option[][] {
  const [best = [], ...rest] = byDescendingQ(bindings)
  const first = [...best, ...homeBoxOptions(user, homeBoxes)]
  return first.length > 0 ? [first, ...rest] : []
}

function byDescendingQ(bindings: readonly Binding[]): Option[][] {
  const groups = new Map<number, Option[]>()
  for (const binding of bindings) {
    const group = groups.get(binding.q)
    if (group) group.push(phoneOption(binding))
    else groups.set(binding.q, [phoneOption(binding)])
  }
  return [...groups].sort(([a], [b]) => b - a).map(([, options]) => options)
}

function phoneOption(binding: Binding): Option {
  return {
    path: 'phone',
    uri: binding.contact,
    proxy: binding.path[0] ?? flowOf(binding),
    label: binding.aor,
    why:
      binding.origin === 'mirror'
        ? 'where it was registered when the PBX last told of it'
        : `registered here with q=${binding.q}`,
  }
}

/** Where the phone really is, when its contact does not say so (NAT), or when its own connection must be used. */
function flowOf({ contact, source }: Binding): string | undefined {
  const uri = parseDialledUri(contact)
  if (uri && uri.scheme !== 'tel') {
    const port = uri.port ?? (uri.scheme === 'sips' ? 5061 : 5060)
    const isDirect = !uri.parameters.has('maddr')
    if (isDirect && uri.host === hostOf(source) && port === source.port) return undefined
  }
  // RFC 5626 §5.3: with `ob` the engine does not try to connect to a phone whose own connection has closed.
  return `sip:${hostOf(source)}:${source.port};transport=${source.transport};ob`
}

function hostOf({ address }: SipSource): string {
  return address.includes(':') ? `[${address}]` : address
}

function homeBoxOptions(user: Aor, homeBoxes: Whereabouts['homeBoxes']): Option[] {
  if (homeBoxes === 'no answer') return []
  return homeBoxes.map((peerName) => ({
    path: 'overlay',
    uri: printAor(user),
    proxy: undefined,
    label: peerName,
    why: 'a box of the overlay says that the user is there',
  }))
}
