import { html } from 'hono/html'
import type { BoxView } from '../box-view.ts'
import { age } from './age.ts'
import { button } from './button.ts'
import { sheet } from './sheet.ts'
import { type Markup, table } from './table.ts'

/** The one page: what the box is doing, live by server-sent events, readable without JavaScript too. */
export function page(box: BoxView): Markup {
  const { name } = box.status()
  return sheet(
    name,
    html`
    <main id="live">${livePart(box)}</main>
    <script>
      const live = document.getElementById('live')
      const events = new EventSource('/live')
      events.addEventListener('box', (event) => { live.innerHTML = event.data })
      events.addEventListener('error', () => document.body.classList.add('lost'))
      events.addEventListener('open', () => document.body.classList.remove('lost'))
    </script>
`,
  )
}

/** The part of the page that changes. */
export function livePart(box: BoxView): Markup {
  const status = box.status()
  return html`
    <header>
      <h1>${status.name}</h1>
      <p>${status.domains.join(', ')} · up ${age(status.startedAt)} · Causeway ${status.version} ·
        <a href="/outside">telephone network</a> · <a href="/survival">survival</a></p>
      <p class="lost-note">The box does not answer; the page shows its last state.</p>
    </header>
    <section class="parts">
      ${status.parts.map((part) => html`<div class="part ${part.state}"><b>${part.name}</b> ${part.text}</div>`)}
    </section>
    ${table(
      `Calls now (${status.callsNow})`,
      ['from', 'to', 'way', 'state', 'for'],
      box
        .callsNow()
        .slice(0, 50)
        .map((call) => [
          ladderLink(call, call.from),
          call.to,
          call.path ?? '',
          call.state,
          age(call.answeredAt ?? call.startedAt),
        ]),
      'no calls',
    )}
    ${table(
      html`<a href="/survival">PBX</a>`,
      ['name', 'domain', 'state', 'since', 'why'],
      box.pbxs().map((pbx) => [pbx.name, pbx.domain, pbx.state, age(pbx.since), pbx.why]),
    )}
    ${urgent(box)}
    ${table(
      html`<a href="/outside">Trunks</a>`,
      ['name', 'state', 'calls', 'detail'],
      box
        .trunks()
        .map((trunk) => [
          trunk.name,
          trunk.state.state,
          `${trunk.calls} of ${trunk.maxCalls}`,
          trunk.state.text,
        ]),
    )}
    ${box.overlays().map(
      ({ domain, health, facts, peers }) => html`<section>
        <h2><a href="/overlay">Overlay ${domain}</a>: ${health.text}</h2>
        <p>${
          peers.length === 0
            ? 'no other boxes yet: "causeway overlay invite" prints a ticket for one'
            : `${facts.connectedPeers} of ${facts.knownPeers} other boxes connected`
        }</p>
      </section>`,
    )}
    ${table(
      `Phones (${status.bindings})`,
      ['user', 'contact', 'comes from', 'phone', 'expires in'],
      box
        .bindings()
        .slice(0, 100)
        .map((binding) => [
          binding.aor,
          binding.contact,
          `${binding.source.transport} ${binding.source.address}:${binding.source.port}`,
          binding.userAgent ?? '',
          `${Math.max(0, Math.round((binding.expiresAt - Date.now()) / 1000))} s`,
        ]),
      'no phone has registered',
    )}
    ${table(
      'Last calls',
      ['time', 'from', 'to', 'way', 'result', 'seconds', 'cause'],
      box
        .recentCalls(50)
        .map((call) => [
          ladderLink(call, new Date(call.startedAt).toISOString().slice(11, 19)),
          call.from,
          call.to,
          call.path ?? '',
          String(call.status),
          call.answeredAt && call.endedAt ? String(Math.round((call.endedAt - call.answeredAt) / 1000)) : '',
          call.cause,
        ]),
      'none yet',
    )}
    ${table(
      'Banned',
      ['address', 'until', ''],
      box
        .bans()
        .map(({ address, until }) => [
          address,
          new Date(until).toISOString(),
          button('/release-ban', 'address', address, 'Release'),
        ]),
    )}
  `
}

/** What a person should look at now. */
function urgent({ outside, survival }: BoxView): Markup | '' {
  const calls = outside
    .emergencies()
    .filter(({ isAcknowledged, isTest }) => !isAcknowledged && !isTest).length
  const blocks = outside.blocks().length
  const gone = survival.pbxs.view().filter(({ outage }) => outage !== undefined)
  if (calls === 0 && blocks === 0 && gone.length === 0) return ''
  return html`<section class="parts">
    ${calls > 0 ? html`<a class="part failed" href="/outside"><b>calls for help</b> ${String(calls)} not seen yet</a>` : ''}
    ${blocks > 0 ? html`<a class="part degraded" href="/outside"><b>blocked</b> ${String(blocks)} may not call outside</a>` : ''}
    ${gone.map(({ name }) => html`<a class="part failed" href="/survival"><b>PBX ${name}</b> is gone: the box stands in</a>`)}
  </section>`
}

function ladderLink({ id }: { readonly id: string }, text: string): Markup {
  return html`<a href="/calls/${encodeURIComponent(id)}">${text}</a>`
}
