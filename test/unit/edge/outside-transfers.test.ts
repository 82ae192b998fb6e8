import { describe, expect, test } from 'vitest'
import type { CallQuestion } from '../../../src/domain/route.ts'
import { settled } from '../../support/fake-sip-stack.ts'
import { AnEdge, target, targets } from './an-edge.ts'

const outside = (number: string) =>
  target({ path: 'trunk', label: 'carrier', uri: `tel:${number}`, outsideNumber: number })

/** An edge whose users are asked before they connect two parties outside. */
function edgeThat(forbids: boolean) {
  const asked: (readonly [CallQuestion, readonly string[]])[] = []
  const edge = new AnEdge({
    transferRules: {
      mayConnectOutside: (question, numbers) => {
        asked.push([question, numbers])
        return forbids ? { status: 403, why: 'not allowed' } : undefined
      },
    },
  })
  return { edge, asked }
}

async function calls(edge: AnEdge, callId: string, to: ReturnType<typeof target>) {
  edge.plan = targets(to)
  const invite = await edge.stack.receiveInvite({ callId, headers: { from: '<sip:201@site-a.example>' } })
  const callee = await edge.stack.sent().answers('v=0')
  return { invite, callee }
}

describe('a user who connects two parties outside', () => {
  test.each([
    [true, 403],
    [false, 202],
  ])('by attended transfer is asked for both numbers (forbidden: %s)', async (forbids, status) => {
    const { edge, asked } = edgeThat(forbids)
    const first = await calls(edge, 'first', outside('+4930123'))
    await calls(edge, 'second', outside('+33140267890'))
    const referTo = '<sip:x@site-a.example?Replaces=second%3Bto-tag%3D1%3Bfrom-tag%3D2>'
    const refer = first.invite.dialog?.farEndSends('REFER', { headers: { 'Refer-To': referTo } })
    await settled()
    expect(refer?.response.status).toBe(status)
    expect(asked).toMatchObject([[{ caller: { user: '201' } }, ['+4930123', '+33140267890']]])
    expect(first.callee.hungUpWith).toBeUndefined()
  })

  test('by blind transfer is told that it may not be, and the call goes on', async () => {
    const { edge, asked } = edgeThat(true)
    const { invite, callee } = await calls(edge, 'first', outside('+4930123'))
    edge.plan = targets(outside('+33140267890'))
    invite.dialog?.farEndSends('REFER', { headers: { 'Refer-To': '<tel:+33140267890>' } })
    await settled()
    expect(asked).toMatchObject([[{ caller: { user: '201' } }, ['+4930123', '+33140267890']]])
    expect(invite.dialog?.requests.at(-1)?.body).toBe('SIP/2.0 403 not allowed\r\n')
    expect(edge.stack.outgoing).toHaveLength(1)
    expect([invite.dialog?.hungUpWith, callee.hungUpWith]).toEqual([undefined, undefined])
  })

  test('is not asked when one of them is inside, or is help', async () => {
    const { edge, asked } = edgeThat(true)
    const first = await calls(edge, 'first', target())
    edge.plan = targets(outside('+33140267890'))
    first.invite.dialog?.farEndSends('REFER', { headers: { 'Refer-To': '<tel:+33140267890>' } })
    await settled()
    expect(edge.stack.sent().uri).toBe('tel:+33140267890')

    const second = await calls(edge, 'second', outside('+4930123'))
    edge.plan = targets({ ...outside('112'), emergency: { number: '112', isTest: false } })
    second.invite.dialog?.farEndSends('REFER', { headers: { 'Refer-To': '<tel:112>' } })
    await settled()
    expect(edge.stack.sent().uri).toBe('tel:112')
    expect(asked).toEqual([])
  })
})
