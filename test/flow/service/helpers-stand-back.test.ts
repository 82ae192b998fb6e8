import { expect, it, onTestFinished } from 'vitest'
import { nicenessByThread } from '../../support/niceness.ts'
import { TestBox } from '../../support/test-box.ts'

it("V8's helpers stand back for the box's threads that handle calls", async () => {
  const box = new TestBox()
  onTestFinished(() => box.stop())
  await box.start()
  const niceness = nicenessByThread(box.pid)
  expect(niceness.get('V8Worker')?.length).toBeGreaterThan(0)
  expect(new Set(niceness.get('V8Worker'))).toEqual(new Set([10]))
  expect(niceness.get('MainThread')).toEqual([0])
  expect(niceness.get('sip-engine')).toEqual([0])
}, 90_000)
