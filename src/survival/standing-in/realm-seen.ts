import type { DemandedAlgorithm } from '../../domain/digest-demand.ts'
import type { SipResponseView } from '../../domain/sip.ts'

/** A realm by which a PBX asks its phones, and the algorithms that it takes, in its order. */
export interface RealmSeen {
  readonly realm: string
  readonly algorithms: readonly DemandedAlgorithm[]
  /** The PBX has accepted a phone that had answered it. */
  readonly isProven?: true
}

const known: readonly DemandedAlgorithm[] = ['MD5', 'SHA-256']
const longestRealm = 200
const answerTo: Readonly<Record<string, string>> = {
  'www-authenticate': 'authorization',
  'proxy-authenticate': 'proxy-authorization',
}

/** What was kept as JSON. Throws for what is no list of realms. */
export function readRealms(text: string): readonly RealmSeen[] {
  const kept: readonly RealmSeen[] = JSON.parse(text)
  const areRealms = kept.every(
    ({ realm, algorithms }) => typeof realm === 'string' && Array.isArray(algorithms),
  )
  if (!areRealms) throw new TypeError('no realms')
  return kept
}

/** What a 401 or 407 of a PBX tells of its realms (RFC 7616 §3.3); several challenges of one realm are one. */
export function realmsIn(challenge: Pick<SipResponseView, 'headers'>): readonly RealmSeen[] {
  const seen = new Map<string, DemandedAlgorithm[]>()
  for (const line of [...challenge.headers('www-authenticate'), ...challenge.headers('proxy-authenticate')]) {
    const realm = /^\s*digest\s.*?\brealm\s*=\s*"((?:[^"\\]|\\.)*)"/i.exec(line)?.[1]?.replace(/\\(.)/g, '$1')
    const name = /\balgorithm\s*=\s*"?([\w-]+)/i.exec(line)?.[1]?.toUpperCase() ?? 'MD5'
    const algorithm = known.find((each) => each === name)
    if (realm === undefined || realm.length > longestRealm || !algorithm) continue
    const algorithms = seen.get(realm) ?? []
    if (!algorithms.includes(algorithm)) seen.set(realm, [...algorithms, algorithm])
  }
  return [...seen].map(([realm, algorithms]) => ({ realm, algorithms }))
}

/** The realms of the credentials that a request bears. */
export function realmsAnswered(request: { headers(name: string): readonly string[] }): readonly string[] {
  const headers = (name: string) => request.headers(answerTo[name] ?? name)
  return realmsIn({ headers }).map(({ realm }) => realm)
}

/**
 * The realms with this one among them, at most so many; the same object when nothing is new. Those that are proven come
 * first, the latest of them before the others, and are not pushed out by others: a PBX may take its realm from the request, so that
 * whoever sends one chooses what it asks by.
 */
export function withRealm(realms: readonly RealmSeen[], seen: RealmSeen, most: number): readonly RealmSeen[] {
  const at = realms.findIndex(({ realm }) => realm === seen.realm)
  const known = realms[at]
  const isNews = known?.isProven !== true && seen.isProven === true
  if (known && !isNews) {
    // Phones may be asked by different ones.
    const more = seen.algorithms.filter((algorithm) => !known.algorithms.includes(algorithm))
    return more.length === 0
      ? realms
      : realms.with(at, { ...known, algorithms: [...known.algorithms, ...more] })
  }
  if (isNews) return [seen, ...realms.filter((each) => each !== known)].slice(0, most)
  return realms.length < most ? [...realms, seen] : realms
}
