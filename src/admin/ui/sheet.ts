import { html } from 'hono/html'
import { style } from './style.ts'
import type { Markup } from './table.ts'

/** A whole page: its title, what it shows, and what it needs in its head besides the common style. */
export function sheet(title: string, body: Markup, head: Markup | '' = ''): Markup {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title} · Causeway</title>
    <style>${style}</style>
    ${head}
  </head>
  <body>
    ${body}
  </body>
</html>`
}
