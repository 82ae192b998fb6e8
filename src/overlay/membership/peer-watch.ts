/**
 * What this box thinks of the answers of one peer. All times are waking time in milliseconds; `since` is when the
 * oldest ping went out that has no answer yet.
 */
export type PeerWatch =
  | { readonly name: 'answering' }
  | { readonly name: 'awaited'; readonly since: number }
  /** Too late; others were asked to reach it. */
  | { readonly name: 'doubted'; readonly since: number }
  /** Others reach it. If its answer does not come in a moment, it is the path from here that is dead. */
  | { readonly name: 'cut-off'; readonly since: number; readonly until: number }

export type WatchEvent =
  | { readonly type: 'pinged'; readonly at: number }
  | { readonly type: 'answered' }
  | { readonly type: 'tick'; readonly at: number; readonly limits: WatchLimits }
  | { readonly type: 'others-reach-it'; readonly at: number; readonly since: number }
  | { readonly type: 'others-do-not'; readonly since: number }

export type WatchAction =
  /** SWIM's indirect ping (Das, Gupta, Motivala 2002, §3.1). */
  | { readonly do: 'ask-others' }
  | { readonly do: 'spread-doubt' }
  /** `path`: the box lives, but not for this one. */
  | { readonly do: 'drop'; readonly because: 'silent' | 'path' }

export interface WatchLimits {
  readonly doubtAfter: number
  readonly dropAfter: number
}

export const answering: PeerWatch = { name: 'answering' }

const usualDoubt = 1_000
/** Longer than the two seconds for which a busy box may stand still. */
const usualPatience = 4_000
/** A call waits for the path to be found dead. */
const patienceWhenInUse = 2_250
const lateAnswerMayTake = 500

/** `roundTripMs` as measured so far. */
export function watchLimits(roundTripMs: number, isInUse: boolean): WatchLimits {
  const doubtAfter = Math.max(usualDoubt, 3 * roundTripMs)
  const patience = isInUse ? patienceWhenInUse : usualPatience
  return { doubtAfter, dropAfter: Math.max(patience, doubtAfter + usualDoubt) }
}

/** The next state and what to do. What does not concern the state leaves it as it is. */
export function nextWatch(watch: PeerWatch, event: WatchEvent): readonly [PeerWatch, ...WatchAction[]] {
  if (event.type === 'answered') return [answering]
  switch (watch.name) {
    case 'answering':
      if (event.type === 'pinged') return [{ name: 'awaited', since: event.at }]
      break
    case 'awaited':
      if (event.type === 'tick' && event.at - watch.since >= event.limits.doubtAfter)
        return [{ name: 'doubted', since: watch.since }, { do: 'ask-others' }]
      break
    case 'doubted':
      if (event.type === 'tick' && event.at - watch.since >= event.limits.dropAfter)
        return [answering, { do: 'drop', because: 'silent' }]
      if (event.type === 'others-reach-it' && event.since === watch.since)
        return [{ name: 'cut-off', since: watch.since, until: event.at + lateAnswerMayTake }]
      if (event.type === 'others-do-not' && event.since === watch.since)
        return [watch, { do: 'spread-doubt' }]
      break
    case 'cut-off':
      if (event.type === 'tick' && event.at >= watch.until)
        return [answering, { do: 'drop', because: 'path' }]
      break
  }
  return [watch]
}
