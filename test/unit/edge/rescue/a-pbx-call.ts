import type { EmergencyCall, RouteTarget } from '../../../../src/domain/route.ts'
import type { FakeDialog } from '../../../support/fake-dialog.ts'
import { type AnEdge, target, targets } from '../an-edge.ts'

/** The four legs of a call that the PBX "office" connects. */
export interface PbxCall {
  readonly caller: FakeDialog
  readonly toPbx: FakeDialog
  readonly fromPbx: FakeDialog
  readonly callee: FakeDialog
}

export interface PbxCallOptions {
  readonly from?: string
  readonly to?: string
  readonly callee?: RouteTarget
  readonly emergency?: EmergencyCall
}

/** A phone calls another one by way of the PBX, which is at 192.0.2.50. */
export async function pbxCall(
  edge: AnEdge,
  { from = '201', to = '202', callee = target(), emergency }: PbxCallOptions = {},
): Promise<PbxCall> {
  edge.plan = targets(target({ path: 'pbx', label: 'office', uri: `sip:${to}@pbx.example` }))
  const caller = await edge.stack.receiveInvite({
    callId: `${from}-${to}`,
    uri: `sip:${to}@site-a.example`,
    headers: { from: `<sip:${from}@site-a.example>;tag=1` },
  })
  const toPbx = edge.stack.sent()
  edge.plan = { ...targets(callee), ...(emergency && { emergency }) }
  const fromPbx = await edge.stack.receiveInvite({
    callId: `${from}-${to}-by-pbx`,
    uri: `sip:${to}@site-a.example`,
    source: { transport: 'udp', address: '192.0.2.50', port: 5060 },
    headers: { from: `<sip:${from}@pbx.example>;tag=2` },
  })
  const answered = await edge.stack.sent().answers('v=0 callee')
  const pbx = await toPbx.answers('v=0 pbx')
  if (!caller.dialog || !fromPbx.dialog) throw new Error('not answered')
  return { caller: caller.dialog, toPbx: pbx, fromPbx: fromPbx.dialog, callee: answered }
}
