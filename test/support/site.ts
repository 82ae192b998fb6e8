import type { BoxConfig } from './test-box.ts'

export const site = 'site-a.test'

/** Users 201, 202, … of the test site; the password of each is `secret-<user>`. */
export function users(...names: readonly string[]): NonNullable<BoxConfig['users']> {
  return names.map((name) => ({ aor: `${name}@${site}`, password: `secret-${name}` }))
}

/** A site without overlay, PBX and trunk. SIPp 3.6 answers MD5 only. */
export function siteConfig(...names: readonly string[]): Partial<BoxConfig> {
  return {
    sip: { domains: [site] },
    registrar: { algorithms: ['MD5'] },
    users: users(...names),
  }
}
