import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

type Holder = 'box' | 'renewed' | 'other' | 'expired' | 'foreign' | 'self-signed'

const folder = fileURLToPath(new URL('../fixtures/tls/', import.meta.url))

export const certificateFile = (holder: Holder | 'ca'): string => `${folder}${holder}.pem`
export const keyFile = (holder: Holder): string => `${folder}${holder}.key`

/** The authority that all of them but `foreign` and `self-signed` come from. */
export const testCa: string = readFileSync(certificateFile('ca'), 'utf8')

/** `box` and `renewed` are for box.example.org, sip:example.org and the loopback addresses; see make.sh. */
export function testCertificate(holder: Holder): { cert: string; key: string; ca: string } {
  return {
    cert: readFileSync(certificateFile(holder), 'utf8'),
    key: readFileSync(keyFile(holder), 'utf8'),
    ca: testCa,
  }
}
