import { printAor } from '../domain/aor.ts'
import type { AdmissionRules } from '../edge/admission/admission.ts'
import type { PbxAddresses } from '../edge/admission/pbx-addresses.ts'
import type { CallerVerdict } from '../edge/neighbours.ts'
import type { Guard } from '../guard/guard.ts'
import type { Accounts } from '../identity/accounts.ts'
import type { DigestAuthenticator } from '../identity/digest.ts'
import type { Location } from '../registrar/location.ts'
import type { Pbxs, Site } from '../routing/site.ts'
import type { Trunks } from '../trunk/trunks.ts'
import type { JoinedOverlays } from './joined-overlays.ts'
import type { StandingIn } from './standing-in.ts'
import { isEmergency } from './urgent-calls.ts'

export interface AdmissionParts {
  readonly standIn: Pick<StandingIn, 'demandFor' | 'grace'>
  readonly overlays: JoinedOverlays
  readonly pbxAddresses: PbxAddresses
  readonly pbxs: Pbxs
  readonly trunks: Trunks
  readonly accounts: Accounts
  readonly digest: DigestAuthenticator
  readonly location: Location
  readonly guard: Guard
  readonly site: Site
  /** Networks of the site: phones there may call for help, known to the box or not. */
  readonly ownNetworks: { has(address: string): boolean }
}

/** By what the edge tells who is speaking, and whether it is true. */
export function admissionRules(parts: AdmissionParts): AdmissionRules {
  const {
    standIn,
    overlays,
    pbxAddresses,
    pbxs,
    trunks,
    accounts,
    digest,
    location,
    guard,
    site,
    ownNetworks,
  } = parts
  return {
    neighbourhood: {
      peerOfLink: (port) => overlays.peerOfLink(port),
      pbxOf: (source) => pbxAddresses.pbxOf(source),
      trunkOf: (source, requestUri) => trunks.identify(source, requestUri),
      homeDomain: (name) => accounts.homeDomain(name) ?? pbxs.stateOf(name.domain)?.domain,
      isPbxDomain: (domain) => pbxs.stateOf(domain) !== undefined,
      userAt: (source) => {
        for (const { aor } of location.findBySource(source)) return aor
        return undefined
      },
    },
    authentication: {
      check: (request, claimed): CallerVerdict => {
        const verdict = digest.check(request, 'proxy', standIn.demandFor(claimed))
        if (verdict.kind !== 'authenticated') return verdict
        const { account } = verdict
        const owns: Extract<CallerVerdict, { kind: 'authenticated' }>['owns'] = (name) =>
          accounts.byAor(name)?.aorText === account.aorText
        return { kind: 'authenticated', caller: account.aor, owns }
      },
    },
    guard,
    grace: standIn.grace,
    isPbxInCharge: (domain, claimed) => {
      const state = pbxs.stateOf(domain, [accounts.byAor(claimed)?.aor ?? claimed])?.state
      return state === 'normal' || state === 'suspect'
    },
    isEmergencyOf: (claimed, request) => {
      const { address } = request.source
      const name = claimed && printAor(accounts.byAor(claimed)?.aor ?? claimed)
      const isRegistered =
        name !== undefined && location.lookup(name).some(({ source }) => source.address === address)
      if (!isRegistered && !ownNetworks.has(address)) return false
      return isEmergency(request, 'phone', name ?? address, name ?? address, site, claimed)
    },
  }
}
