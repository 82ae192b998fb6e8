import { html } from 'hono/html'
import type { BoxView } from '../box-view.ts'
import { style } from './style.ts'

type Markup = ReturnType<typeof html>

/** The one page: what the box is doing, live by server-sent events, readable without JavaScript too. */
export async function page(box: BoxView): Promise<Markup> {
  const { name } = box.status()
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${name} · Causeway</title>
    <style>${style}</style>
  </head>
  <body>
    <main id="live">${await livePart(box)}</main>
    <script>
      const live = document.getElementById('live')
      const events = new EventSource('/live')
      events.addEventListener('box', (event) => { live.innerHTML = event.data })
      events.addEventListener('error', () => document.body.classList.add('lost'))
      events.addEventListener('open', () => document.body.classList.remove('lost'))
    </script>
  </body>
</html>`
}

/** The part of the page that changes. */
export async function livePart(box: BoxView): Promise<Markup> {
  const status = box.status()
  const overlays = await box.overlays()
  return html`
    <header>
      <h1>${status.name}</h1>
      <p>${status.domains.join(', ')} · up ${age(status.startedAt)} · Causeway ${status.version}</p>
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
      'PBX',
      ['name', 'domain', 'state', 'since', 'why'],
      box.pbxs().map((pbx) => [pbx.name, pbx.domain, pbx.state, age(pbx.since), pbx.why]),
    )}
    ${table(
      'Trunks',
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
    ${overlays.map((overlay) =>
      table(
        `Overlay ${overlay.domain}: ${overlay.health.text}`,
        ['peer', 'connected', 'round trip', 'found by'],
        overlay.peers.map((peer) => [
          peer.peerName,
          peer.connected ? 'yes' : 'no',
          peer.roundTripMs === undefined ? '' : `${peer.roundTripMs.toFixed(1)} ms`,
          peer.foundBy,
        ]),
        'no other boxes yet: "causeway overlay invite" prints a ticket for one',
      ),
    )}
    ${table(
      'Offered by other boxes',
      ['peer', 'what', 'detail'],
      overlays
        .flatMap(({ services }) => services)
        .map((service) => [service.peerName, service.kind, service.text]),
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
      ['address', 'until'],
      box.bans().map((ban) => [ban.address, new Date(ban.until).toISOString()]),
    )}
  `
}

function table(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly (string | Markup)[])[],
  whenEmpty?: string,
): Markup | '' {
  if (rows.length === 0 && whenEmpty === undefined) return ''
  return html`<section>
    <h2>${title}</h2>
    ${
      rows.length === 0
        ? html`<p class="empty">${whenEmpty}</p>`
        : html`<table>
          <thead><tr>${columns.map((column) => html`<th>${column}</th>`)}</tr></thead>
          <tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
        </table>`
    }
  </section>`
}

function ladderLink({ id }: { readonly id: string }, text: string): Markup {
  return html`<a href="/calls/${encodeURIComponent(id)}">${text}</a>`
}

function age(since: number): string {
  const seconds = Math.max(0, Math.round((Date.now() - since) / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`
  return `${Math.floor(seconds / 86_400)} days`
}
