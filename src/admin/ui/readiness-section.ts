import { html } from 'hono/html'
import type { ExtensionReadiness, Readiness } from '../../survival/knowledge/readiness.ts'
import { type Markup, table } from './table.ts'

const mostRows = 200
const order = ['fails', 'partly', 'works'] as const

/** What would work for each extension if its PBX died now; what would not comes first. */
export function readinessSection(readiness: readonly Readiness[]): Markup {
  return html`${readiness.map(onePbx)}`
}

function onePbx({ pbx, extensions, faults, remarks }: Readiness): Markup {
  const sorted = order.flatMap((grade) => extensions.filter((extension) => extension.grade === grade))
  const counts = order.map(
    (grade) => `${extensions.filter((each) => each.grade === grade).length} ${words[grade]}`,
  )
  return html`
    ${table(
      `Without ${pbx}: ${counts.toReversed().join(', ')}`,
      ['extension', 'name', '', 'what to know'],
      sorted.slice(0, mostRows).map(extensionRow),
      'no extension is known: "causeway survival import" reads them from the PBX',
    )}
    ${sorted.length > mostRows ? html`<p class="empty">and ${sorted.length - mostRows} more</p>` : ''}
    ${[...faults, ...remarks].length > 0 ? html`<ul>${[...faults, ...remarks].map((text) => html`<li>${text}</li>`)}</ul>` : ''}`
}

const words = { fails: 'without service', partly: 'in part', works: 'work' } as const

/** Of what works nothing need be said. */
function extensionRow({ aor, displayName, grade, checks }: ExtensionReadiness): (string | Markup)[] {
  const wanting = checks.filter((check) => check.grade !== 'works')
  const texts = wanting.map(({ what, text }) => html`<div><b>${what}</b>: ${text}</div>`)
  return [aor.replace(/^sip:/, ''), displayName ?? '', words[grade], html`${texts}`]
}
