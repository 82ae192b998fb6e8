import { html } from 'hono/html'
import type { BoxView } from '../box-view.ts'
import type { OverlayView, ServiceView, TraceView } from '../overlay-view.ts'
import { age } from './age.ts'
import { sheet } from './sheet.ts'
import { type Markup, table } from './table.ts'

/** The overlays of the box: health, boxes, services, refused claims; with `aor` also who holds that user's record. */
export async function overlayPage(box: BoxView, aor: string | undefined): Promise<Markup> {
  const [services, traces] = await Promise.all([
    box.askOverlay.services(undefined),
    aor === undefined ? [] : box.askOverlay.trace(aor),
  ])
  return sheet(
    `Overlay · ${box.status().name}`,
    html`
    <header><h1>Overlay</h1><p>${box.status().name} · <a href="/">back</a></p></header>
    ${box.overlays().map(overlaySection)}
    ${table('Services, the one to use first first', serviceColumns, services.map(serviceRow))}
    <section>
      <h2>Where is a user?</h2>
      <form method="get" action="/overlay">
        <input name="aor" placeholder="user@domain" required value="${aor ?? ''}" /> <button>Look</button>
      </form>
      ${traces.map(traceSection)}
      ${aor !== undefined && traces.length === 0 ? html`<p class="empty">That is no name of a user.</p>` : ''}
    </section>
`,
  )
}

function overlaySection(overlay: OverlayView): Markup {
  const { domain, peerName, health, facts, peers, refusedClaims, copies } = overlay
  return html`<section>
      <h2>${domain}</h2>
      <div class="part ${health.state}"><b>${facts.state}</b> ${facts.why}</div>
      ${table(
        'This box',
        ['what', 'is'],
        [
          ['name', peerName],
          ['last proof', facts.provenAt === undefined ? 'none yet' : `${age(facts.provenAt)} ago`],
          ['found', overlay.bootstrap],
          ['role', `${facts.role}: ${facts.roleReason}`],
          ['records held', String(facts.recordsHeld)],
          ['copies of its own', `${copies.confirmed} of ${copies.wanted}`],
          ['credential', overlay.credentialWarning ?? `valid until ${day(overlay.credentialEndsAt)}`],
          ['clock', overlay.clockWarning ?? 'agrees with those of the other boxes'],
          ['revoked boxes', String(overlay.revokedBoxes)],
        ],
      )}
    </section>
    ${table(
      `Other boxes: ${facts.connectedPeers} of ${facts.knownPeers} connected`,
      ['box', 'connected', 'for', 'round trip', 'role', 'found by', 'address'],
      peers.map((peer) => [
        peer.peerName,
        peer.connected ? (peer.path ?? 'yes') : 'no',
        age(peer.since),
        milliseconds(peer.roundTripMs),
        peer.role,
        peer.foundBy,
        peer.addresses[0] ?? '',
      ]),
      'no other boxes yet: "causeway overlay invite" prints a ticket for one',
    )}
    ${table(
      'Refused claims',
      ['last', 'box that brought it', 'fault', 'why', 'times'],
      refusedClaims.map(({ at, from, fault, reason, times }) => [
        `${age(at)} ago`,
        from,
        fault,
        reason,
        String(times),
      ]),
      'none since the start',
    )}`
}

const serviceColumns = ['service', 'box', 'round trip', 'for', 'room for', 'costs a minute', 'where']

function serviceRow(service: ServiceView): string[] {
  const far = service.isLocal ? 'this box' : service.isReachable ? milliseconds(service.roundTripMs) : 'away'
  return [
    service.kind,
    service.peerName,
    far,
    service.policy,
    String(service.free),
    service.kind === 'pstn' ? String(service.costPerMinute) : '',
    service.text,
  ]
}

function traceSection(view: TraceView): Markup {
  const { overlay, resource, homeBoxes, phoneless, trouble, tookMs, boxes, entries, copiesWanted } = view
  const home = homeBoxes.length > 0 ? `at home at ${homeBoxes.join(', ')}` : 'no box has a phone of that user'
  const known = phoneless.length > 0 ? `; known without a phone at ${phoneless.join(', ')}` : ''
  const found = trouble ?? home + known
  return html`<p>${resource} in ${overlay}: ${found} (${milliseconds(tookMs)})</p>
    ${table(
      'Newest versions',
      ['home box', 'stored', 'state', 'copies'],
      entries.map(({ signer, storedAt, removed, copies }) => [
        signer,
        `${age(storedAt)} ago`,
        removed ? 'removed' : 'valid',
        `${copies} of ${copiesWanted}`,
      ]),
    )}
    ${table(
      'Boxes asked, closest first',
      ['box', 'part', 'path', 'took', 'answer'],
      boxes.map(({ peerName, isSelf, part, path, tookMs: took, trouble, copies }) => [
        isSelf ? `${peerName} (this box)` : peerName,
        part,
        path ?? '',
        milliseconds(took),
        trouble ?? (copies.length === 0 ? 'has nothing' : copies.map(copyText).join('; ')),
      ]),
    )}`
}

function copyText({
  signer,
  storedAt,
  removed,
  isOutdated,
}: TraceView['boxes'][number]['copies'][number]): string {
  const state = removed ? 'removal' : 'record'
  return `${state} of ${signer}, stored ${age(storedAt)} ago${isOutdated ? ', outdated' : ''}`
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? '' : `${value.toFixed(1)} ms`
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}
