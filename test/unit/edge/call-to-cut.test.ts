import { expect, test } from 'vitest'
import { callToCut } from '../../../src/edge/call-to-cut.ts'

const call = (name: string, startedAt: number, ...facts: string[]) => ({
  name,
  startedAt,
  isEmergency: facts.includes('emergency'),
  isCallback: facts.includes('callback'),
  isIncoming: facts.includes('incoming'),
  isAnswered: !facts.includes('ringing'),
})

test.each([
  ['one that nobody has answered yet', [call('talk', 9), call('ring', 1, 'ringing')], 'ring'],
  ['one of our own before one from outside', [call('in', 9, 'incoming'), call('out', 1)], 'out'],
  ['the youngest', [call('old', 1), call('young', 9), call('middle', 5)], 'young'],
  ['one from outside before none', [call('in', 1, 'incoming'), call('help', 9, 'emergency')], 'in'],
])('room is made by %s', (_, calls, cut) => {
  expect(callToCut(calls)?.name).toBe(cut)
})

test.each([
  ['another call for help', [call('help', 1, 'emergency', 'ringing')]],
  ['rescuers who call back', [call('back', 1, 'callback', 'incoming')]],
  ['nobody', []],
])('but never by %s', (_, calls) => {
  expect(callToCut(calls)).toBeUndefined()
})
