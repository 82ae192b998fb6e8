import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const out = new URL('../../appliance/out/', import.meta.url)

/** The system that `npm run appliance:build` has made, as a folder; `CAUSEWAY_APPLIANCE_ROOT` names another to test. */
export function applianceRoot(): string {
  return process.env.CAUSEWAY_APPLIANCE_ROOT ?? built('root')
}

/** The disk that `npm run appliance:build` has made, of this version; `CAUSEWAY_APPLIANCE_IMAGE` names another. */
export function applianceImage(version: string): string {
  return process.env.CAUSEWAY_APPLIANCE_IMAGE ?? built(`causeway-${version}-amd64.img`)
}

function built(name: string): string {
  const path = fileURLToPath(new URL(name, out))
  if (!existsSync(path)) throw new Error(`there is no ${path}; make it with: npm run appliance:build`)
  return path
}
