import { type Aor, printAor } from '../domain/aor.ts'
import type { Binding } from '../domain/binding.ts'
import type { SipSource } from '../domain/sip.ts'
import { parseDialledUri } from '../domain/sip-uri.ts'
import type { Knowledge, OverlayAnswer } from './knowledge.ts'
import type { Note, Option, Options } from './options.ts'
import type { Refusal } from './permission.ts'

/** Phones of a user of this box by descending q; other boxes where he has phones ring with the best of them. */
export function userOptions(user: { aor: Aor; hasAccount: boolean }, knowledge: Knowledge): Options {
  const name = printAor(user.aor)
  const phones = byDescendingQ(knowledge.bindings)
  const away = homeBoxOptions(user.aor, knowledge.homeBoxes)
  const [best = [], ...rest] = phones
  const first = [...best, ...away]
  const count = knowledge.bindings.length
  const note: Note = {
    step: 'registration',
    asked: name,
    answer: count === 0 ? 'no phone registered here' : `${count} ${count === 1 ? 'phone' : 'phones'}`,
    why: count === 0 ? 'the phone is off, or registered elsewhere' : 'phones of this box ring first',
  }
  return {
    groups: first.length > 0 ? [first, ...rest] : [],
    notes: [note, ...overlayNotes(name, knowledge.homeBoxes)],
    otherwise: withoutPhone(name, user.hasAccount || count > 0, knowledge),
  }
}

function withoutPhone(
  name: string,
  isKnownHere: boolean,
  { homeBoxes, isKnownElsewhere }: Knowledge,
): Refusal {
  if (isKnownHere || isKnownElsewhere) return notRegistered(name)
  if (homeBoxes !== 'no answer') return notFound(`nobody is called ${name}`)
  const why = `nobody here is called ${name}, and the overlay did not say whether somebody elsewhere is`
  return { status: 480, reason: 'Temporarily Unavailable', why }
}

/** A user who lives at other boxes of an overlay. */
export function overlayUserOptions(user: Aor, knowledge: Knowledge): Options {
  const name = printAor(user)
  const away = homeBoxOptions(user, knowledge.homeBoxes)
  return {
    groups: away.length > 0 ? [away] : [],
    notes: overlayNotes(name, knowledge.homeBoxes),
    otherwise: withoutHome(name, knowledge),
  }
}

function withoutHome(name: string, { homeBoxes, isKnownElsewhere }: Knowledge): Refusal {
  if (homeBoxes === 'no answer')
    return { status: 503, reason: 'Service Unavailable', why: `the overlay did not say where ${name} is` }
  return isKnownElsewhere ? notRegistered(name) : notFound(`the overlay knows no ${name}`)
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
    why: `registered here with q=${binding.q}`,
  }
}

/** Where the phone really is, when its contact does not say so (NAT), or when its own connection must be used. */
function flowOf({ contact, source }: Binding): string | undefined {
  const uri = parseDialledUri(contact)
  if (uri && uri.scheme !== 'tel') {
    const port = uri.port ?? (uri.scheme === 'sips' ? 5061 : 5060)
    if (uri.host === hostOf(source) && port === source.port) return undefined
  }
  // RFC 5626 §5.3: with `ob` the engine does not try to connect to a phone whose own connection has closed.
  return `sip:${hostOf(source)}:${source.port};transport=${source.transport};ob`
}

function hostOf({ address }: SipSource): string {
  return address.includes(':') ? `[${address}]` : address
}

function homeBoxOptions(user: Aor, homeBoxes: OverlayAnswer<string>): Option[] {
  if (homeBoxes === 'no answer') return []
  return homeBoxes.map((peerName) => ({
    path: 'overlay',
    uri: printAor(user),
    proxy: undefined,
    label: peerName,
    why: 'a box of the overlay says that the user is there',
  }))
}

// The look-up itself left its line with what came back; here only why its silence matters.
function overlayNotes(name: string, homeBoxes: OverlayAnswer<string>): Note[] {
  if (homeBoxes !== 'no answer') return []
  return [{ step: 'overlay', asked: name, answer: 'passed over', why: 'no answer within its time box' }]
}

function notRegistered(name: string): Refusal {
  return { status: 480, reason: 'Temporarily Unavailable', why: `${name} has no phone registered anywhere` }
}

function notFound(why: string): Refusal {
  return { status: 404, reason: 'Not Found', why }
}
