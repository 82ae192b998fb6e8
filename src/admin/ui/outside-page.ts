import { html } from 'hono/html'
import type { AsteriskChannelState } from '../asterisk-orders.ts'
import type { BoxView } from '../box-view.ts'
import type { BlockState, EmergencyState, OutsideView } from '../outside-view.ts'
import { age } from './age.ts'
import { button } from './button.ts'
import { sheet } from './sheet.ts'
import { type Markup, table } from './table.ts'

const mostChannels = 100

/** The telephone network as the box sees it: calls for help, blocked callers, trunks, Asterisks, notices. */
export function outsidePage(box: BoxView): Markup {
  const { name } = box.status()
  return sheet(
    `Telephone network · ${name}`,
    html`
    <header><h1>Telephone network</h1><p>${name} · <a href="/">back</a></p></header>
    ${outsideSections(box.outside)}
`,
    html`<meta http-equiv="refresh" content="10" />`,
  )
}

/** What needs a person comes first. */
function outsideSections(outside: OutsideView): Markup {
  return html`
    ${table(
      'Calls for help',
      ['when', 'number', 'caller', 'where', 'what became of it', ''],
      outside.emergencies().map(emergencyRow),
      'none since the start',
    )}
    ${table(
      'Blocked: may not call outside',
      ['who', 'since', 'why', ''],
      outside.blocks().map(blockRow),
      'nobody',
    )}
    ${table(
      'Trunks',
      ['name', 'state', 'calls', 'detail'],
      outside
        .trunks()
        .map(({ name, state, calls, maxCalls }) => [
          name,
          state.state,
          `${calls} of ${maxCalls}`,
          state.text,
        ]),
      'none: add them under "trunks:"',
    )}
    ${table(
      'Asterisks',
      ['name', 'state', 'endpoints', 'contacts', 'channels', 'detail'],
      outside
        .asterisks()
        .map(({ name, state, endpoints, contacts, channels }) => [
          ...[name, state.state, String(endpoints), String(contacts), String(channels), state.text],
        ]),
    )}
    ${table(
      'Calls at the Asterisks',
      ['asterisk', 'channel', 'caller', 'dialled', ''],
      outside.asterisks().flatMap(({ name }) => channelRows(name, outside)),
    )}
    ${table(
      'Notices',
      ['to', 'waiting', 'given up', 'last trouble'],
      outside
        .noticeTargets()
        .map(({ target, waiting, dropped, lastError }) => [
          ...[target, String(waiting), String(dropped), lastError ?? ''],
        ]),
    )}`
}

function emergencyRow(call: EmergencyState): (string | Markup)[] {
  const number = call.isTest ? `${call.number} (test)` : call.number
  const what = [`${age(call.at)} ago`, number, call.caller, call.location, call.text]
  return [...what, call.isAcknowledged ? 'seen' : button('/outside/acknowledge', 'id', call.id, 'Seen')]
}

function blockRow({ payer, since, why }: BlockState): (string | Markup)[] {
  return [payer, `${age(since)} ago`, why, button('/outside/release', 'payer', payer, 'Release')]
}

function channelRows(asterisk: string, { asteriskOrders }: OutsideView): (string | Markup)[][] {
  const answer = asteriskOrders.channels(asterisk)
  if (answer.kind !== 'done') return []
  return answer.value.slice(0, mostChannels).map((each) => channelRow(asterisk, each))
}

function channelRow(asterisk: string, { name, caller, dialled }: AsteriskChannelState): (string | Markup)[] {
  const hangUp = button(`/outside/hang-up/${asterisk}`, 'channel', name, 'Hang up')
  return [asterisk, name, caller ?? '', dialled ?? '', hangUp]
}
