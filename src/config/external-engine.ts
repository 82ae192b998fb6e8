import type { z } from 'zod'

interface EngineConfig {
  readonly sip: {
    readonly enabled: boolean
    readonly engine: 'embedded' | 'drachtio'
    readonly tls?: object | undefined
  }
  readonly overlays: readonly object[]
  readonly capture: { readonly homer?: string | undefined }
}

const withServer = 'and sip.engine is drachtio'

/** A drachtio-server has a config of its own: what only the embedded engine would do is refused, not left undone. */
export function checkExternalEngine(
  { sip, overlays, capture }: EngineConfig,
  context: z.core.$RefinementCtx,
): void {
  if (!sip.enabled || sip.engine === 'embedded') return
  const refuse = (path: readonly string[], message: string) =>
    context.addIssue({ code: 'custom', path: [...path], message })
  if (overlays.length > 0)
    refuse(
      ['overlays'],
      `needs the embedded engine, ${withServer}: no other can call the boxes of an overlay`,
    )
  if (sip.tls)
    refuse(['sip', 'tls'], `is for the embedded engine, ${withServer}: give the server the certificate`)
  if (capture.homer !== undefined)
    refuse(['capture', 'homer'], `is for the embedded engine, ${withServer}: let the server send the copies`)
}
