import { z } from 'zod'
import { referencePage } from './reference-page.ts'
import { sampleFile } from './sample-file.ts'
import { configSchema } from './schema.ts'

/** The generated files of the configuration, by their path in the project. CI fails when they drift. */
export function referenceFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['gateway-config/causeway.sample.yaml', sampleFile()],
    [
      'gateway-config/causeway.schema.json',
      `${JSON.stringify(z.toJSONSchema(configSchema, { io: 'input' }), null, 2)}\n`,
    ],
    ['docs/reference/config.md', referencePage()],
  ])
}
