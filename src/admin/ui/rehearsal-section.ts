import { html } from 'hono/html'
import type { PassSheet } from '../../survival/rehearsal/pass-sheet.ts'
import { printPassSheet, verdictText } from '../../survival/rehearsal/pass-sheet-text.ts'
import type { RehearsalsView } from '../rehearsals-view.ts'
import { button } from './button.ts'
import { sheet } from './sheet.ts'
import { type Markup, table } from './table.ts'

const mostSheets = 10

/** The last rehearsals, and the form for another one. `pbxs`: names. */
export function rehearsalSection(rehearsals: RehearsalsView, pbxs: readonly string[]): Markup | '' {
  if (pbxs.length === 0) return ''
  return html`
    ${table(
      html`Rehearsals · <a href="/survival/rehearsals/new">new</a>`,
      ['began', 'PBX', 'group', 'by', 'verdict', ''],
      rehearsals.recent().slice(0, mostSheets).map(rehearsalRow),
      'none yet',
    )}`
}

function rehearsalRow(pass: PassSheet): (string | Markup)[] {
  const { id, pbx, group = '', by, startedAt, phase } = pass
  const began = new Date(startedAt).toISOString().slice(0, 16).replace('T', ' ')
  const stop = phase === 'away' ? button('/survival/rehearsals/stop', 'id', id, 'End it') : ''
  const link = html`<a href="/survival/rehearsals/${encodeURIComponent(id)}">${began}Z</a>`
  return [link, pbx, group, by, verdictText(pass), html`${stop}`]
}

/** One pass sheet as it is printed. */
export function passSheetPage(pass: PassSheet): Markup {
  return sheet(
    `Rehearsal ${pass.id}`,
    html`
    <header><h1>Rehearsal</h1><p><a href="/survival">back</a></p></header>
    <pre>${printPassSheet(pass)}</pre>
`,
  )
}

/** What a person is asked before a rehearsal. */
export function newRehearsalPage(pbxs: readonly string[]): Markup {
  return sheet(
    'New rehearsal',
    html`
    <header><h1>New rehearsal</h1><p><a href="/survival">back</a></p></header>
    <p>For the chosen phones the box acts as if the PBX were gone. They notice nothing; any real need ends it at once.</p>
    <form method="post" action="/survival/rehearsals">
      <p><label>PBX <select name="pbx">${pbxs.map((name) => html`<option>${name}</option>`)}</select></label></p>
      <p><label>Phone group <input name="group" maxlength="100" placeholder="all users" /></label></p>
      <p><label>Minutes <input name="minutes" type="number" min="1" max="60" value="5" required /></label></p>
      <button>Begin</button>
    </form>
`,
  )
}
