import { readFileSync } from 'node:fs'
import { MembershipProblem } from '../identity/membership-problem.ts'
import { SigningKey } from '../lib/ed25519.ts'

/** The trust root's key, as `causeway overlay create` wrote it. Throws `MembershipProblem`. */
export function readTrustRoot(file: string, expected?: Uint8Array): SigningKey {
  const key = read(file)
  if (expected && Buffer.compare(key.publicKey, expected) !== 0)
    throw new MembershipProblem(`${file} is the trust root of another overlay`)
  return key
}

function read(file: string): SigningKey {
  try {
    return SigningKey.fromPem(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new MembershipProblem(
      `${file} is not the key of a trust root (${(cause as Error).message}): give the file trust-root.pem that "causeway overlay create" made`,
      { cause },
    )
  }
}
