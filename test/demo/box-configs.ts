import type { BoxConfig } from '../support/test-box.ts'
import { domains, type Place } from './places.ts'

export const numberOfAnna = '+49301000001'

export function configOfBoxA(at: Place, password: string): BoxConfig {
  return {
    ...common('box-a', at.boxA, at),
    users: [
      { aor: `anna@${domains.village}`, password, numbers: [numberOfAnna] },
      { aor: `bert@${domains.village}`, password },
      { aor: `201@${domains.office}`, password },
      { aor: `202@${domains.office}`, password },
    ],
    pbxs: [
      {
        name: 'office',
        server: `${at.pbx}:5060`,
        domain: domains.office,
        optionsIntervalMs: 1_000,
        optionsTimeoutMs: 500,
        holdDownMs: 2_000,
        successesToReturn: 2,
      },
    ],
    trunks: [
      {
        name: 'carrier',
        server: `${at.carrier}:5060`,
        domain: 'carrier.example',
        username: 'trunk',
        password,
        register: true,
        offerToOverlay: true,
        callerId: '+49301000000',
      },
    ],
  }
}

export function configOfBoxB(at: Place, password: string): BoxConfig {
  return { ...common('box-b', at.boxB, at), users: [{ aor: `clara@${domains.village}`, password }] }
}

function common(name: string, address: string, at: Place): BoxConfig {
  return {
    box: { name },
    sip: { listen: [`sip:${address}:5060;transport=udp,tcp`], domains: [domains.village] },
    overlays: [{ domain: domains.village, listen: [`/ip4/${address}/tcp/4160`], mdns: false }],
    dns: { servers: [`${at.nameServer}:5353`] },
    numbering: { country: 'DE', areaCode: '30' },
  }
}
