import { describe, expect, it } from 'vitest'
import { createAdminApp } from '../../../src/admin/app.ts'
import type { LadderMessage } from '../../../src/admin/box-view.ts'
import { ladderOf } from '../../../src/admin/ui/ladder.ts'
import { aBoxView } from '../../support/a-box-view.ts'

function message(direction: 'in' | 'out', remote: string, text: string, at = 1_000): LadderMessage {
  return { at, direction, transport: 'udp', local: 'box:5060', remote, callId: 'c', bytes: 10, text }
}

const call = [
  message('in', 'a:1', 'INVITE sip:bob@b SIP/2.0\r\nTo: x\r\n\r\nv=0\r\n'),
  message('out', 'b:2', 'INVITE sip:bob@b SIP/2.0\r\n\r\n', 1_004),
  message('out', 'b:2', 'INVITE sip:bob@b SIP/2.0\r\n\r\n', 1_504),
  message('in', 'b:2', 'SIP/2.0 180 <script>alert(1)</script>\r\n\r\n', 1_510),
]

describe('the ladder of a call', () => {
  it('has the caller left of the box, others right of it, and marks repeats', () => {
    const { columns, rungs } = ladderOf(call)
    expect(columns).toEqual(['a:1', 'this box', 'b:2'])
    expect(rungs.map(({ from, to, atMs, label, isRepeat }) => [from, to, atMs, label, isRepeat])).toEqual([
      [0, 1, 0, 'INVITE sip:bob@b (SDP)', false],
      [1, 2, 4, 'INVITE sip:bob@b', false],
      [1, 2, 504, 'INVITE sip:bob@b', true],
      [2, 1, 510, '180 <script>alert(1)</script>', false],
    ])
  })

  it('is a page without scripts, whatever strangers wrote, and JSON for programs', async () => {
    const app = createAdminApp(aBoxView({ ladder: async (id) => (id === 'c@d' ? call : []) }), {
      token: undefined,
      refreshMs: 10,
    })
    const page = await app.request('http://localhost/calls/c%40d')
    expect(page.status).toBe(200)
    const text = await page.text()
    expect(text).not.toContain('<script')
    expect(text.match(/marker-end/g)).toHaveLength(4)
    const json = await app.request('http://localhost/api/calls/c%40d/ladder')
    expect(await json.json()).toEqual({ messages: call })
    expect((await app.request('http://localhost/calls/other')).status).toBe(404)
    expect((await app.request('http://localhost/api/calls/other/ladder')).status).toBe(404)
  })
})
