import { readFileSync } from 'node:fs'

const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

/** The version of this Causeway, as `package.json` has it. */
export const version: string = String((manifest as { version: unknown }).version)
