import { z } from 'zod'
import { checkExternalEngine } from './external-engine.ts'
import { checkAsteriskNames } from './known-asterisks.ts'
import { checkRehearsals } from './known-rehearsals.ts'
import { adminSection } from './sections/admin.ts'
import { asterisksSection } from './sections/asterisks.ts'
import { boxSection } from './sections/box.ts'
import { captureSection } from './sections/capture.ts'
import { dnsSection } from './sections/dns.ts'
import { emergencySection } from './sections/emergency.ts'
import { groupsSection } from './sections/groups.ts'
import { guardSection } from './sections/guard.ts'
import { mediaSection } from './sections/media.ts'
import { noticesSection } from './sections/notices.ts'
import { numberingSection } from './sections/numbering.ts'
import { overlaysSection } from './sections/overlays.ts'
import { pbxsSection } from './sections/pbxs.ts'
import { recordsSection } from './sections/records.ts'
import { registrarSection } from './sections/registrar.ts'
import { servicesSection } from './sections/services.ts'
import { sipSection } from './sections/sip.ts'
import { survivalSection } from './sections/survival.ts'
import { tollFraudSection } from './sections/toll-fraud.ts'
import { trunksSection } from './sections/trunks.ts'
import { usersSection } from './sections/users.ts'
import { checkSharedAddresses } from './shared-addresses.ts'

/** The whole of `causeway.yaml`. */
export const configSchema = z
  .strictObject({
    box: boxSection,
    sip: sipSection,
    users: usersSection,
    groups: groupsSection,
    registrar: registrarSection,
    overlays: overlaysSection,
    services: servicesSection,
    pbxs: pbxsSection,
    survival: survivalSection,
    trunks: trunksSection,
    asterisks: asterisksSection,
    numbering: numberingSection,
    emergency: emergencySection,
    tollFraud: tollFraudSection,
    notices: noticesSection,
    dns: dnsSection,
    media: mediaSection,
    guard: guardSection,
    admin: adminSection,
    records: recordsSection,
    capture: captureSection,
  })
  .superRefine(checkAsteriskNames)
  .superRefine(checkExternalEngine)
  .superRefine(checkRehearsals)
  .superRefine(checkSharedAddresses)

export type Config = z.output<typeof configSchema>
