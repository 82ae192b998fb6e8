/** Flow tests that cannot be asked of an engine that the environment names, and why. Files below `test/flow`. */
export const ownEngineTests: Readonly<Record<string, string>> = {
  'engine/**': 'they test our engine from the inside',
  'overlay/**': 'boxes of an overlay reach each other by our own engine alone',
  'pstn-sites.test.ts': 'two boxes of an overlay',
  'emergency/other-site.test.ts': 'two boxes of an overlay',
  'survival/other-site.test.ts': 'two boxes of an overlay',
  'toll/second-box.test.ts': 'two boxes of an overlay',
  'edge/seen-from-outside.test.ts': 'ladders, copies for Homer and metrics of our engine',
  'external-engine.test.ts': 'it starts and kills an engine of its own',
  'survival/knowledge.test.ts': 'no SIP request is looked at',
  'registrar/killed-in-a-storm.test.ts': 'no SIP request is looked at',
  'service/**': 'no SIP request is looked at',
  'support/**': 'no SIP request is looked at',
}

/** Globs of them when an engine is named, each said on the terminal; none otherwise. */
export function leftOutFiles(named: string | undefined): string[] {
  if (named === undefined) return []
  return Object.entries(ownEngineTests).map(([files, why]) => {
    console.warn(`left out over the named engine: test/flow/${files}: ${why}`)
    return `test/flow/${files}`
  })
}
