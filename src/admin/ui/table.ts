import { html } from 'hono/html'

export type Markup = ReturnType<typeof html>

/** A section with a table; nothing when it is empty and there is nothing to say of that. */
export function table(
  title: string | Markup,
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
