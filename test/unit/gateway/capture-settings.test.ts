import { expect, it } from 'vitest'
import { captureSection } from '../../../src/config/sections/capture.ts'
import { captureSettings } from '../../../src/gateway/capture-settings.ts'

it('reads host and port of Homer', () => {
  const read = (homer?: string) => captureSettings(captureSection.parse(homer === undefined ? {} : { homer }))
  expect(read()).toBeUndefined()
  expect(read('homer.example.org:9060')).toMatchObject({
    host: 'homer.example.org',
    port: 9060,
    captureId: 2001,
  })
  expect(read('[2001:db8::9]:9060')).toMatchObject({ host: '2001:db8::9', port: 9060 })
})

it.each(['homer', 'homer:', 'homer:0', 'homer:65536', 'a b:1', '2001:db8::9:9060'])('refuses %s', (homer) => {
  expect(captureSection.safeParse({ homer }).success).toBe(false)
})
