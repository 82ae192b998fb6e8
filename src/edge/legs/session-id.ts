const header = /^([0-9a-f]{32})(?:\s*;|$)/
const nobody = '0'.repeat(32)

/** The caller's own half of a Session-ID header (RFC 7989 §5); undefined when there is none, or none for a caller. */
export function readSessionId(value: string | undefined): string | undefined {
  const [, uuid] = header.exec(value?.trim().toLowerCase() ?? '') ?? []
  return uuid === nobody ? undefined : uuid
}

/** For an INVITE: whom it reaches is not known yet. */
export function printSessionId(uuid: string): string {
  return `${uuid};remote=${nobody}`
}
