import { html } from 'hono/html'
import type { Markup } from './table.ts'

/** A button that posts one field, without JavaScript. */
export function button(action: string, field: string, value: string, label: string): Markup {
  return html`<form method="post" action="${action}">
    <input type="hidden" name="${field}" value="${value}" /><button>${label}</button>
  </form>`
}
