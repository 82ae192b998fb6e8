import type { KnownDigest } from '../../../domain/known-extension.ts'
import { allValues, type ConfSection, lastValue } from './conf-section.ts'
import { type MakeDigests, nameOfCallerId, type ToldPhone, type ToldPhones } from './told-phones.ts'

/** What Asterisk says when neither the phone nor the whole server has a realm of its own. */
export const usualRealm = 'asterisk'

type Objects = Readonly<Record<'endpoint' | 'auth' | 'aor', ReadonlyMap<string, ConfSection>>>

/** The phones of `pjsip.conf`: endpoints with an AoR that something may register at. All others are lines. */
export function pjsipPhones(sections: readonly ConfSection[], makeDigests: MakeDigests): ToldPhones {
  const real = sections.filter(({ isTemplate }) => !isTemplate)
  const ofType = (type: string) => real.filter((section) => lastValue(section, 'type') === type)
  const byName = (type: string) => new Map(ofType(type).map((section) => [section.name, section]))
  const objects = { endpoint: byName('endpoint'), auth: byName('auth'), aor: byName('aor') }
  const serverRealm = ofType('global').map((section) => lastValue(section, 'default_realm'))[0] || usualRealm
  const phones: ToldPhone[] = []
  const trunkContexts = new Set<string>()
  const unread: string[] = []
  for (const endpoint of objects.endpoint.values()) {
    const context = lastValue(endpoint, 'context') ?? 'default'
    const user = registeredAs(endpoint, objects)
    if (user === undefined) {
      trunkContexts.add(context)
      continue
    }
    const secrets = digestsOf(endpoint, objects, serverRealm, makeDigests)
    if (secrets.problem !== undefined) unread.push(secrets.problem)
    phones.push({
      device: `PJSIP/${endpoint.name}`,
      user,
      displayName: nameOfCallerId(lastValue(endpoint, 'callerid')),
      digests: secrets.digests,
      voicemail: allValues(endpoint, 'mailboxes')[0] ?? mailboxOf(objects.aor.get(user)),
      context,
    })
  }
  return { phones, trunkContexts: [...trunkContexts], unread }
}

/** The AoR that phones register at, which is the user part they use; undefined for an endpoint with a fixed place. */
function registeredAs(endpoint: ConfSection, { aor }: Objects): string | undefined {
  if (lastValue(endpoint, 'outbound_auth') !== undefined && allValues(endpoint, 'auth').length === 0)
    return undefined
  return allValues(endpoint, 'aors').find((name) => {
    const section = aor.get(name)
    return (
      section &&
      lastValue(section, 'contact') === undefined &&
      Number(lastValue(section, 'max_contacts') ?? 0) > 0
    )
  })
}

function mailboxOf(aor: ConfSection | undefined): string | undefined {
  return aor && allValues(aor, 'mailboxes')[0]
}

function digestsOf(
  endpoint: ConfSection,
  { auth }: Objects,
  serverRealm: string,
  makeDigests: MakeDigests,
): { readonly digests: readonly KnownDigest[]; readonly problem?: string } {
  const names = allValues(endpoint, 'auth')
  if (names.length === 0)
    return { digests: [], problem: `${endpoint.name} has no "auth": the PBX asks it for no password` }
  const missing = names.find((name) => !auth.has(name))
  if (missing !== undefined)
    return { digests: [], problem: `${endpoint.name} names the auth "${missing}", which is not there` }
  const digests = names.flatMap((name) => {
    const section = auth.get(name)
    return section ? digestsOfAuth(section, serverRealm, makeDigests) : []
  })
  return digests.length > 0
    ? { digests }
    : { digests, problem: `the auth of ${endpoint.name} holds no password that can be read` }
}

/** `auth_type` userpass, md5, or digest (Asterisk 22: `password_digest = MD5:…`). */
function digestsOfAuth(
  auth: ConfSection,
  serverRealm: string,
  makeDigests: MakeDigests,
): readonly KnownDigest[] {
  const username = lastValue(auth, 'username') ?? auth.name
  const realm = lastValue(auth, 'realm') || serverRealm
  const password = lastValue(auth, 'password') || undefined
  const isMd5 = lastValue(auth, 'auth_type') === 'md5'
  const ready = [
    ...allValues(auth, 'md5_cred').map((text) => `MD5:${text}`),
    ...allValues(auth, 'password_digest'),
  ].flatMap((text) => readyDigest(text, username, realm))
  return password !== undefined && !isMd5 ? [...ready, ...makeDigests(username, password, realm)] : ready
}

function readyDigest(text: string, username: string, realm: string): KnownDigest[] {
  const [, name = '', ha1 = ''] = /^(MD5|SHA-256):([0-9a-f]+)$/i.exec(text) ?? []
  const algorithm = name.toUpperCase() === 'MD5' ? 'MD5' : 'SHA-256'
  if (ha1.length !== (algorithm === 'MD5' ? 32 : 64)) return []
  return [{ username, realm, algorithm, ha1: ha1.toLowerCase() }]
}
