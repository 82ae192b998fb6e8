import { html, raw } from 'hono/html'
import type { LadderMessage } from '../box-view.ts'
import { type Ladder, ladderOf, type Rung } from './ladder.ts'
import { sheet } from './sheet.ts'

type Markup = ReturnType<typeof html>

const columnWidth = 280
const rungHeight = 34
const headHeight = 40
const leftMargin = 90
/** Characters of a label that fit between two columns. */
const labelLength = 40

const ladderStyle = raw(`
svg { max-width: 100%; height: auto; font: 12px system-ui, sans-serif; }
svg text { fill: currentColor; } svg line { stroke: currentColor; } svg .life { opacity: .25; }
svg .repeat { opacity: .5; stroke-dasharray: 4 3; } svg .at { opacity: .6; }
summary { cursor: pointer; } pre { overflow-x: auto; font-size: .85rem; background: #8881; padding: .5rem; }
`)

/** The messages of one call as a ladder, and each of them as text. Needs no JavaScript. */
export function ladderPage(id: string, messages: readonly LadderMessage[]): Markup {
  const ladder = ladderOf(messages)
  return sheet(
    `Call ${id}`,
    html`
    <header><h1>Call</h1><p>${id}</p><p><a href="/">back</a></p></header>
    ${
      messages.length === 0
        ? html`<p class="empty">No messages of this call are in memory any more.</p>`
        : html`${drawing(ladder)}<section><h2>Messages</h2>${ladder.rungs.map(asText)}</section>`
    }
`,
    html`<style>${ladderStyle}</style>`,
  )
}

function drawing({ columns, rungs }: Ladder): Markup {
  const width = leftMargin + columns.length * columnWidth
  const height = headHeight + (rungs.length + 1) * rungHeight
  return html`<svg viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="Ladder of messages">
    <defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">
      <path d="M0 0 L8 4 L0 8 z" fill="currentColor" /></marker></defs>
    ${columns.map(
      (name, column) => html`<text x="${middle(column)}" y="18" text-anchor="middle">${name}</text>
      <line class="life" x1="${middle(column)}" x2="${middle(column)}" y1="26" y2="${height}" />`,
    )}
    ${rungs.map(arrow)}
  </svg>`
}

function arrow(rung: Rung, row: number): Markup {
  const y = headHeight + (row + 0.8) * rungHeight
  const [from, to] = [middle(rung.from), middle(rung.to)]
  return html`<text class="at" x="0" y="${y}">+${rung.atMs} ms</text>
    <text x="${(from + to) / 2}" y="${y - 5}" text-anchor="middle">${shortened(rung.label)}</text>
    <line class="${rung.isRepeat ? 'repeat' : ''}" x1="${from}" x2="${to}" y1="${y}" y2="${y}" marker-end="url(#tip)" />`
}

function asText({ message, label, atMs }: Rung): Markup {
  const { direction, transport, local, remote, text, bytes } = message
  const way = direction === 'in' ? `${remote} → ${local}` : `${local} → ${remote}`
  return html`<details><summary>+${atMs} ms ${way} ${transport}: ${label}</summary>
    <pre>${text}</pre><p class="empty">${new Date(message.at).toISOString()}, ${bytes} bytes</p></details>`
}

function middle(column: number): number {
  return leftMargin + (column + 0.5) * columnWidth
}

function shortened(label: string): string {
  return label.length > labelLength ? `${label.slice(0, labelLength - 1)}…` : label
}
