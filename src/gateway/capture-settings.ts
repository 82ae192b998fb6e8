import type { CaptureSection } from '../config/sections/capture.ts'
import type { CaptureSettings } from '../engine/observation/hep-capture.ts'

/** Undefined when nothing is to be captured. */
export function captureSettings({ homer, captureId, password }: CaptureSection): CaptureSettings | undefined {
  if (homer === undefined) return undefined
  const colon = homer.lastIndexOf(':')
  const host = homer.slice(0, colon).replace(/^\[|\]$/g, '')
  return { host, port: Number(homer.slice(colon + 1)), captureId, password }
}
