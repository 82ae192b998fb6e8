import { describe, expect, test } from 'vitest'
import { printDialogInfo, readDialogInfo } from '../../../src/subscription/dialog-info.ts'

/** As Asterisk writes it (res_pjsip_dialog_info_body_generator). */
const fromAsterisk = `<?xml version="1.0" encoding="UTF-8"?>
<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="7" state="full" entity="sip:202@pbx.example">
 <dialog id="202&amp;1" direction="recipient">
  <remote><identity>sip:201@pbx.example</identity></remote>
  <state>early</state>
 </dialog>
 <dialog id="old">
  <state>terminated</state>
 </dialog>
</dialog-info>`

/** Tags in pairs, attributes in quotes, and no bare `&` or `<` between them. */
function isWellFormed(document: string): boolean {
  const open: string[] = []
  const rest = document.replace(/^<\?xml [^?]*\?>/, '').replace(/<[^>]*>/g, (tag) => {
    const [, slash, name = '', attributes = ''] =
      /^<(\/?)([\w-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*>$/.exec(tag) ?? []
    if (name === '' || /&(?!(amp|lt|gt|quot);)/.test(attributes)) open.push('broken')
    else if (slash === '/') open.push(open.pop() === name ? '' : 'broken')
    else open.push(name)
    if (open.at(-1) === '') open.pop()
    return ''
  })
  return open.length === 0 && rest.trim().replace(/\w+/g, '').trim() === ''
}

describe('a dialog-info document', () => {
  const calls = [{ id: 'c1-b', direction: 'recipient', state: 'early' }] as const

  test('says what a user is in, and what is over', () => {
    const text = printDialogInfo({ entity: 'sip:202@pbx.example', version: 8, calls, ended: ['202'] })
    expect(isWellFormed(text)).toBe(true)
    expect(text).toContain('version="8" state="full" entity="sip:202@pbx.example"')
    expect(text).toContain('<dialog id="c1-b" direction="recipient"><state>early</state></dialog>')
    expect(text).toContain('<dialog id="202"><state>terminated</state></dialog>')
    expect(readDialogInfo(text)).toEqual({ version: 8, entity: 'sip:202@pbx.example', open: ['c1-b'] })
  })

  test('is empty for somebody without calls', () => {
    const text = printDialogInfo({ entity: 'sip:202@pbx.example', version: 0, calls: [], ended: [] })
    expect(isWellFormed(text)).toBe(true)
    expect(text).not.toContain('<dialog ')
  })

  test('stays well-formed whatever a name or a foreign id contains', () => {
    const entity = 'sip:"<&>\'\u0001@pbx.example'
    const text = printDialogInfo({ entity, version: 1, calls: [], ended: ['a"b<c'] })
    expect(isWellFormed(text)).toBe(true)
    expect(readDialogInfo(text)?.entity).toBe('sip:"<&>\'@pbx.example')
  })

  test('of Asterisk is read', () => {
    expect(readDialogInfo(fromAsterisk)).toEqual({
      version: 7,
      entity: 'sip:202@pbx.example',
      open: ['202&1'],
    })
  })

  test('of another kind is not', () => {
    expect(readDialogInfo('')).toBeUndefined()
    expect(readDialogInfo('<presence entity="sip:202@pbx.example"/>')).toBeUndefined()
  })
})
