import { Hono } from 'hono'
import type { BoxView } from './box-view.ts'
import { pbxPages } from './pbx-pages.ts'
import { rehearsalPages } from './rehearsal-pages.ts'
import { outagePage } from './ui/outage-section.ts'
import { survivalPage } from './ui/survival-page.ts'

/** `/survival`: the page of the PBXs and what happens without them, and its buttons. */
export function survivalRoutes(box: BoxView): Hono {
  const pages = new Hono()
  const { pbxs, rehearsals, outages } = box.survival
  pages.get('/', async (context) => context.html(await survivalPage(box)))
  pages.get('/outages/:id', async (context) => {
    const report = await outages.find(context.req.param('id'))
    return report
      ? context.html(outagePage(report))
      : context.text('no report of such an outage is kept', 404)
  })
  pages.route('/pbxs', pbxPages(pbxs))
  const names = () => pbxs.view().map(({ name }) => name)
  pages.route('/rehearsals', rehearsalPages(rehearsals, names))
  return pages
}
