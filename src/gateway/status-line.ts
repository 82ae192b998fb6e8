import type { BoxView } from '../admin/box-view.ts'
import { wallClock } from '../domain/wall-clock.ts'

const mostTroubles = 4

/** `normal: 3 phones, 1 call; PBX main: survival since 12:03`. Of many troubles the first few are named. */
export function statusLine(
  box: Pick<BoxView, 'status' | 'pbxs' | 'trunks'>,
  isStopping: boolean,
  timeZone?: string,
): string {
  const { bindings, callsNow, parts } = box.status()
  const work = `${count(bindings, 'phone')}, ${count(callsNow, 'call')}`
  if (isStopping) return `stopping: no new calls, ${count(callsNow, 'call')} left`
  const pbxs = box.pbxs().filter(({ state }) => state !== 'normal')
  const troubles = [
    ...pbxs.map(({ name, state, since }) => `PBX ${name}: ${state} since ${time(since, timeZone)}`),
    ...[...parts, ...box.trunks().map(({ name, state }) => ({ ...state, name: `trunk ${name}` }))]
      .filter(({ state }) => state === 'failed' || state === 'degraded')
      .map(({ name, text }) => `${name}: ${text}`),
  ]
  const isStandingIn = pbxs.some(({ state }) => state === 'survival' || state === 'returning')
  const state = isStandingIn ? 'survival' : troubles.length > 0 ? 'degraded' : 'normal'
  const unnamed = troubles.length - mostTroubles
  return [
    `${state}: ${work}`,
    ...troubles.slice(0, mostTroubles),
    ...(unnamed > 0 ? [`and ${unnamed} more`] : []),
  ].join('; ')
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`
}

function time(at: number, timeZone: string | undefined): string {
  const { minute } = wallClock(at, timeZone)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`
}
