import { html } from 'hono/html'
import type { PbxView } from '../../survival/health/pbx-view.ts'
import type { PbxControl } from '../pbx-control.ts'
import { age } from './age.ts'
import { button } from './button.ts'
import { type Markup, table } from './table.ts'

const shown = { normal: 'good', suspect: 'degraded', survival: 'failed', returning: 'degraded' } as const

/** How each PBX is and why, what is wrong around the box, and a person's word about it. */
export function pbxSection(pbxs: PbxControl): Markup {
  return html`
    <section class="parts">
      ${pbxs.view().map((pbx) => html`<div class="part ${shown[pbx.state]}"><b>${pbx.name}</b> ${pbx.state}</div>`)}
      ${pbxs.faults().map(({ text }) => html`<div class="part failed">${text}</div>`)}
    </section>
    ${table(
      'PBXs',
      ['name', 'domain', 'state', 'since', 'why', ''],
      pbxs
        .view()
        .map((pbx) => [
          pbx.name,
          pbx.domain,
          stateText(pbx),
          `${age(pbx.since)} ago`,
          whyText(pbx),
          orders(pbx),
        ]),
      'none: add them under "pbxs:"',
    )}`
}

function stateText({ state, lock }: PbxView): string {
  return lock
    ? `${state}, locked by ${lock.by} until ${new Date(lock.until).toISOString().slice(0, 16)}Z`
    : state
}

function whyText({ why, outage, lock }: PbxView): string {
  if (!outage) return why
  const { cause, endsAt } = outage
  const seconds = endsAt === undefined ? 0 : Math.max(0, Math.round((endsAt - Date.now()) / 1_000))
  return endsAt === undefined || lock?.to === 'survival'
    ? `${cause}: ${why}`
    : `${cause}: it answers again, and gets the calls in ${seconds} s`
}

/** What makes sense now. */
function orders({ name, state, lock }: PbxView): Markup {
  const order = (path: string, label: string) => button(`/survival/pbxs/${path}`, 'pbx', name, label)
  if (lock) return order('unlock', 'Unlock')
  const isGone = state === 'survival' || state === 'returning'
  return isGone
    ? html`${order('switch/normal', 'Use the PBX again')}${order('lock/survival', 'Stay without it for 12 hours')}`
    : html`${order('switch/survival', 'Stand in now')}${order('lock/normal', 'Do not stand in for 12 hours')}`
}
