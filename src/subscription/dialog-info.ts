import type { UserCall } from './neighbours.ts'

export const dialogInfoType = 'application/dialog-info+xml'

export interface DialogInfo {
  /** URI of the watched user as the subscriber named it. */
  readonly entity: string
  readonly version: number
  readonly calls: readonly UserCall[]
  /** Ids of dialogs that the subscriber was told of and that are over. */
  readonly ended: readonly string[]
}

/** A full-state document (RFC 4235 §4). Who talks to whom is nobody's business: it has no remote party, tags or Call-ID. */
export function printDialogInfo({ entity, version, calls, ended }: DialogInfo): string {
  const dialogs = [
    ...calls.map(({ id, direction, state }) => {
      return `<dialog id="${attribute(id)}" direction="${direction}"><state>${state}</state></dialog>\n`
    }),
    ...ended.map((id) => `<dialog id="${attribute(id)}"><state>terminated</state></dialog>\n`),
  ]
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="full" ` +
    `entity="${attribute(entity)}">\n${dialogs.join('')}</dialog-info>\n`
  )
}

/** Of a notifier's document, what the one who goes on in its place must know. */
export interface HeardDialogInfo {
  readonly version: number
  readonly entity: string | undefined
  /** Dialogs that are not over. */
  readonly open: readonly string[]
}

const mostDialogs = 32

/** Reads a document as PBXs write them; undefined when it is none. */
export function readDialogInfo(body: string): HeardDialogInfo | undefined {
  const head = /<(?:[\w-]+:)?dialog-info\b([^>]*)>/.exec(body)
  const version = /\bversion\s*=\s*["'](\d{1,10})["']/.exec(head?.[1] ?? '')?.[1]
  if (version === undefined) return undefined
  const entity = /\bentity\s*=\s*(["'])(.*?)\1/.exec(head?.[1] ?? '')?.[2]
  const open: string[] = []
  for (const [, start = '', content = ''] of body.matchAll(dialogElement)) {
    const id = /\bid\s*=\s*(["'])(.*?)\1/.exec(start)?.[2]
    const isOver = />\s*terminated\s*</.test(content)
    if (id !== undefined && !isOver && open.length < mostDialogs) open.push(unescaped(id))
  }
  return { version: Number(version), entity: entity === undefined ? undefined : unescaped(entity), open }
}

const dialogElement = /<(?:[\w-]+:)?dialog(\s[^>]*)>(.*?)<\/(?:[\w-]+:)?dialog>/gs

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

// XML 1.0 §2.2: control characters cannot be written at all.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const unprintable = /[\u0000-\u001f\u007f\ufffe\uffff]/g

function attribute(text: string): string {
  return text.replace(unprintable, '').replace(/[&<>"]/g, (character) => escapes[character] ?? '')
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => entities[name] ?? '')
}
