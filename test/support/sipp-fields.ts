/** A line of fields for the caller scenarios: who calls, how it answers a challenge, where, and whom. */
export function callerFields(
  user: string,
  password: string,
  domain: string,
  called: string,
): readonly string[] {
  return [user, authentication(user, password), domain, called]
}

/** A line of fields for `register`. */
export function registerFields(
  user: string,
  password: string,
  domain: string,
  expires = 300,
): readonly string[] {
  return [user, authentication(user, password), domain, String(expires)]
}

// SIPp replaces its keywords inside a field, but not fields inside a keyword.
function authentication(user: string, password: string): string {
  return `[authentication username=${user} password=${password}]`
}
