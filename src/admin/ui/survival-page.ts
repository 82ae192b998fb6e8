import { html } from 'hono/html'
import type { BoxView } from '../box-view.ts'
import { outageSection } from './outage-section.ts'
import { pbxSection } from './pbx-section.ts'
import { readinessSection } from './readiness-section.ts'
import { rehearsalSection } from './rehearsal-section.ts'
import { sheet } from './sheet.ts'
import type { Markup } from './table.ts'

const mostOutages = 20

/** The PBXs, and what happens, happened and would happen without them. */
export async function survivalPage(box: BoxView): Promise<Markup> {
  const { name } = box.status()
  const { pbxs, outages, rehearsals, extensions } = box.survival
  const names = pbxs.view().map((pbx) => pbx.name)
  const reports = await outages.list(mostOutages)
  return sheet(
    `Survival · ${name}`,
    html`
    <header><h1>Survival</h1><p>${name} · <a href="/">back</a></p></header>
    ${pbxSection(pbxs)}
    ${outageSection(reports)}
    ${rehearsalSection(rehearsals, names)}
    ${readinessSection(extensions.readiness())}
`,
    html`<meta http-equiv="refresh" content="10" />`,
  )
}
