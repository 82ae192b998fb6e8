/** How a trunk is registered at its provider (RFC 3261 §10.2), as a pure machine; it never gives up. */
export type RegistrationState =
  | { readonly name: 'idle' }
  | {
      readonly name: 'registering'
      readonly expiresSeconds: number
      readonly failures: number
      /** Until when an earlier registration still holds. */
      readonly until: number
    }
  | { readonly name: 'registered'; readonly expiresSeconds: number; readonly until: number }
  | {
      readonly name: 'waiting'
      readonly expiresSeconds: number
      readonly failures: number
      readonly until: number
      readonly why: string
    }

/** `at` is in milliseconds since the Unix epoch; `chance` in 0…1 spreads the retries of many boxes. */
export type RegistrationEvent =
  | { readonly type: 'start'; readonly expiresSeconds: number }
  | { readonly type: 'accepted'; readonly at: number; readonly grantedSeconds: number | undefined }
  | {
      readonly type: 'refused'
      readonly at: number
      readonly status: number
      readonly why: string
      readonly minExpiresSeconds: number | undefined
      readonly retryAfterSeconds: number | undefined
      readonly chance: number
    }
  | { readonly type: 'due' }
  /** Where it was registered nobody answers any more. */
  | { readonly type: 'lost' }
  /** The provider has an address of ours that is no longer the right one, or there is a network now. */
  | { readonly type: 'moved' }
  | { readonly type: 'stop'; readonly at: number }

export type RegistrationAction =
  | { readonly do: 'register'; readonly expiresSeconds: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'unregister' }

export type RegistrationStep = readonly [RegistrationState, ...RegistrationAction[]]

const firstRetryMs = 1_000
const longestRetryMs = 60_000
/** Enough to spread many boxes, and little enough that a provider back from the dead is found within the minute. */
const longestSpreadMs = 2_000
const longestRetryAfterMs = 300_000
/** Whatever was granted: a registration that the provider has lost is found again within the day. */
const longestRefreshMs = 12 * 3_600_000
/** No registrar means it when it wants more. */
const longestMinExpiresSeconds = 86_400
/** The provider will not change its mind soon; asking often gets the address banned. */
const credentialsRefused = new Set([401, 403, 404, 407])

export function nextRegistration(state: RegistrationState, event: RegistrationEvent): RegistrationStep {
  switch (event.type) {
    case 'start':
      if (state.name === 'idle') return registering(event.expiresSeconds, 0, 0)
      break
    case 'accepted':
      if (state.name === 'registering') return accepted(state.expiresSeconds, event)
      break
    case 'refused':
      if (state.name === 'registering') return refused(state, event)
      break
    case 'due':
    case 'moved':
      if (state.name === 'registered') return registering(state.expiresSeconds, 0, state.until)
      if (state.name === 'waiting') return registering(state.expiresSeconds, state.failures, state.until)
      break
    case 'lost':
      if (state.name === 'registered') return registering(state.expiresSeconds, 0, state.until)
      break
    case 'stop':
      if (holdsUntil(state) > event.at) return [{ name: 'idle' }, { do: 'unregister' }]
      return [{ name: 'idle' }]
  }
  return [state]
}

/** Until when the provider will send calls here; 0 when it will not. */
export function holdsUntil(state: RegistrationState): number {
  return state.name === 'idle' ? 0 : state.until
}

function registering(expiresSeconds: number, failures: number, until: number): RegistrationStep {
  return [
    { name: 'registering', expiresSeconds, failures, until },
    { do: 'register', expiresSeconds },
  ]
}

function accepted(
  askedSeconds: number,
  { at, grantedSeconds }: Extract<RegistrationEvent, { type: 'accepted' }>,
): RegistrationStep {
  const seconds = Math.max(1, grantedSeconds ?? askedSeconds)
  const state: RegistrationState = {
    name: 'registered',
    expiresSeconds: askedSeconds,
    until: at + seconds * 1_000,
  }
  return [state, { do: 'wait', ms: Math.min(seconds * 500, longestRefreshMs) }]
}

function refused(
  state: Extract<RegistrationState, { name: 'registering' }>,
  event: Extract<RegistrationEvent, { type: 'refused' }>,
): RegistrationStep {
  const { minExpiresSeconds: least } = event
  // RFC 3261 §10.2.8: ask again at once for as long as the registrar wants; only if that is news to us.
  const isNews = least !== undefined && least > state.expiresSeconds && least <= longestMinExpiresSeconds
  if (event.status === 423 && isNews) {
    return registering(least, state.failures, state.until)
  }
  const failures = state.failures + 1
  const waiting: RegistrationState = {
    name: 'waiting',
    expiresSeconds: state.expiresSeconds,
    failures,
    until: state.until,
    why: event.why,
  }
  return [waiting, { do: 'wait', ms: retryMs(failures, event) }]
}

function retryMs(
  failures: number,
  { status, retryAfterSeconds, chance }: Extract<RegistrationEvent, { type: 'refused' }>,
): number {
  const doubled = firstRetryMs * 2 ** Math.min(failures - 1, 10)
  const ceiling = credentialsRefused.has(status) ? longestRetryMs : Math.min(doubled, longestRetryMs)
  const spread = Math.min(ceiling / 4, longestSpreadMs) * chance
  return Math.max(
    Math.round(ceiling - spread),
    Math.min((retryAfterSeconds ?? 0) * 1_000, longestRetryAfterMs),
  )
}
