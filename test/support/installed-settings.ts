import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { siteConfig } from './site.ts'

/** Adds the users of the test site to the settings that an installation has brought, as an operator would. `etc` is its /etc. */
export function addUsers(etc: string, ...names: readonly string[]): void {
  const { sip, registrar, users } = siteConfig(...names)
  const lines = Object.entries({ sip, registrar, users }).map(
    ([section, value]) => `${section}: ${JSON.stringify(value)}\n`,
  )
  appendFileSync(join(etc, 'causeway/causeway.yaml'), lines.join(''))
}
