// Why a call ended, as the telephone network says it: ITU-T Q.850 cause values, and the SIP statuses they stand for.

interface Cause {
  readonly name: string
  /** RFC 3398 §7.2.4.1 and §8.2.6.1; 487 where a call that was not answered was given up. */
  readonly status: number
}

const causes: ReadonlyMap<number, Cause> = new Map(
  Object.entries({
    1: ['unallocated number', 404],
    2: ['no route to network', 404],
    3: ['no route to destination', 404],
    16: ['normal call clearing', 487],
    17: ['user busy', 486],
    18: ['no user responding', 408],
    19: ['no answer', 480],
    20: ['subscriber absent', 480],
    21: ['call rejected', 403],
    22: ['number changed', 410],
    23: ['redirection to new destination', 410],
    25: ['exchange routing error', 483],
    26: ['non-selected user clearing', 404],
    27: ['destination out of order', 502],
    28: ['invalid number format', 484],
    29: ['facility rejected', 501],
    31: ['normal, unspecified', 480],
    34: ['no circuit or channel available', 503],
    38: ['network out of order', 503],
    41: ['temporary failure', 503],
    42: ['switching equipment congestion', 503],
    44: ['requested channel not available', 503],
    47: ['resource unavailable', 503],
    50: ['facility not subscribed', 403],
    55: ['incoming calls barred', 403],
    57: ['bearer capability not authorized', 403],
    58: ['bearer capability not available', 503],
    63: ['service not available', 503],
    65: ['bearer capability not implemented', 488],
    69: ['facility not implemented', 501],
    70: ['only restricted digital information', 488],
    79: ['service not implemented', 501],
    87: ['user not member of the closed group', 403],
    88: ['incompatible destination', 503],
    95: ['invalid message', 500],
    97: ['message type not implemented', 500],
    102: ['recovery on timer expiry', 504],
    111: ['protocol error', 500],
    127: ['interworking, unspecified', 500],
  } satisfies Record<number, readonly [string, number]>).map(([value, [name, status]]) => [
    Number(value),
    { name, status },
  ]),
)

/** RFC 3398 §8.2.6.1 */
const causeByStatus: Readonly<Record<number, number>> = {
  400: 41,
  401: 21,
  402: 21,
  403: 21,
  404: 1,
  405: 63,
  406: 79,
  407: 21,
  408: 102,
  410: 22,
  413: 127,
  414: 127,
  415: 79,
  416: 127,
  420: 127,
  421: 127,
  423: 127,
  480: 18,
  481: 41,
  482: 25,
  483: 25,
  484: 28,
  485: 1,
  486: 17,
  487: 16,
  488: 65,
  500: 41,
  501: 79,
  502: 38,
  503: 41,
  504: 102,
  505: 127,
  513: 127,
  580: 47,
  600: 17,
  603: 21,
  604: 1,
  606: 65,
  607: 21,
  608: 21,
}

/** What people call the cause: `user busy`. */
export function nameOfCause(cause: number): string {
  return causes.get(cause)?.name ?? `cause ${cause}`
}

/** The SIP status that a call which was not answered gets for this cause; an unknown one counts as its class does. */
export function statusOfCause(cause: number): number {
  const known = causes.get(cause)
  if (known) return known.status
  // Q.850 §2.1: the class is in the upper bits. 0-31 normal, 32-47 no resources, 48-63 not available, the rest errors.
  if (cause < 32) return 480
  return cause < 64 ? 503 : 500
}

/** The cause for a final status of an INVITE, and of a call that was answered. */
export function causeOfStatus(status: number): number {
  if (status >= 200 && status < 300) return 16
  return causeByStatus[status] ?? (status >= 500 && status < 600 ? 41 : 31)
}

/** The cause in a Reason header, `Q.850;cause=17;text="User busy"` (RFC 3326 §2); undefined when it has none. */
export function causeInReason(reason: string | undefined): number | undefined {
  const [, digits] =
    /(?:^|,)\s*Q\.850\s*(?:;[^,]*?)?;\s*cause\s*=\s*(\d{1,3})(?!\d)/i.exec(reason ?? '') ?? []
  const cause = Number(digits)
  return Number.isInteger(cause) && cause >= 1 && cause <= 127 ? cause : undefined
}

/** The Reason header's value for a cause (RFC 3326). */
export function reasonOfCause(cause: number): string {
  return `Q.850;cause=${cause};text="${nameOfCause(cause)}"`
}
